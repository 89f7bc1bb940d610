"""Who hears of a match: the alerts that follow from stored matches, by the operator's routes.

Per subscriber the first route that names them and fits ends the search, unless it says to go on; another subscriber's
route is never touched by it. A subscriber hears of a story once: all that matched it joins in one alert, at the
fastest pace of the routes that spoke.

It does not decide whether matches alert at all (the first poll of a source does not), nor what is already known to a
subscriber: an alert has a natural key, and the store keeps it once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache, partial
from zoneinfo import ZoneInfo

from monitor.model import (
    Alert,
    Article,
    Condition,
    Match,
    Pace,
    Route,
    Rule,
    RuleId,
    Source,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.route.windows import describe_pace, due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored match, with all that a route may ask about it."""

    article: Article
    story: StoryId
    match: Match
    rule: Rule
    source: Source


def route_matches(
    candidates: Iterable[Candidate],
    routes: Sequence[Route],
    subscribers: Mapping[SubscriberId, Subscriber],
    now: datetime,
) -> tuple[tuple[Alert, Match], ...]:
    """The alerts that follow, each paired with every match behind it.

    All pairs of one subscriber and story hold the same alert: that of the route that is due first, of several the one
    that stands first. Only rules that are live alert. A subscriber whom a route names and nobody configured is passed
    over (loading the configuration reports them).
    """
    due = cache(partial(due_at, at=now))
    alerts: dict[tuple[SubscriberId, StoryId], Alert] = {}
    matches: dict[tuple[SubscriberId, StoryId], dict[tuple[RuleId, str], Match]] = {}
    for candidate in candidates:
        if candidate.rule.status != "live":
            continue
        for alert in _iter_alerts(candidate, routes, subscribers, due):
            key = alert.subscriber, alert.story
            alerts[key] = min(alerts.get(key, alert), alert, key=lambda each: each.due_at)
            match = candidate.match
            matches.setdefault(key, {})[match.rule, match.article] = match
    return tuple((alerts[key], match) for key, found in matches.items() for match in found.values())


def fits(condition: Condition, candidate: Candidate) -> bool:
    """Whether a match meets every part of a route's condition; an empty part asks nothing.

    Within a part any one of its values is enough. Where the language of an article is unknown its source's stands in
    for it; where that is unknown too, it passes.
    """
    return all(check(condition, candidate) for check in _CHECKS)


def _iter_alerts(
    candidate: Candidate,
    routes: Sequence[Route],
    subscribers: Mapping[SubscriberId, Subscriber],
    due: Callable[[Pace, ZoneInfo], datetime],
) -> Iterator[Alert]:
    """What each fitting route says to each of its subscribers who has not yet heard a route that ends the search."""
    ended: set[SubscriberId] = set()
    for route in (route for route in routes if fits(route.when, candidate)):
        for subscriber in (subscribers[each] for each in route.to if each in subscribers and each not in ended):
            yield Alert(
                subscriber=subscriber.id,
                story=candidate.story,
                due_at=due(route.send, subscriber.timezone),
                pace=describe_pace(route.send),
                max_stories=route.max_stories,
            )
        if not route.go_on:
            ended.update(route.to)


def _fits_pattern(value: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


def _fits_any(values: Iterable[object], wanted: tuple[object, ...]) -> bool:
    return not wanted or any(value in wanted for value in values)


def _fits_language(candidate: Candidate, wanted: tuple[str, ...]) -> bool:
    """Who asks for "pt" also gets "pt-BR"; an unknown language passes, as in rules, or a match would be lost unseen."""
    language = candidate.article.language or candidate.source.language
    return language is None or _fits_any((language, language.partition("-")[0]), wanted)


# One row for each part of a condition.
_CHECKS: tuple[Callable[[Condition, Candidate], bool], ...] = (
    lambda asked, found: _fits_pattern(found.match.rule, asked.rules),
    lambda asked, found: _fits_any((found.match.severity,), asked.severity),
    lambda asked, found: _fits_any(found.rule.tags, asked.tags),
    lambda asked, found: _fits_pattern(found.source.id, asked.source),
    lambda asked, found: _fits_any(found.source.tags, asked.source_tags),
    lambda asked, found: _fits_language(found, asked.language),
    lambda asked, found: _fits_any((found.source.tier,), asked.tier),
    lambda asked, found: _fits_any((mention.actor for mention in found.match.mentions), asked.actor),
)
