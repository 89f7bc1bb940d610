"""Every store: deliveries are leased, tried, recorded and replayed."""

from dataclasses import replace

import pytest

from monitor.model import Delivery, DeliveryId, SubscriberId
from monitor.ports import Claim, OutboxState, Transaction, Tried
from monitor.store.database import Database
from tests.builders import NOON
from tests.contract.stores import (
    MINUTE,
    claim_due,
    finish,
    in_store,
    in_transaction,
    make_attempt,
    make_delivery,
    make_digest,
    opened,
)


async def put(tx: Transaction, *deliveries: Delivery) -> None:
    digest = make_digest()
    await tx.add_digest(digest, [], deliveries or [make_delivery(digest)])


async def put_many(tx: Transaction, count: int) -> list[str]:
    """One digest a delivery; the ids, in the order in which they are due."""
    for number in range(count):
        digest = make_digest(f"d{number:02}", NOON + number * MINUTE)
        await tx.add_digest(digest, [], [make_delivery(digest, next_attempt_at=NOON - (count - number) * MINUTE)])
    return [f"d{number:02}-email" for number in range(count)]


async def claim(tx: Transaction, *, minutes: int = 0, limit: int = 10) -> tuple[Claim, ...]:
    return await claim_due(tx, NOON + minutes * MINUTE, limit=limit, lease=5 * MINUTE)


def test_a_delivery_comes_back_as_it_was_written(store_url: str) -> None:
    delivery = make_delivery(make_digest(), payload=bytes(range(256)) * 1000, next_attempt_at=NOON + MINUTE)
    in_transaction(store_url, lambda tx: put(tx, delivery))
    assert in_transaction(store_url, lambda tx: tx.find_delivery(delivery.id)) == delivery


