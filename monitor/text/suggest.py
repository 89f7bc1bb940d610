"""The "did you mean" of every message about a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches

# Fewer begin too many words.
_FEWEST_LETTERS = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)` for the nearest known word, or else the shortest that it begins, or the empty string;
    append it to a message.
    """
    words = sorted(known)
    nearest = get_close_matches(word, words, n=1, cutoff=0.6)
    if not nearest and len(word) >= _FEWEST_LETTERS:
        nearest = sorted((each for each in words if each.startswith(word)), key=len)
    return f' (did you mean "{nearest[0]}"?)' if nearest else ""


def quoted_list(words: Iterable[str]) -> str:
    """`"a", "b", "c"`: what was expected, in a message."""
    return ", ".join(f'"{word}"' for word in words)
