"""Lists of numbers by number, all in one array, so that the lists of many keys are fetched with a few numpy calls."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]
"""Places in arrays. Of this type, because numpy converts every other each time it is used as an index."""


def as_numbers(values: object) -> Numbers:
    """An array of places from a list, or from an array of another type."""
    return np.asarray(values, dtype=np.intp)


class Postings:
    """Values by key; keys are numbers from 0 up to, not including, `size`."""

    def __init__(self, keys: Numbers, values: Numbers, size: int) -> None:
        order = np.argsort(keys, kind="stable")
        self._values = values[order]
        self._lengths = as_numbers(np.bincount(keys, minlength=size))
        self._starts = self._lengths.cumsum() - self._lengths
        self._range = np.arange(1024, dtype=np.intp)

    @property
    def size(self) -> int:
        """One more than the highest key."""
        return len(self._lengths)

    def gather(self, keys: Numbers) -> Numbers:
        """The values of these keys, one list after the other."""
        lengths = self._lengths[keys]
        spans: Numbers = (self._starts[keys] - lengths.cumsum() + lengths).repeat(lengths)
        spans += self._range_of(len(spans))
        values: Numbers = self._values[spans]
        return values

    def gather_with_places(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """The same, and for each value the place of its key among `keys`."""
        return self.gather(keys), self._range_of(len(keys)).repeat(self._lengths[keys])

    def extend(self, keys: Numbers, values: Numbers, size: int) -> None:
        """Add the keys from the present size up to, not including, `size`."""
        later = Postings(keys - self.size, values, size - self.size)
        self._starts = np.concatenate([self._starts, later._starts + len(self._values)])
        self._lengths = np.concatenate([self._lengths, later._lengths])
        self._values = np.concatenate([self._values, later._values])

    def _range_of(self, count: int) -> Numbers:
        if count > len(self._range):
            self._range = np.arange(2 * count, dtype=np.intp)
        return self._range[:count]
