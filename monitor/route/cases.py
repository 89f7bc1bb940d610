"""The tests of routes: what a match would bring to each subscriber, against what the operator expects.

Pure; where a test stands and whether its words can be read is the matter of monitor.config. A test speaks of routes,
quiet hours and rules: silences, caps and what subscribers chose for themselves come and go, and `hold` is ignored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.model import (
    Article,
    ArticleId,
    EntryKey,
    Match,
    Mention,
    Now,
    Route,
    Rule,
    RuleId,
    Severity,
    Source,
    SourceId,
    StoryId,
    SubscriberId,
)
from monitor.route.routes import Audience, Candidate, Decision, decide

Kind = Literal["now", "digest", "held", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The match that a test is about: its rule, and what of the rest it names."""

    rule: Rule
    severity: Severity
    at: datetime
    source: Source | None = None
    language: str | None = None
    actors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """`now`, `nothing`, or `digest` or `held` with the wall clock of the subscriber ("2026-03-30 07:30")."""

    kind: Kind
    clock: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.clock}" if self.clock else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A subscriber who would get something else than expected; `why` says what led there."""

    subscriber: SubscriberId
    expected: Expectation
    found: Expectation
    why: str


def run_case(
    given: Given, expected: Mapping[SubscriberId, Expectation], audience: Audience, *, nobody_else: bool
) -> Iterator[Miss]:
    """Every subscriber of whom the test says something that is not so."""
    tested = Audience(routes=_without_holds(audience.routes), subscribers=audience.subscribers)
    decisions = {each.subscriber: each for each in decide(create_candidate(given), tested, given.at)}
    others = {each: Expectation("nothing") for each in decisions if each not in expected} if nobody_else else {}
    for subscriber, expectation in ({**expected, **others}).items():
        decision = decisions.get(subscriber, Decision(subscriber=subscriber, verdicts=()))
        found = summarise(decision, audience.subscribers[subscriber].timezone)
        if found != expectation:
            yield Miss(subscriber=subscriber, expected=expectation, found=found, why=explain_briefly(decision))


def create_candidate(given: Given) -> Candidate:
    """A match of the rule as if it had been found; what the test does not name fits no condition that asks for it."""
    source = given.source or Source(id=SourceId(""), kind="feed", address="")
    article = Article(
        id=ArticleId("test"),
        source=source.id,
        key=EntryKey("test"),
        language=given.language,
        fetched_at=given.at,
        fingerprint="",
    )
    match = Match(
        rule=given.rule.id,
        version=given.rule.version,
        article=article.id,
        severity=given.severity,
        mentions=tuple(
            Mention(clause="match", field="body", start=0, end=0, text="", term="", actor=actor)
            for actor in given.actors
        ),
    )
    return Candidate(article=article, story=StoryId("test"), match=match, rule=given.rule, source=source)


def create_rule(identifier: str, severity: Severity) -> Rule:
    """A rule of which nothing but its id is known."""
    return Rule(id=RuleId(identifier), version="", title=identifier, severity=severity)


def summarise(decision: Decision, timezone: ZoneInfo) -> Expectation:
    """A decision in the words of a test."""
    chosen = decision.chosen
    if chosen is None or chosen.timing is None:
        return Expectation("nothing")
    if chosen.timing.outcome == "now":
        return Expectation("now")
    return Expectation(chosen.timing.outcome, f"{chosen.timing.due_at.astimezone(timezone):%Y-%m-%d %H:%M}")


def explain_briefly(decision: Decision) -> str:
    """Which route spoke, or why none did."""
    if decision.refusal is not None:
        return decision.refusal
    if decision.chosen is not None:
        held = decision.chosen.timing is not None and decision.chosen.timing.held
        return f"by route {decision.chosen.number}" + (", held by quiet hours" if held else "")
    if not decision.verdicts:
        return "no route names this subscriber"
    reasons = [f"route {each.number} does not fit: {', '.join(each.unfit)}" for each in decision.verdicts if each.unfit]
    return "; ".join(reasons)


def _without_holds(routes: Sequence[Route]) -> tuple[Route, ...]:
    return tuple(replace(route, send=Now(timedelta(0))) if isinstance(route.send, Now) else route for route in routes)