def test_due_deliveries_are_claimed_once_the_oldest_first(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        ids = await put_many(tx, 5)
        claims = await claim(tx, limit=3)
        assert [each.delivery.id for each in claims] == ids[:3]
        assert [each.delivery.id for each in await claim(tx)] == ids[3:]
        assert await claim(tx) == ()

    in_transaction(store_url, scenario)


def test_what_is_not_due_sent_or_dead_is_not_claimed(store_url: str) -> None:
    digest = make_digest()
    deliveries = [
        make_delivery(digest, channel="email", next_attempt_at=NOON + MINUTE),
        make_delivery(digest, channel="slack", state="sent", next_attempt_at=None, sent_at=NOON),
        make_delivery(digest, channel="webhook", state="dead", next_attempt_at=None),
    ]

    async def scenario(tx: Transaction) -> None:
        await put(tx, *deliveries)
        assert await claim(tx) == ()
        assert [each.delivery.channel for each in await claim(tx, minutes=1)] == ["email"]

    in_transaction(store_url, scenario)


def test_an_attempt_is_recorded_with_what_follows_from_it(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await put(tx)
        (ours,) = await claim(tx)
        failed = make_attempt(ours.delivery, error="421 try later", retry_after=NOON + MINUTE)
        waiting = replace(ours.delivery, attempts=1, next_attempt_at=NOON + MINUTE)
        assert await finish(tx, ours, failed, waiting)
        assert await tx.list_deliveries() == (waiting,)
        (ours,) = await claim(tx, minutes=1)
        accepted = make_attempt(ours.delivery, answer="250 queued", at=NOON + MINUTE)
        sent = replace(ours.delivery, state="sent", attempts=2, next_attempt_at=None, sent_at=NOON + MINUTE)
        assert await finish(tx, ours, accepted, sent)
        assert await tx.list_deliveries() == (sent,)
        assert await tx.list_attempts(sent.id) == (failed, accepted)
        assert await claim(tx, minutes=600) == ()

    in_transaction(store_url, scenario)


def test_the_outcome_of_a_lost_lease_is_kept_as_an_attempt_and_changes_nothing_else(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await put(tx)
        (lost,) = await claim(tx)
        (ours,) = await claim(tx, minutes=5)
        assert ours.token == lost.token + 1
        dead = replace(lost.delivery, state="dead", attempts=1, next_attempt_at=None)
        late = make_attempt(lost.delivery, error="550 no", permanent=True)
        assert not await finish(tx, lost, late, dead)
        assert await claim(tx, minutes=6) == ()
        sent = replace(ours.delivery, state="sent", attempts=1, next_attempt_at=None, sent_at=NOON)
        assert await finish(tx, ours, make_attempt(ours.delivery, answer="250"), sent)
        assert await tx.find_delivery(sent.id) == sent
        tries = await tx.list_attempts(sent.id)
        assert [(each.number, each.error, each.answer) for each in tries] == [(1, "550 no", None), (2, None, "250")]

    in_transaction(store_url, scenario)


def test_tries_that_are_recorded_together_fare_as_each_would_alone(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await put_many(tx, 3)
        (lost,) = await claim(tx, limit=1)
        again, second, third = await claim(tx, minutes=5)
        unknown = Claim(delivery=make_delivery(make_digest("unknown")), token=1)
        tried = [
            Tried(
                claim=each,
                attempt=make_attempt(each.delivery, answer="250"),
                after=replace(each.delivery, state="sent", attempts=1, next_attempt_at=None, sent_at=NOON),
            )
            for each in (third, lost, unknown, second)
        ]
        assert await tx.finish_attempts(tried) == {second.delivery.id, third.delivery.id}
        assert await tx.finish_attempts([]) == frozenset()
        states = {delivery.id: delivery.state for delivery in await tx.list_deliveries()}
        assert states == {"d00-email": "pending", "d01-email": "sent", "d02-email": "sent"}
        assert await finish(tx, again, make_attempt(again.delivery, error="451"), again.delivery)
        numbers = [each.number for each in await tx.list_attempts(again.delivery.id)]
        assert numbers == [1, 2]

    in_transaction(store_url, scenario)


def test_each_channel_drains_its_own_part_of_the_outbox(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        digest = make_digest()
        await put(tx, make_delivery(digest, channel="email"), make_delivery(digest, channel="webhook"))
        assert [each.delivery.channel for each in await claim_due(tx, channel="webhook")] == ["webhook"]
        assert await claim_due(tx, channel="slack") == ()
        assert [each.delivery.channel for each in await claim_due(tx)] == ["email"]

    in_transaction(store_url, scenario)


def test_the_same_outcome_written_twice_is_one_attempt(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await put(tx)
        (ours,) = await claim(tx)
        sent = replace(ours.delivery, state="sent", attempts=1, next_attempt_at=None, sent_at=NOON)
        attempt = make_attempt(ours.delivery, answer="250")
        assert await finish(tx, ours, attempt, sent)
        assert not await finish(tx, ours, attempt, sent)
        assert await tx.list_attempts(sent.id) == (attempt,)

    in_transaction(store_url, scenario)


def test_a_replayed_delivery_is_sent_again_under_its_id_and_numbers_its_attempts_on(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await put(tx)
        (first,) = await claim(tx)
        assert not await tx.replay_delivery(first.delivery.id, NOON)
        dead = replace(first.delivery, state="dead", attempts=1, next_attempt_at=None)
        await finish(tx, first, make_attempt(first.delivery, error="550"), dead)
        assert await tx.replay_delivery(dead.id, NOON + 9 * MINUTE)
        assert not await tx.replay_delivery(dead.id, NOON + 9 * MINUTE)
        assert await claim(tx, minutes=8) == ()
        (again,) = await claim(tx, minutes=9)
        assert again.delivery == replace(first.delivery, next_attempt_at=NOON + 9 * MINUTE)
        assert again.token > first.token
        sent = replace(again.delivery, state="sent", attempts=1, next_attempt_at=None, sent_at=NOON)
        assert await finish(tx, again, make_attempt(again.delivery, answer="250"), sent)
        assert [each.number for each in await tx.list_attempts(sent.id)] == [1, 2]
        assert await tx.replay_delivery(sent.id, NOON)

    in_transaction(store_url, scenario)


def test_what_is_unknown_is_not_found_and_not_replayed(store_url: str) -> None:
    unknown = make_delivery(make_digest("unknown"))

    async def scenario(tx: Transaction) -> None:
        assert await tx.find_delivery(unknown.id) is None
        assert await tx.find_digest(unknown.id) is None
        assert await tx.list_attempts(unknown.id) == ()
        assert not await tx.replay_delivery(unknown.id, NOON)
        assert not await finish(tx, Claim(delivery=unknown, token=1), make_attempt(unknown), unknown)

    in_transaction(store_url, scenario)


@pytest.mark.parametrize(
    ("beginning", "found"),
    [("abc-1", "abc-1"), ("abc-2", "abc-23"), ("abc", None), ("ABC-2", None), ("", None), ("%", None), ("abc_2", None)],
)
def test_a_delivery_is_found_by_a_beginning_that_only_one_has(store_url: str, beginning: str, found: str) -> None:
    async def scenario(tx: Transaction) -> None:
        digest = make_digest()
        await put(
            tx,
            make_delivery(digest, id=DeliveryId("abc-1"), channel="email"),
            make_delivery(digest, id=DeliveryId("abc-11"), channel="slack"),
            make_delivery(digest, id=DeliveryId("abc-23"), channel="webhook"),
        )
        delivery = await tx.find_delivery(DeliveryId(beginning))
        assert (delivery and delivery.id) == found
        assert await tx.list_delivery_ids("abc-", limit=2) == ("abc-1", "abc-11")
        assert await tx.list_delivery_ids("abc-2", limit=2) == ("abc-23",)
        assert await tx.list_delivery_ids("ABC", limit=2) == ()

    in_transaction(store_url, scenario)


def test_deliveries_are_listed_newest_first_and_by_state_and_subscriber(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        for number, subscriber in enumerate(("ana", "desk", "ana")):
            digest = make_digest(f"d{number}", NOON + number * MINUTE, subscriber=SubscriberId(subscriber))
            state = "dead" if number == 0 else "pending"
            await tx.add_digest(digest, [], [make_delivery(digest, created_at=NOON + number * MINUTE, state=state)])
        listed = await tx.list_deliveries()
        assert [delivery.digest for delivery in listed] == ["d2", "d1", "d0"]
        assert [each.digest for each in await tx.list_deliveries(limit=1)] == ["d2"]
        assert [each.digest for each in await tx.list_deliveries(state="dead")] == ["d0"]
        assert [each.digest for each in await tx.list_deliveries(subscriber=SubscriberId("ana"))] == ["d2", "d0"]

    in_transaction(store_url, scenario)


def test_two_stores_claim_disjoint_deliveries(store_url: str) -> None:
    async def scenario(one: Database) -> None:
        async with one.transaction() as tx:
            ids = await put_many(tx, 12)
        async with opened(store_url) as other:
            async with one.transaction() as tx:
                mine = await claim(tx, limit=5)
            async with other.transaction() as tx:
                theirs = await claim(tx, limit=50)
        assert [each.delivery.id for each in (*mine, *theirs)] == ids

    in_store(store_url, scenario)


@pytest.mark.postgres
def test_workers_claim_side_by_side_without_waiting(postgres_url: str) -> None:
    async def scenario(database: Database) -> None:
        async with database.transaction() as tx:
            ids = await put_many(tx, 6)
        async with database.transaction() as first, database.transaction() as second:
            mine, theirs = await claim(first, limit=4), await claim(second, limit=4)
        assert sorted(each.delivery.id for each in (*mine, *theirs)) == ids

    in_store(postgres_url, scenario)


def test_released_leases_let_a_restarted_service_deliver_at_once(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await put(tx)
        (before,) = await claim(tx)
        await tx.release_leases()
        (after,) = await claim(tx)
        assert (after.delivery, after.token) == (before.delivery, before.token + 1)

    in_transaction(store_url, scenario)


def test_the_outbox_is_measured_by_what_waits_and_what_was_given_up(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        assert await tx.measure_outbox(NOON) == OutboxState()
        for number, fields in enumerate(
            (
                {"created_at": NOON - 9 * MINUTE, "next_attempt_at": NOON + MINUTE},
                {"created_at": NOON - 5 * MINUTE, "next_attempt_at": NOON - 2 * MINUTE},
                {"created_at": NOON - 99 * MINUTE, "next_attempt_at": None, "state": "sent", "sent_at": NOON},
                {"created_at": NOON - 99 * MINUTE, "next_attempt_at": None, "state": "dead"},
            )
        ):
            digest = make_digest(f"d{number}", NOON + number * MINUTE)
            await tx.add_digest(digest, [], [make_delivery(digest, **fields)])
        expected = OutboxState(pending=2, dead=1, age=9 * MINUTE, overdue=2 * MINUTE)
        assert await tx.measure_outbox(NOON) == expected
        ahead = await tx.measure_outbox(NOON - 60 * MINUTE)
        assert (ahead.age, ahead.overdue) == (0 * MINUTE, 0 * MINUTE), "a clock that was set back"

    in_transaction(store_url, scenario)
