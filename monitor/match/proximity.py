"""Which mentions stand near each other: chains of one from each list, no word in two, neighbours close enough.

Both searches are one pass over the mentions in reading order, so that an article of a hundred thousand equal words
costs no more per word than any other.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from heapq import heappop, heappush
from itertools import groupby
from sys import maxsize
from typing import Literal, NamedTuple, Protocol

# Of sets of operands (see _walk) the one that holds the empty set alone.
_NO_CHAIN = 1


class Span(Protocol):
    """Anything that covers words from `start` up to, not including, `end`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class Link(NamedTuple):
    """The mention `number` of the list `operand`, and the words it covers."""

    start: int
    end: int
    operand: int
    number: int


def find_chained(
    operands: Sequence[Sequence[Span]], units: Sequence[int], *, gap: int | None, ordered: bool
) -> list[set[int]]:
    """For each operand the numbers of its mentions that belong to a whole chain.

    A chain takes one mention of each operand, all in one unit (`units` has the unit of each word), no two sharing a
    word, at most `gap` words between neighbours (None: any), in the operands' order if `ordered`.
    """
    members: list[set[int]] = [set() for _ in operands]
    links = sorted(
        Link(mention.start, mention.end, operand, number)
        for operand, mentions in enumerate(operands)
        for number, mention in enumerate(mentions)
    )
    for _, group in groupby(links, key=lambda link: units[link.start]):
        for link in _whole_chains(list(group), len(operands), gap, ordered):
            members[link.operand].add(link.number)
    return members


def drop_near(mentions: Sequence[Span], others: Iterable[Span], units: Sequence[int], *, gap: int | None) -> list[bool]:
    """For each mention whether it may stay: no other in its unit overlaps it or has at most `gap` words between."""
    starts: dict[int, list[int]] = {}
    furthest: dict[int, list[int]] = {}
    for other in sorted(others, key=lambda other: other.start):
        unit = units[other.start]
        ends = furthest.setdefault(unit, [])
        ends.append(max(other.end, ends[-1] if ends else 0))
        starts.setdefault(unit, []).append(other.start)
    return [not _has_near(mention, units[mention.start], starts, furthest, gap) for mention in mentions]


def _has_near(
    mention: Span, unit: int, starts: dict[int, list[int]], furthest: dict[int, list[int]], gap: int | None
) -> bool:
    if unit not in starts:
        return False
    if gap is None:
        return True
    before = bisect_right(starts[unit], mention.end + gap)
    return before > 0 and furthest[unit][before - 1] >= mention.start - gap


def _whole_chains(links: list[Link], operands: int, gap: int | None, ordered: bool) -> Iterator[Link]:
    """Those of one unit's links that a chain over all operands runs through.

    Walked from the left and from the right, each link learns the sets of operands of the chains that end, and that
    begin, at it. Where two of these sets share only the link's own operand and together are all, it is in.
    """
    if len({link.operand for link in links}) < operands:
        return
    gap = maxsize if gap is None else gap
    to_left = _walk(links, _joinable(operands, "after" if ordered else None), gap)
    everything = (1 << operands) - 1
    if not any(sets >> everything & 1 for sets in to_left):
        return
    mirrored = sorted(
        (Link(-link.end, -link.start, link.operand, place) for place, link in enumerate(links)),
    )
    walked = _walk(mirrored, _joinable(operands, "before" if ordered else None), gap)
    to_right = {link.number: sets for link, sets in zip(mirrored, walked, strict=True)}
    for place, link in enumerate(links):
        without_own = to_right[place] >> (1 << link.operand)
        if without_own & _complements(to_left[place], operands):
            yield link


def _walk(links: list[Link], joinable: Sequence[int], gap: int) -> list[int]:
    """For each link the sets of operands of the chains that end at it: bit n of a number stands for the set whose
    operands are the bits of n. So a step is the same few operations, however many chains there are.
    """
    reached: list[int] = []
    recent = _Recent()
    ahead: list[tuple[int, int]] = []
    for link in links:
        while ahead and ahead[0][0] <= link.start:
            end, place = heappop(ahead)
            recent.add(end, reached[place])
        chains = recent.since(link.start - gap) | _NO_CHAIN
        # To add an operand to a set of others is to add its bit to the set's number.
        sets = (chains & joinable[link.operand]) << (1 << link.operand)
        heappush(ahead, (link.end, len(reached)))
        reached.append(sets)
    return reached


class _Recent:
    """The chains that ended not long ago, as a queue of two stacks: each is looked at twice, however long it stays."""

    def __init__(self) -> None:
        self._older: list[tuple[int, int]] = []  # with each all that are younger
        self._newer: list[tuple[int, int]] = []
        self._all_newer = 0

    def add(self, end: int, sets: int) -> None:
        """Chains that end at or behind all before."""
        self._newer.append((end, sets))
        self._all_newer |= sets

    def since(self, earliest: int) -> int:
        """The sets of those that end there or later; `earliest` never becomes less."""
        while self._older and self._older[-1][0] < earliest:
            self._older.pop()
        if not self._older:
            sets = self._all_newer = 0
            while self._newer and self._newer[-1][0] >= earliest:
                end, last = self._newer.pop()
                sets |= last
                self._older.append((end, sets))
            self._newer.clear()
        return self._all_newer | (self._older[-1][1] if self._older else 0)


@cache
def _joinable(operands: int, order: Literal["after", "before"] | None) -> tuple[int, ...]:
    """For each operand the sets that a mention of it may be joined to, the empty one among them: those without it, or
    in a given order the one of all that come before it, walked from the left, or after it, from the right.
    """
    everything = (1 << operands) - 1
    found = []
    for own in range(operands):
        if order is None:
            found.append(sum(1 << chain for chain in range(everything + 1) if not chain >> own & 1))
        else:
            before = (1 << own) - 1
            found.append(1 << (before if order == "after" else everything & ~(before | 1 << own)))
    return tuple(found)


def _complements(sets: int, operands: int) -> int:
    """For each set the one of all other operands: their numbers add up to the greatest."""
    return int(f"{sets:0{1 << operands}b}"[::-1], 2)
