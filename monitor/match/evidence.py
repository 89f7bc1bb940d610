"""Occurrences, which count words, to mentions, which cut the displayed text. Done for matches only."""

from collections.abc import Iterable, Iterator

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
    kept = [occurrence for group in by_clause.values() for occurrence in list(_iter_outermost(group))[:_MOST_MENTIONS]]
    kept.sort(key=lambda occurrence: (occurrence.start, occurrence.end))
    return tuple(_locate(occurrence, view) for occurrence in kept)


def _iter_outermost(occurrences: list[Occurrence]) -> Iterator[Occurrence]:
    """Those that no earlier one covers, when the longest of equal beginnings comes first."""
    covered = 0
    for occurrence in sorted(occurrences, key=lambda occurrence: (occurrence.start, -occurrence.end)):
        if occurrence.end > covered:
            covered = occurrence.end
            yield occurrence


def _locate(occurrence: Occurrence, view: ArticleView) -> Mention:
    field = view.field_at(occurrence.start)
    located = view.locate(field)
    start = located.starts[occurrence.start - field.first]
    end = located.ends[occurrence.end - 1 - field.first]
    source = occurrence.source
    return Mention(
        clause=source.path,
        field=field.path,
        start=start,
        end=end,
        text=field.text[start:end],
        term=occurrence.term.written,
        concept=source.concept,
        actor=source.actor,
    )
