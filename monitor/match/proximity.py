"""Which mentions stand near each other: chains of one from each list, no word in two, neighbours close enough.

Both searches are one pass over the mentions in reading order, so that an article of a hundred thousand equal words
costs no more per word than any other.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import groupby
from typing import NamedTuple, Protocol


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
    everything = (1 << operands) - 1
    if len({link.operand for link in links}) < operands:
        return
    preceding = [(1 << operand) - 1 for operand in range(operands)] if ordered else None
    to_left = _walk(links, preceding, gap)
    if not any(everything in sets for sets in to_left):
        return
    following = [everything & ~((2 << operand) - 1) for operand in range(operands)] if ordered else None
    mirrored = sorted(
        (Link(-link.end, -link.start, link.operand, place) for place, link in enumerate(links)),
    )
    to_right = {link.number: sets for link, sets in zip(mirrored, _walk(mirrored, following, gap), strict=True)}
    for place, link in enumerate(links):
        own = 1 << link.operand
        if any((everything & ~left) | own in to_right[place] for left in to_left[place]):
            yield link


def _walk(links: list[Link], required_before: list[int] | None, gap: int | None) -> list[set[int]]:
    """For each link the sets of operands, as bits, of the chains that end at it.

    Of all chains over one set only the one that ends last matters to what follows, for it is the nearest.
    """
    reached: list[set[int]] = []
    last_end: dict[int, int] = {}
    ahead: list[tuple[int, int]] = []
    for link in links:
        while ahead and ahead[0][0] <= link.start:
            end, place = heappop(ahead)
            last_end.update(dict.fromkeys(reached[place], end))
        own = 1 << link.operand
        sets = {
            chain | own
            for chain, end in last_end.items()
            if not chain & own
            and (gap is None or link.start - end <= gap)
            and (required_before is None or chain == required_before[link.operand])
        }
        if required_before is None or not required_before[link.operand]:
            sets.add(own)
        heappush(ahead, (link.end, len(reached)))
        reached.append(sets)
    return reached
