"""Who hears of a match: the alerts that follow from stored matches, by the operator's routes.

Per subscriber the first route that names them and fits ends the search, unless it says to go on; another subscriber's
route is never touched by it. A subscriber hears of a story once: all that matched it joins in one alert, at the
fastest pace of the routes that spoke. Silences of operators, and what subscribers muted, take alerts away.

It does not decide whether matches alert at all (the first poll of a source does not), nor what is already known to a
subscriber: an alert has a natural key, and the store keeps it once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property

from monitor.model import (
    Alert,
    Article,
    Choices,
    Condition,
    Match,
    Route,
    Rule,
    RuleId,
    Silence,
    Source,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.route.timing import Reader, Timing, create_reader, time_alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored match, with all that a route may ask about it."""

    article: Article
    story: StoryId
    match: Match
    rule: Rule
    source: Source


@dataclass(frozen=True)
class Audience:
    """Who may hear, and by which routes: what operators configured, and what subscribers chose for themselves."""

    routes: Sequence[Route]
    subscribers: Mapping[SubscriberId, Subscriber]
    choices: Mapping[SubscriberId, Choices] = field(default_factory=dict)
    silences: Sequence[Silence] = ()

    @cached_property
    def readers(self) -> Mapping[SubscriberId, Reader]:
        """Every subscriber that a route names and that is configured."""
        routes_of: dict[SubscriberId, list[Route]] = {}
        for route in self.routes:
            for subscriber in route.to:
                routes_of.setdefault(subscriber, []).append(route)
        return {
            each: create_reader(self.subscribers[each], routes, self.choices.get(each))
            for each, routes in routes_of.items()
            if each in self.subscribers
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one route says of a match to one subscriber.

    `unfit` names the parts of its condition that do not fit; `ended_by` is the route before it that ended the search.
    `timing` is there when it speaks. `number` counts the routes from 1.
    """

    route: Route
    number: int
    unfit: tuple[str, ...] = ()
    ended_by: int | None = None
    timing: Timing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one subscriber gets of a match, and why. `refusal` says why nobody, or not this one, hears of it at all."""

    subscriber: SubscriberId
    verdicts: tuple[Verdict, ...]
    refusal: str | None = None

    @property
    def chosen(self) -> Verdict | None:
        """Of the routes that speak the one that is due first, of several the one that stands first."""
        if self.refusal is not None:
            return None
        speaking = [(verdict.timing.due_at, verdict.number, verdict) for verdict in self.verdicts if verdict.timing]
        return min(speaking)[-1] if speaking else None


def route_matches(
    candidates: Iterable[Candidate], audience: Audience, now: datetime
) -> tuple[tuple[Alert, Match], ...]:
    """The alerts that follow, each paired with every match behind it.

    All pairs of one subscriber and story hold the same alert: that of the route that is due first, of several the one
    that stands first. Only rules that are live alert. A subscriber whom a route names and nobody configured is passed
    over (loading the configuration reports them).
    """
    alerts: dict[tuple[SubscriberId, StoryId], Alert] = {}
    matches: dict[tuple[SubscriberId, StoryId], dict[tuple[RuleId, str], Match]] = {}
    for candidate in candidates:
        for decision in decide(candidate, audience, now):
            if (verdict := decision.chosen) is None:
                continue
            alert = _create_alert(candidate, decision.subscriber, verdict)
            key = alert.subscriber, alert.story
            alerts[key] = min(alerts.get(key, alert), alert, key=lambda each: each.due_at)
            match = candidate.match
            matches.setdefault(key, {})[match.rule, match.article] = match
    return tuple((alerts[key], match) for key, found in matches.items() for match in found.values())


def decide(candidate: Candidate, audience: Audience, now: datetime) -> Iterator[Decision]:
    """What each subscriber that a route names gets of a match, every route considered; in the order of the routes."""
    verdicts: dict[SubscriberId, list[Verdict]] = {}
    ended: dict[SubscriberId, int] = {}
    for number, route in enumerate(audience.routes, 1):
        unfit = find_unfit(route.when, candidate)
        for reader in (audience.readers[each] for each in route.to if each in audience.readers):
            subscriber = reader.subscriber.id
            speaks = not unfit and subscriber not in ended
            timing = time_alert(reader, route.send, candidate.match.severity, now) if speaks else None
            verdicts.setdefault(subscriber, []).append(
                Verdict(route=route, number=number, unfit=unfit, ended_by=ended.get(subscriber), timing=timing)
            )
            if speaks and not route.go_on:
                ended[subscriber] = number
    refusal = _refuse_all(candidate, audience.silences, now)
    for subscriber, found in verdicts.items():
        own = refuse_reader(audience.readers[subscriber].choices, candidate.match.rule, candidate.story)
        yield Decision(subscriber=subscriber, verdicts=tuple(found), refusal=refusal or own)


def find_silence(silences: Iterable[Silence], candidate: Candidate, now: datetime) -> Silence | None:
    """The first silence that takes a match away from everybody."""
    rule, source, story = candidate.match.rule, candidate.source.id, candidate.story
    return next((each for each in silences if is_silenced(each, rule, source, story, now)), None)


def is_silenced(silence: Silence, rule: str, source: str, story: str, now: datetime) -> bool:
    """Whether a silence is in force and fits in every part that it names."""
    return (
        now < (silence.ended_at or silence.until)
        and (silence.rule is None or fnmatchcase(rule, silence.rule))
        and (silence.source is None or fnmatchcase(source, silence.source))
        and (silence.story is None or silence.story == story)
    )


def refuse_reader(choices: Choices, rule: str, story: str) -> str | None:
    """Why a subscriber does not want to hear of a match, by their own choice."""
    if choices.unsubscribed_at is not None:
        return "has unsubscribed"
    if rule in choices.muted_rules:
        return f'has muted the rule "{rule}"'
    return "has muted this story" if story in choices.muted_stories else None


def fits(condition: Condition, candidate: Candidate) -> bool:
    """Whether a match meets every part of a route's condition; see `find_unfit`."""
    return not find_unfit(condition, candidate)


def find_unfit(condition: Condition, candidate: Candidate) -> tuple[str, ...]:
    """The parts of a route's condition that a match does not meet, as `when` names them; an empty part asks nothing.

    Within a part any one of its values is enough. Where the language of an article is unknown its source's stands in
    for it; where that is unknown too, it passes.
    """
    return tuple(name for name, check in _CHECKS.items() if not check(condition, candidate))


def describe_condition(condition: Condition) -> str:
    """What a route asks for, in a line: "rules karabakh-*, severity critical or high"; "everything"."""
    asked = {name: getattr(condition, name) for name in _CHECKS}
    parts = [
        f"{name.replace('_', ' ')} {' or '.join(_word(each) for each in words)}"
        for name, words in asked.items()
        if words
    ]
    return ", ".join(parts) or "everything"


def _word(value: object) -> str:
    return str(getattr(value, "value", value))


def _refuse_all(candidate: Candidate, silences: Sequence[Silence], now: datetime) -> str | None:
    if candidate.rule.status != "live":
        return f'the rule "{candidate.rule.id}" is {_STATUS[candidate.rule.status]}'
    silence = find_silence(silences, candidate, now)
    return None if silence is None else f"silenced by {silence.id}: {silence.reason}"


_STATUS = {"draft": "a draft, which is counted and never sent", "off": "off"}


def _create_alert(candidate: Candidate, subscriber: SubscriberId, verdict: Verdict) -> Alert:
    assert verdict.timing is not None  # noqa: S101 - it has been chosen because it speaks
    return Alert(
        subscriber=subscriber,
        story=candidate.story,
        due_at=verdict.timing.due_at,
        pace=verdict.timing.pace,
        max_stories=verdict.route.max_stories,
        section=describe_condition(verdict.route.when),
        held=verdict.timing.held,
    )


def _fits_pattern(value: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for pattern in patterns)


def _fits_any(values: Iterable[object], wanted: tuple[object, ...]) -> bool:
    return not wanted or any(value in wanted for value in values)


def _fits_language(candidate: Candidate, wanted: tuple[str, ...]) -> bool:
    """Who asks for "pt" also gets "pt-BR"; an unknown language passes, as in rules, or a match would be lost unseen."""
    language = candidate.article.language or candidate.source.language
    return language is None or _fits_any((language, language.partition("-")[0]), wanted)


# One row for each part of a condition.
_CHECKS: Mapping[str, Callable[[Condition, Candidate], bool]] = {
    "rules": lambda asked, found: _fits_pattern(found.match.rule, asked.rules),
    "severity": lambda asked, found: _fits_any((found.match.severity,), asked.severity),
    "tags": lambda asked, found: _fits_any(found.rule.tags, asked.tags),
    "source": lambda asked, found: _fits_pattern(found.source.id, asked.source),
    "source_tags": lambda asked, found: _fits_any(found.source.tags, asked.source_tags),
    "language": lambda asked, found: _fits_language(found, asked.language),
    "tier": lambda asked, found: _fits_any((found.source.tier,), asked.tier),
    "actor": lambda asked, found: _fits_any((mention.actor for mention in found.match.mentions), asked.actor),
}
