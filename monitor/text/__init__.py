"""What parsing, matching, stories and configuration share: folding, words, sentences, YAML with positions. Pure."""
