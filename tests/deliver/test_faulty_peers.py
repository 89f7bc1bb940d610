"""Every row of the table of faulty peers, over real sockets and through the outbox on a real database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from monitor.deliver.slack import SlackChannel
from monitor.model import Delivery, Digest, EmailAddress, SlackWebhook, Subscriber, SubscriberId
from monitor.pipeline import Plan, Ports, deliver_due, tell_operators
from monitor.ports import Channel
from monitor.route.digest import create_deliveries, digest_id_of
from monitor.store.database import Database
from monitor.store.engines import sqlite_url
from tests.deliver.faulty import Row, Setting, open_setting, open_sound_setting, read_table
from tests.deliver.peers import listen, loopback_session, make_certificate
from tests.deliver.slack_double import SlackDouble
from tests.deliver.values import NOW, TOKEN
from tests.pipeline.stage import KeepingChannel
from tests.render.samples import ANA, full_digest, make_digest, strike_story

ROWS = read_table()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@dataclass(slots=True)
class Outbox:
    """One database for all rows: each has a subscriber of its own."""

    runner: asyncio.Runner
    store: Database

    def play(self, row: Row, certificate: Path) -> "Course":
        return self.runner.run(_play(self.store, row, certificate))


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outbox]:
    with asyncio.Runner() as runner:
        store = runner.run(Database.open(sqlite_url(tmp_path_factory.mktemp("outbox") / "monitor.sqlite3")))
        yield Outbox(runner, store)
        runner.run(store.close())


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What became of one message: after the first try, and after what was wrong had been mended."""

    first: Delivery
    words: str
    requests: int
    is_disabled: bool
    notices: tuple[str, ...]
    mended: Delivery
    received: list[bytes]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_follows_from_a_faulty_peer_is_what_the_table_says(row: Row, outbox: Outbox, certificate: Path) -> None:
    course = outbox.play(row, certificate)
    assert course.first.state == {"sent": "sent", "retried": "pending"}.get(row.outcome, "dead")
    assert course.first.next_attempt_at == (NOW + row.after if row.after else None)
    assert course.is_disabled == (row.outcome == "disabled")
    assert row.says in course.words
    assert len(course.notices) == row.told
    assert all(row.says in notice for notice in course.notices)
    if row.channel != "email" and row.does.get("way") != "absent" and "tls" not in row.does:
        assert course.requests == row.requests
    if row.outcome != "sent":
        assert course.mended.state == "sent", "what was mended goes out"
        assert course.mended.id == course.first.id
        if row.channel in ("email", "webhook"):
            assert course.received == [course.first.payload], "byte for byte what was frozen"


async def _play(store: Database, row: Row, certificate: Path) -> Course:
    name = SubscriberId(f"s{ROWS.index(row)}")
    async with open_setting(row, certificate) as setting:
        first = await _put(store, row, name, setting)
        await _deliver(store, name, setting, at=NOW)
        requests = len(setting.received())
    async with store.transaction() as tx:
        after = await tx.find_delivery(first.id)
        (attempt,) = await tx.list_attempts(first.id)
        disabled = [each for each in await tx.list_disabled_channels() if each.subscriber == name]
    assert after is not None
    notices = await _hear(store, name, NOW + timedelta(hours=2) * (1 + ROWS.index(row)))
    async with open_sound_setting(row) as setting:
        mended = await _mend(store, after, setting)
        received = setting.received()
    return Course(
        first=after,
        words=attempt.error or attempt.answer or "",
        requests=requests,
        is_disabled=bool(disabled),
        notices=notices,
        mended=mended,
        received=received,
    )


async def _put(store: Database, row: Row, name: SubscriberId, setting: Setting) -> Delivery:
    digest = replace(full_digest(), id=digest_id_of(name, NOW), subscriber=name)
    subscriber = replace(ANA, id=name, addresses=(*ANA.addresses, setting.address))
    payload = setting.channel.render(digest, subscriber)
    (delivery,) = create_deliveries(digest, {row.kind: payload}, NOW)
    async with store.transaction() as tx:
        await tx.add_digest(digest, [], [delivery])
    return delivery


async def _mend(store: Database, delivery: Delivery, setting: Setting) -> Delivery:
    """What an operator or the schedule does next, with a peer that is well by then."""
    at = delivery.next_attempt_at or NOW + timedelta(minutes=1)
    async with store.transaction() as tx:
        await tx.enable_channel(delivery.subscriber, delivery.channel)
        if delivery.state == "dead":
            assert await tx.replay_delivery(delivery.id, at)
    await _deliver(store, delivery.subscriber, setting, at=at)
    async with store.transaction() as tx:
        found = await tx.find_delivery(delivery.id)
        await tx.drop_delivery(delivery.id)  # whatever went wrong: no later row is to meet it
    assert found is not None
    return found


async def _deliver(store: Database, name: SubscriberId, setting: Setting, *, at: datetime) -> None:
    subscriber = replace(ANA, id=name, addresses=(setting.address,))
    await deliver_due(_ports(store, setting.channel, at), _plan(subscriber))


async def _hear(store: Database, name: SubscriberId, at: datetime) -> tuple[str, ...]:
    """What operators are told of a subscriber."""
    operator = replace(ANA, id=SubscriberId("operator"), addresses=(EmailAddress(address="operator@example.org"),))
    plan = replace(_plan(operator), operators=(operator.id,))
    digests = await tell_operators(_ports(store, KeepingChannel(), at), plan)
    return tuple(each.text for digest in digests for each in digest.notices if f'"{name}"' in each.text)


def _plan(*subscribers: Subscriber) -> Plan:
    return Plan(sources={}, subscribers={each.id: each for each in subscribers}, routes=())


def _ports(store: Database, channel: Channel, now: datetime) -> Ports:
    unused = cast("Any", None)
    return Ports(
        store=store,
        fetcher=unused,
        archives=unused,
        parser=unused,
        matcher=unused,
        channels={channel.kind: channel},
        clock=lambda: now,
        jitter=lambda: 0.0,
        reached=lambda _point: None,
    )


@dataclass(slots=True)
class _Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def _slack(clock: _Clock) -> AsyncIterator[tuple[SlackDouble, Setting]]:
    double = SlackDouble(clock=clock)
    async with listen(double) as port, loopback_session() as session:
        address = SlackWebhook(url=f"http://127.0.0.1:{port}/services/{TOKEN}")
        yield double, Setting(SlackChannel(session, clock), address, lambda: [each.body for each in double.requests])


async def _send_burst(store: Database, digests: list[Digest]) -> SlackDouble:
    clock = _Clock()
    async with _slack(clock) as (double, setting):
        subscriber = replace(ANA, addresses=(setting.address,))
        for digest in digests:
            payload = setting.channel.render(digest, subscriber)
            async with store.transaction() as tx:
                await tx.add_digest(digest, [], create_deliveries(digest, {"slack": payload}, NOW))
        for _ in range(2 * len(digests)):
            await _deliver(store, ANA.id, setting, at=clock.now)
            clock.now += timedelta(seconds=1)
        return double


def test_a_burst_reaches_slack_at_its_pace_and_is_never_refused(outbox: Outbox) -> None:
    starts = [NOW + timedelta(seconds=number) for number in range(5)]
    digests = [
        replace(make_digest(strike_story()), id=digest_id_of(ANA.id, start), window_start=start) for start in starts
    ]
    double = outbox.runner.run(_send_burst(outbox.store, digests))
    assert len(double.taken) == len(double.requests) == 5
