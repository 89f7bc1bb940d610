"""What each of many hashes leads to: texts by their shingles, stories by their features, both by their numbers.

Lists are bounded: a shingle that many different texts share is boilerplate, a feature that many stories share tells
none of them apart, and neither leads anywhere any more.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import chain


class Postings:
    """Hashes with the numbers that each leads to, fewer than `most`: with so many a hash is common."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers_of: dict[int, set[int]] = {}

    def load(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take in hashes and numbers that were written down before."""
        numbers_of = self._numbers_of
        for hashed, number in pairs:
            if hashed in numbers_of:
                numbers_of[hashed].add(number)
            else:
                numbers_of[hashed] = {number}

    def add(self, hashes: Iterable[int], number: int) -> list[int]:
        """Let the hashes lead to a number, too; those that are not common, and do so now."""
        told = self.list_telling(hashes)
        self.load((hashed, number) for hashed in told)
        return told

    def list_telling(self, hashes: Iterable[int]) -> list[int]:
        """The hashes that are not common."""
        return [hashed for hashed in hashes if len(self._numbers_of.get(hashed, ())) < self._most]

    def count(self, hashes: Iterable[int]) -> Counter[int]:
        """To which numbers the hashes lead, and how many of them; common ones are left out."""
        known = (self._numbers_of.get(hashed, ()) for hashed in hashes)
        return Counter(chain.from_iterable(numbers for numbers in known if len(numbers) < self._most))
