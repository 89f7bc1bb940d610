"""A stage for the steps of routing: a real store, a clock that tests move, channels that keep what they are given."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from monitor.errors import DeliveryError, Problem
from monitor.model import (
    Address,
    Article,
    ChannelKind,
    Delivery,
    Digest,
    Match,
    PollState,
    Route,
    Rule,
    Severity,
    Source,
    SourceId,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.pipeline import Plan, Ports, compose_due, deliver_due, plan_windows
from monitor.pipeline.raising import raise_alerts
from monitor.ports import Receipt, Transaction
from monitor.render.documents import digest_document
from monitor.route.routes import Candidate
from monitor.store.database import Database
from tests.builders import make_article
from tests.contract.stores import make_match, opened
from tests.route.values import SUBSCRIBERS

T = TypeVar("T")

YEREVAN = ZoneInfo("Asia/Yerevan")
WIRE = Source(id=SourceId("wire"), kind="feed", address="https://example.org/feed")


def yerevan(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A local time of March 2026 in Yerevan, as an instant."""
    return datetime(2026, month, day, hour, minute, tzinfo=YEREVAN).astimezone(UTC)


@dataclass
class KeepingChannel:
    """A channel whose other side keeps what comes, or refuses with `refusal`."""

    kind: ChannelKind = "email"
    sent: list[Delivery] = field(default_factory=list)
    refusal: DeliveryError | None = None

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:
        return json.dumps(digest_document(digest), sort_keys=True).encode()

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(delivery)
        return Receipt("kept")


@dataclass
class Stage:
    """The service without its feeds: what a test says has matched, and what follows."""

    store: Database
    plan: Plan
    now: datetime
    channels: dict[ChannelKind, KeepingChannel]
    free: float = 1.0
    broken_templates: tuple[Problem, ...] = ()

    @property
    def ports(self) -> Ports:
        unused = cast("Any", None)
        return Ports(
            store=self.store,
            fetcher=unused,
            archives=unused,
            parser=unused,
            matcher=unused,
            channels=self.channels,
            clock=lambda: self.now,
            jitter=lambda: 0.0,
            reached=lambda _point: None,
            disk_free=lambda: self.free,
            broken_templates=lambda: self.broken_templates,
        )

    async def match(self, *titles: str, severity: Severity = Severity.HIGH, rule: str = "storms") -> list[Article]:
        """Articles that a rule has matched, in one poll."""
        articles = [
            make_article(
                f"{title} {number}",
                key=title,
                title=title,
                fetched_at=self.now,
                published=self.now,
                published_precision="second",
            )
            for number, title in enumerate(titles)
        ]
        matches = [make_match(article, rule, severity=severity) for article in articles]
        await self.store_matches(articles, matches)
        return articles

    async def store_matches(self, articles: Sequence[Article], matches: Sequence[Match]) -> None:
        rules = {match.rule: Rule(id=match.rule, version="v1", title=match.rule) for match in matches}
        by_id = {article.id: article for article in articles}
        async with self.store.transaction() as tx:
            await tx.add_articles(articles)
            await tx.assign_stories({article.id: StoryId(article.id) for article in articles}, self.now)
            await tx.save_rules(rules.values(), self.now)
            await tx.add_matches(matches)
            candidates = [
                Candidate(
                    article=by_id[match.article],
                    story=StoryId(match.article),
                    match=match,
                    rule=rules[match.rule],
                    source=WIRE,
                )
                for match in matches
            ]
            await raise_alerts(tx, self.plan, candidates, self.now)

    async def tick(self) -> list[Digest]:
        """What is composed and sent at this moment."""
        composed = list(await compose_due(self.ports, self.plan))
        await deliver_due(self.ports, self.plan)
        return composed

    async def run_until(self, end: datetime) -> list[tuple[datetime, Digest]]:
        """Let time pass; each digest with the moment at which it was composed.

        The clock stops wherever a row says that something is due, and halfway before, where nothing may happen.
        """
        found: list[tuple[datetime, Digest]] = []
        while self.now < end:
            coming = min([end, *await self._list_coming()])
            for at in (self.now + (coming - self.now) / 2, coming):
                self.now = at
                found += [(at, digest) for digest in await self.tick()]
        return found

    async def _list_coming(self) -> list[datetime]:
        async with self.store.transaction() as tx:
            instants = [window.next_at for window in await tx.list_windows()]
            for subscriber in self.plan.subscribers:
                instants += [each.alert.due_at for each in await tx.list_pending_alerts(subscriber, None)]
                paused_until = (await tx.find_choices(subscriber)).paused_until
                instants += [paused_until] if paused_until else []
        return [instant for instant in instants if instant > self.now]

    async def change(self, **fields: Any) -> None:
        """Another configuration."""
        self.plan = replace(self.plan, **fields)
        await self.begin()

    async def begin(self) -> None:
        async with self.store.transaction() as tx:
            await plan_windows(tx, self.plan, self.now)

    async def within(self, action: Callable[[Transaction], Awaitable[T]]) -> T:
        """An action in a transaction of its own."""
        async with self.store.transaction() as tx:
            return await action(tx)


@asynccontextmanager
async def open_stage(
    url: str, *routes: Route, now: datetime, subscribers: Sequence[Subscriber] = (), **plan: Any
) -> AsyncIterator[Stage]:
    known: dict[SubscriberId, Subscriber] = {**SUBSCRIBERS, **{each.id: each for each in subscribers}}
    async with opened(url) as store:
        stage = Stage(
            store=store,
            plan=Plan(sources={WIRE.id: WIRE}, subscribers=known, routes=routes, **plan),
            now=now,
            channels={"email": KeepingChannel()},
        )
        await stage.begin()
        yield stage


def on_stage(url: str, scenario: Callable[[Stage], Awaitable[T]], *routes: Route, now: datetime, **fields: Any) -> T:
    """Run a scenario."""

    async def run() -> T:
        async with open_stage(url, *routes, now=now, **fields) as stage:
            return await scenario(stage)

    return asyncio.run(run())


def titles(digest: Digest) -> list[str | None]:
    return [story.article.title for story in digest.stories]


def polled(now: datetime, **fields: Any) -> PollState:
    return PollState(source=WIRE.id, next_poll_at=now, **fields)
