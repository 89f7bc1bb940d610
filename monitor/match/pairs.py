"""Which of the word pairs that rules look for stand side by side in an article.

A small table of hashes, read for all neighbours at once, leaves only pairs that are very likely wanted; those are
looked up exactly.
"""

import numpy as np

from monitor.match.postings import Numbers

_HASH_BITS = 21
_MASK = (1 << _HASH_BITS) - 1
_FACTOR = 40503


class PairFinder:
    """Knows pairs by their place in the two rows of word classes it was built from; there is at least one."""

    def __init__(self, first: Numbers, second: Numbers) -> None:
        joined = _join(first, second)
        self._order = np.argsort(joined)
        self._joined = joined[self._order]
        self._is_wanted = np.zeros(_MASK + 1, dtype=bool)
        self._is_wanted[_hash(first, second)] = True

    def find(self, classes: Numbers) -> tuple[Numbers, Numbers]:
        """The pairs among neighbouring words, and the place of the first word of each."""
        places = self._is_wanted[_hash(classes[:-1], classes[1:])].nonzero()[0]
        if not len(places):
            return places, places
        joined = _join(classes[places], classes[places + 1])
        found = self._joined.searchsorted(joined)
        found[found == len(self._joined)] = 0
        is_exact = self._joined[found] == joined
        return self._order[found[is_exact]], places[is_exact]


def _hash(first: Numbers, second: Numbers) -> Numbers:
    mixed = first * _FACTOR
    mixed += second
    mixed &= _MASK
    return mixed


def _join(first: Numbers, second: Numbers) -> Numbers:
    """Both in one number. Classes stay far below 2^31: there are about as many as different words in the rules."""
    return (first << 32) | second
