"""Where words of an article's row are displayed: the field, the letters, and the text between them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from monitor.match.lexicon import Hit
from monitor.match.row import WordRow
from monitor.match.terms import Term, exact_pattern

# Of one clause in one article; a text that says a word ten thousand times shows no more by the last than by these.
MOST_MENTIONS = 100
# A row has fewer words than this takes; so a start and an end are one number, which sorts fast.
_HALF = 32

FoundT = TypeVar("FoundT", bound=tuple[Any, ...])
"""Words from a start up to, not including, an end; what else is known of them comes after."""


class Place(NamedTuple):
    """Characters of a field as displayed, and the term found there as its rule writes it."""

    field: str
    start: int
    end: int
    text: str
    term: str


class Shown(NamedTuple):
    """What a clause shows, in order: the places, and for each a number that sorts it among those of other clauses."""

    keys: list[int]
    places: list[Place]


def show_hits(row: WordRow, hits: Sequence[Hit]) -> Shown:
    """What one clause shows of its hits."""
    kept = pick_outermost(hits)
    return Shown([sorting_key(start, end) for start, end, _ in kept], cut_hits(row, kept))


def sorting_key(start: int, end: int) -> int:
    """Sorts words of a row by their start, then by their end."""
    return start << _HALF | end


def pick_outermost(found: Sequence[FoundT]) -> Sequence[FoundT]:
    """Of one clause those that lie in no other, in order, and at most a hundred."""
    if _is_outermost(found):
        return found[:MOST_MENTIONS]
    return list(islice(_iter_outermost(found), MOST_MENTIONS))


def cut_hits(row: WordRow, hits: Iterable[Hit]) -> list[Place]:
    """Where each is displayed."""
    places: list[Place] = []
    starts, ends = row.located.starts, row.located.ends
    for start, end, term in hits:
        path, _, text, _, _, base = row.fields[row.field_numbers[start]]
        displayed = find_displayed(row, start, term) if term.exact else None
        begin, stop = displayed.span() if displayed else (starts[start] - base, ends[end - 1] - base)
        places.append(Place(path, begin, stop, text[begin:stop], term.written))
    return places


def find_displayed(row: WordRow, start: int, term: Term) -> re.Match[str] | None:
    """Where an exact term is displayed as written, if it is, its first word being that of the row at `start`."""
    pattern, before = exact_pattern(term.written)
    field = row.fields[row.field_numbers[start]]
    first = row.located.starts[start] - field.base - before
    return pattern.match(field.text, first) if first >= 0 else None


def _is_outermost(found: Iterable[FoundT]) -> bool:
    """Whether they stand in order with none inside another, as those of most clauses do."""
    last_start = last_end = -1
    for each in found:
        if each[0] <= last_start or each[1] <= last_end:
            return False
        last_start, last_end = each[0], each[1]
    return True


def _iter_outermost(found: Iterable[FoundT]) -> Iterator[FoundT]:
    """Those that no earlier one covers, when the longest of equal beginnings comes first."""
    covered = 0
    for each in sorted(found, key=lambda each: (each[0], -each[1])):
        if each[1] > covered:
            covered = each[1]
            yield each
