"""What a subscriber hears of a story that they have been told of: that it was corrected, that many more run it.

Only where the route by which they would hear of it today asks for it. Each correction is told once, and a growing story
once; see `Updates` for the least time between two messages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from monitor.model import (
    Alert,
    AlertKind,
    Difference,
    Match,
    Source,
    SourceId,
    StoryChange,
    SubscriberId,
    Updates,
)
from monitor.ports import Told
from monitor.route.routes import Audience, Candidate, Verdict, decide, describe_condition
from monitor.route.timing import time_alert

_MOST_NAMED = 5


def list_wanting(audience: Audience) -> tuple[SubscriberId, ...]:
    """The subscribers whom any route that asks for updates names."""
    return tuple(dict.fromkeys(each for route in audience.routes if route.update for each in route.to))


def route_updates(
    changes: Iterable[StoryChange],
    told: Sequence[Told],
    audience: Audience,
    sources: Mapping[SourceId, Source],
    now: datetime,
) -> tuple[tuple[Alert, Match], ...]:
    """The alerts that follow from changes, each paired with the matches behind it."""
    return tuple(
        pair
        for change in changes
        for each in told
        if each.story.id == change.story
        for pair in _update(change, each, audience, sources, now)
    )


def _update(
    change: StoryChange, told: Told, audience: Audience, sources: Mapping[SourceId, Source], now: datetime
) -> Iterator[tuple[Alert, Match]]:
    verdict = _find_route(told, audience, sources, now)
    if verdict is None or verdict.route.update is None:
        return
    kind, ordinal, text = _describe(change, told, verdict.route.update)
    if kind == "new":
        return
    at = max(now, told.told_at + verdict.route.update.min_gap)
    timing = time_alert(audience.readers[told.subscriber], verdict.route.send, told.story.severity, at)
    alert = Alert(
        subscriber=told.subscriber,
        story=told.story.id,
        kind=kind,
        ordinal=ordinal,
        due_at=timing.due_at,
        pace=timing.pace,
        max_stories=verdict.route.max_stories,
        section=describe_condition(verdict.route.when),
        held=timing.held,
        change=text,
    )
    own = [reason.match for reason in told.story.reasons if reason.match.article == change.article.id]
    for match in own or [reason.match for reason in told.story.reasons]:
        yield alert, match


def _find_route(told: Told, audience: Audience, sources: Mapping[SourceId, Source], now: datetime) -> Verdict | None:
    """The route by which the subscriber would hear of the story today, the one that is due first."""
    article = told.story.article
    source = sources.get(article.source) or Source(id=article.source, kind="feed", address="")
    chosen: list[Verdict] = []
    for reason in told.story.reasons:
        candidate = Candidate(article=article, story=told.story.id, match=reason.match, rule=reason.rule, source=source)
        decisions = decide(candidate, audience, now)
        chosen += [each.chosen for each in decisions if each.subscriber == told.subscriber and each.chosen]
    return min(chosen, key=lambda verdict: verdict.timing.due_at if verdict.timing else now, default=None)


def _describe(change: StoryChange, told: Told, updates: Updates) -> tuple[AlertKind, int, str]:
    """The kind, the ordinal and the text of what is to be told; "new" where nothing is."""
    if change.kind == "correction" and updates.corrections:
        return "correction", change.ordinal, _describe_differences(change)
    more = [source for source in change.sources if source not in told.sources]
    if change.kind == "update" and updates.more_sources is not None and len(more) >= updates.more_sources:
        return "update", 1, f"{len(more)} more sources run it: {_name(more)}"
    return "new", 0, ""


def _name(sources: Sequence[SourceId]) -> str:
    rest = len(sources) - _MOST_NAMED
    return ", ".join(sources[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _describe_differences(change: StoryChange) -> str:
    """The headline as it was where that changed, and what else did."""
    titles = [each for each in change.differences if each.field == "title"]
    others = dict.fromkeys(_field_of(each) for each in change.differences if each.field != "title")
    parts = [f'the headline was "{each.before}"' for each in titles if each.before]
    if others:
        parts.append(f"changed: {', '.join(others)}")
    return f"{change.article.source} corrected it" + (f"; {'; '.join(parts)}" if parts else "")


def _field_of(difference: Difference) -> str:
    return "text" if difference.field.startswith("body") else difference.field.partition("[")[0]
