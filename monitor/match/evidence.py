"""Occurrences, which count words, to mentions, which cut the displayed text. Done for matches only."""

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter

from monitor.match.clauses import Occurrence
from monitor.match.view import ArticleView
from monitor.model import Mention

# Of one clause in one article; a text that says a word ten thousand times shows no more by the last than by these.
_MOST_MENTIONS = 100
_PLACE = itemgetter(0, 1)


def locate_mentions(occurrences: Iterable[Occurrence], view: ArticleView) -> tuple[Mention, ...]:
    """The mentions in reading order; of one clause none that lies inside another, and at most a hundred."""
    by_clause: dict[str, list[Occurrence]] = {}
    for occurrence in occurrences:
        by_clause.setdefault(occurrence.source.path, []).append(occurrence)
    kept: list[Occurrence] = []
    for group in by_clause.values():
        kept += islice(group if _is_outermost(group) else _iter_outermost(group), _MOST_MENTIONS)
    kept.sort(key=_PLACE)
    return tuple([_locate(occurrence, view) for occurrence in kept])


def _is_outermost(occurrences: list[Occurrence]) -> bool:
    """Whether they stand in order with none inside another, as those of most clauses do."""
    last_start = last_end = -1
    for start, end, _, _ in occurrences:
        if start <= last_start or end <= last_end:
            return False
        last_start, last_end = start, end
    return True


def _iter_outermost(occurrences: list[Occurrence]) -> Iterator[Occurrence]:
    """Those that no earlier one covers, when the longest of equal beginnings comes first."""
    covered = 0
    for occurrence in sorted(occurrences, key=lambda occurrence: (occurrence.start, -occurrence.end)):
        if occurrence.end > covered:
            covered = occurrence.end
            yield occurrence


def _locate(occurrence: Occurrence, view: ArticleView) -> Mention:
    start, end, term, source = occurrence
    field, first, last, text = view.cut_term(start, end, term) if term.exact else view.cut(start, end)
    return Mention(
        clause=source.path,
        field=field,
        start=first,
        end=last,
        text=text,
        term=term.written,
        concept=source.concept,
        actor=source.actor,
    )
