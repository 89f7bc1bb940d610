"""What the tests of the stores share: opening one for a scenario, and small values that fit together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from monitor.model import (
    Alert,
    AlertId,
    Article,
    Attempt,
    ChannelKind,
    Delivery,
    DeliveryId,
    Digest,
    DigestId,
    Match,
    Mention,
    Rule,
    RuleId,
    Severity,
    StoryId,
    SubscriberId,
)
from monitor.ports import Claim, Transaction, Tried
from monitor.store.database import Database
from tests.builders import NOON

T = TypeVar("T")

ANA = SubscriberId("ana")
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url)
    try:
        yield database
    finally:
        await database.close()


def in_store(url: str, scenario: Callable[[Database], Awaitable[T]]) -> T:
    """Run a scenario on an open store."""

    async def run() -> T:
        async with opened(url) as database:
            return await scenario(database)

    return asyncio.run(run())


def in_transaction(url: str, scenario: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run a scenario in one transaction of its own, and commit it."""

    async def run(database: Database) -> T:
        async with database.transaction() as tx:
            return await scenario(tx)

    return in_store(url, run)


async def claim_due(
    tx: Transaction, now: datetime = NOON, *, channel: ChannelKind = "email", limit: int = 10, lease: timedelta = MINUTE
) -> tuple[Claim, ...]:
    """Lease what is due."""
    return await tx.claim_deliveries(now, channel=channel, limit=limit, lease=lease)


async def finish(tx: Transaction, claim: Claim, attempt: Attempt, after: Delivery) -> bool:
    """Record one try alone; whether its lease was still held."""
    return bool(await tx.finish_attempts([Tried(claim=claim, attempt=attempt, after=after)]))


def make_rule(rule: str = "ports", **fields: Any) -> Rule:
    fields.setdefault("version", "v1")
    fields.setdefault("title", f"About {rule}")
    return Rule(id=RuleId(rule), **fields)


def make_match(article: Article, rule: str = "ports", **fields: Any) -> Match:
    """A match with one mention: the first word of the body, unless other mentions are given."""
    first = (article.body or "").split(" ", 1)[0]
    mention = Mention(clause="match", field="body", start=0, end=len(first), text=first, term=first)
    fields.setdefault("version", "v1")
    fields.setdefault("severity", Severity.MEDIUM)
    fields.setdefault("mentions", (mention,))
    return Match(rule=RuleId(rule), article=article.id, **fields)


def make_alert(story: StoryId, **fields: Any) -> Alert:
    fields.setdefault("subscriber", ANA)
    fields.setdefault("due_at", NOON)
    fields.setdefault("pace", "daily 12:00")
    return Alert(story=story, **fields)


def make_digest(name: str = "d1", window_start: datetime = NOON, **fields: Any) -> Digest:
    fields.setdefault("subscriber", ANA)
    fields.setdefault("composed_at", NOON)
    fields.setdefault("stories", ())
    return Digest(id=DigestId(name), window_start=window_start, **fields)


def make_delivery(digest: Digest, **fields: Any) -> Delivery:
    fields.setdefault("channel", "email")
    fields.setdefault("id", DeliveryId(f"{digest.id}-{fields['channel']}"))
    fields.setdefault("payload", b"payload \x00\xff")
    fields.setdefault("created_at", NOON)
    fields.setdefault("next_attempt_at", NOON)
    return Delivery(digest=digest.id, subscriber=digest.subscriber, **fields)


def make_attempt(delivery: Delivery, **fields: Any) -> Attempt:
    fields.setdefault("number", delivery.attempts + 1)
    fields.setdefault("at", NOON)
    return Attempt(delivery=delivery.id, **fields)


async def store_story(tx: Transaction, *told_by: Article, story: str | None = None) -> StoryId:
    """Articles that tell one story, by default that of the first."""
    shared = StoryId(story or told_by[0].id)
    await tx.add_articles(told_by)
    await tx.assign_stories({article.id: shared for article in told_by}, NOON)
    return shared


async def raise_alert(tx: Transaction, article: Article, *matches: Match, **fields: Any) -> Alert:
    """Store an article with its story and matches, and an alert that these are behind."""
    matches = matches or (make_match(article),)
    story = await store_story(tx, article)
    await tx.save_rules({make_rule(match.rule, version=match.version) for match in matches}, NOON)
    await tx.add_matches(matches)
    alert = make_alert(story, **fields)
    await tx.add_alerts([(alert, match) for match in matches])
    return alert


async def list_pending_ids(tx: Transaction) -> list[AlertId]:
    return [pending.id for pending in await tx.list_pending_alerts(ANA, None)]
