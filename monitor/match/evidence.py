"""Occurrences, which count words, to mentions, which cut the displayed text. Done for matches only."""

from collections.abc import Iterable, Iterator
from itertools import islice

from monitor.match.clauses import Occurrence
from monitor.match.view import ArticleView
from monitor.model import Mention

# Of one clause in one article; a text that says a word ten thousand times shows no more by the last than by these.
_MOST_MENTIONS = 100


def locate_mentions(occurrences: Iterable[Occurrence], view: ArticleView) -> tuple[Mention, ...]:
    """The mentions in reading order; of one clause none that lies inside another, and at most a hundred."""
    by_clause: dict[str, list[Occurrence]] = {}
    for occurrence in occurrences:
        by_clause.setdefault(occurrence.source.path, []).append(occurrence)
    kept = [occurrence for group in by_clause.values() for occurrence in islice(_iter_outermost(group), _MOST_MENTIONS)]
    kept.sort(key=lambda occurrence: occurrence[:2])
    return tuple(_locate(occurrence, view) for occurrence in kept)


def _iter_outermost(occurrences: list[Occurrence]) -> Iterator[Occurrence]:
    """Those that no earlier one covers, when the longest of equal beginnings comes first."""
    covered = 0
    for occurrence in sorted(occurrences, key=lambda occurrence: (occurrence.start, -occurrence.end)):
        if occurrence.end > covered:
            covered = occurrence.end
            yield occurrence


def _locate(occurrence: Occurrence, view: ArticleView) -> Mention:
    cut = view.cut(occurrence.start, occurrence.end)
    source = occurrence.source
    return Mention(
        clause=source.path,
        field=cut.field,
        start=cut.start,
        end=cut.end,
        text=cut.text,
        term=occurrence.term.written,
        concept=source.concept,
        actor=source.actor,
    )
