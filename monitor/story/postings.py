"""What each of many hashes leads to: texts by their shingles, stories by their features, both by their numbers.

Lists are bounded: a shingle that many different texts share is boilerplate, a feature that many stories share tells
none of them apart, and neither leads anywhere any more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import chain


class Postings:
    """Hashes with the numbers that each leads to, fewer than `most`: with so many a hash is common."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._numbers_of: defaultdict[int, set[int]] = defaultdict(set)

    def load(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take in hashes and numbers that were written down before."""
        for hashed, number in pairs:
            self._numbers_of[hashed].add(number)

    def add(self, hashes: Iterable[int], number: int) -> list[int]:
        """Let the hashes lead to a number, too; those that are not common, and do so now."""
        told = self.list_telling(hashes)
        self.load((hashed, number) for hashed in told)
        return told

    def list_telling(self, hashes: Iterable[int]) -> list[int]:
        """The hashes that are not common."""
        numbers_of, most = self._numbers_of, self._most
        return [hashed for hashed in hashes if hashed not in numbers_of or len(numbers_of[hashed]) < most]

    def count(self, hashes: Iterable[int]) -> Counter[int]:
        """To which numbers the hashes lead, and how many of them; common ones are left out."""
        numbers_of, most = self._numbers_of, self._most
        known = [numbers_of[hashed] for hashed in hashes if hashed in numbers_of]
        return Counter(chain.from_iterable(numbers for numbers in known if len(numbers) < most))
