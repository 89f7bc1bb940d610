"""Lists of numbers by number, all in one array, so that the lists of many keys are fetched with a few numpy calls."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]
"""Places in arrays. Of this type, because numpy converts every other each time it is used as an index."""

_RANGE: Numbers = np.arange(16_384, dtype=np.intp)


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
        self._filled = len(values)
        self.size = size

    def gather(self, keys: Numbers) -> Numbers:
        """The values of these keys, one list after the other."""
        return self._gather(keys, self._lengths[keys])

    def gather_with_places(self, keys: Numbers) -> tuple[Numbers, Numbers]:
        """The same, and for each value the place of its key among `keys`."""
        lengths = self._lengths[keys]
        return self._gather(keys, lengths), number_range(len(keys)).repeat(lengths)

    def extend(self, keys: Numbers, values: Numbers, size: int) -> None:
        """Add the keys from the present size up to, not including, `size`; what is found meanwhile stays right."""
        later = Postings(keys - self.size, values, size - self.size)
        self._values = _put(self._values, self._filled, later._values)
        self._starts = _put(self._starts, self.size, later._starts + self._filled)
        self._lengths = _put(self._lengths, self.size, later._lengths)
        self._filled += len(values)
        self.size = size

    def _gather(self, keys: Numbers, lengths: Numbers) -> Numbers:
        values: Numbers = self._values[spread(self._starts[keys], lengths)]
        return values


class Column:
    """Numbers one after the other, to which more are added."""

    def __init__(self) -> None:
        self._numbers = as_numbers([])
        self._filled = 0

    def extend(self, numbers: Numbers) -> None:
        """Add some at the end."""
        self._numbers = _put(self._numbers, self._filled, numbers)
        self._filled += len(numbers)

    def take(self, places: Numbers) -> Numbers:
        """Those at some places."""
        found: Numbers = self._numbers[places]
        return found


def spread(starts: Numbers, lengths: Numbers) -> Numbers:
    """From each start on so many numbers in a row, all in one array."""
    spans: Numbers = (starts - lengths.cumsum() + lengths).repeat(lengths)
    spans += number_range(len(spans))
    return spans


def number_range(count: int) -> Numbers:
    """The numbers from 0 up to, not including, `count`; not to be changed."""
    return _RANGE[:count] if count <= len(_RANGE) else np.arange(count, dtype=np.intp)


def _put(numbers: Numbers, count: int, later: Numbers) -> Numbers:
    """The first `count` with `later` after them, in an array with room for more, so that growing by little is cheap."""
    last = count + len(later)
    if last > len(numbers):
        numbers = np.concatenate([numbers[:count], np.empty(last + (last >> 2) - count, dtype=np.intp)])
    numbers[count:last] = later
    return numbers
