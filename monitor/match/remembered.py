"""Which class each word is of, remembered by the words' hashes in one table that many words are looked up in at once.

A dictionary of fifty thousand words costs an article more than everything else that is done with its words, as nearly
each of them is waited for alone while it is fetched from memory. Two words of one hash would be taken for each other;
hashes have 63 bits and differ in every run, so among a million words known that is once in 10^13 others.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from monitor.match.postings import Numbers, as_numbers

# At least so many rows for each word, so that most are found where they are looked for first.
_ROOM = 4
_LEAST_ROWS = 1024


class RememberedClasses:
    """Classes by word; what is not in it is given the class `unknown`."""

    def __init__(self, words: Sequence[str], classes: Sequence[int], unknown: int) -> None:
        self._unknown = unknown
        self._lock = Lock()
        self._count = 0
        self._rows = self._make_rows(_LEAST_ROWS)
        self.add(words, classes)

    def __len__(self) -> int:
        return self._count

    def find(self, words: Sequence[str]) -> Numbers:
        """The class of each word."""
        rows = self._rows
        hashes = _hashes_of(words)
        places = _home_of(hashes, rows)
        found = rows.take(places, axis=0)
        classes: Numbers = found[:, 1].copy()
        others = ((found[:, 0] != hashes) & (found[:, 0] != 0)).nonzero()[0]
        while len(others):
            # Another word has the row, so this one is further down, or nowhere when a free row comes first.
            places[others] = _next_of(places[others], rows)
            found = rows.take(places[others], axis=0)
            classes[others] = found[:, 1]
            others = others[(found[:, 0] != hashes[others]) & (found[:, 0] != 0)]
        return classes

    def add(self, words: Sequence[str], classes: Sequence[int]) -> None:
        """Remember the classes of words that are not known yet, each given once."""
        with self._lock:
            rows = self._rows
            if (self._count + len(words)) * _ROOM > len(rows):
                size = len(rows)
                while (self._count + len(words)) * _ROOM > size:
                    size *= 2
                known = rows[rows[:, 0] != 0]
                rows = self._make_rows(size)
                _fill(rows, known[:, 0], known[:, 1])
            _fill(rows, _hashes_of(words), as_numbers(classes))
            self._rows = rows
            self._count += len(words)

    def _make_rows(self, size: int) -> NDArray[np.intp]:
        """Free rows: a hash of 0, which no word has, and the class of what is unknown."""
        rows = np.zeros((size, 2), dtype=np.intp)
        rows[:, 1] = self._unknown
        return rows


def _hashes_of(words: Sequence[str]) -> Numbers:
    hashes = np.fromiter(map(hash, words), np.intp, len(words))
    hashes |= 1
    return hashes


def _home_of(hashes: Numbers, rows: NDArray[np.intp]) -> Numbers:
    home: Numbers = (hashes >> 1) & (len(rows) - 1)
    return home


def _next_of(places: Numbers, rows: NDArray[np.intp]) -> Numbers:
    following: Numbers = (places + 1) & (len(rows) - 1)
    return following


def _fill(rows: NDArray[np.intp], hashes: Numbers, classes: Numbers) -> None:
    """Put each into the first row from its home on that is free; all of them at a time, in rounds."""
    places = _home_of(hashes, rows)
    waiting = np.arange(len(hashes))
    while len(waiting):
        wanted = places[waiting]
        is_free = rows[wanted, 0] == 0
        # Of several that want one row, that which is written last has it. A reader that comes between the two lines
        # finds a class still unknown, never a wrong one.
        rows[wanted[is_free], 0] = hashes[waiting[is_free]]
        rows[wanted[is_free], 1] = classes[waiting[is_free]]
        waiting = waiting[rows[wanted, 0] != hashes[waiting]]
        places[waiting] = _next_of(places[waiting], rows)
