"""The "did you mean" of every message about a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)` for the nearest known word, or the empty string; append it to a message."""
    nearest = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f' (did you mean "{nearest[0]}"?)' if nearest else ""


def quoted_list(words: Iterable[str]) -> str:
    """`"a", "b", "c"`: what was expected, in a message."""
    return ", ".join(f'"{word}"' for word in words)
