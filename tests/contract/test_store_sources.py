"""Every store: poll states, their leases, and the checkpoints of archives."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import FeedHints, PollState, Slice, SourceId, Week
from monitor.ports import PollClaim, Transaction
from monitor.store.database import Database
from tests.builders import NOON
from tests.contract.stores import MINUTE, in_store, in_transaction, opened

WIRE, GAZETTE = SourceId("wire"), SourceId("gazette")


async def claim(tx: Transaction, *known: SourceId, limit: int = 10, minutes: int = 0) -> tuple[PollClaim, ...]:
    return await tx.claim_due_sources(known or (WIRE, GAZETTE), NOON + minutes * MINUTE, limit=limit, lease=5 * MINUTE)


def test_a_new_source_is_due_at_once_and_a_known_one_keeps_its_state(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        known = PollState(source=WIRE, next_poll_at=NOON + MINUTE, etag='W/"é"', failures=2, backlog_done=True)
        await tx.save_poll_state(known)
        await tx.sync_sources([WIRE, GAZETTE, WIRE], NOON)
        await tx.sync_sources([WIRE, GAZETTE], NOON + MINUTE)
        assert await tx.list_poll_states() == (PollState(source=GAZETTE, next_poll_at=NOON), known)

    in_transaction(store_url, scenario)


def test_polls_are_in_doubt_that_fail_on_and_on_or_have_fallen_silent_against_their_rhythm(store_url: str) -> None:
    well = PollState(source=WIRE, next_poll_at=NOON, last_new_at=NOON, rhythm=timedelta(hours=5))
    long_ago = NOON - timedelta(days=3)
    doubtful = (
        replace(well, source=SourceId("a-failing"), failures=5),
        replace(well, source=SourceId("b-silent"), last_new_at=long_ago),
        replace(well, source=SourceId("c-silent-since-then"), last_new_at=NOON - timedelta(days=2)),
    )
    others = (
        well,
        replace(well, source=SourceId("fails-at-times"), failures=4),
        replace(well, source=SourceId("without-rhythm"), last_new_at=long_ago, rhythm=None),
        replace(well, source=SourceId("without-news"), last_new_at=None),
    )

    async def scenario(tx: Transaction) -> None:
        for state in (*reversed(doubtful), *others):
            await tx.save_poll_state(state)
        found = await tx.list_doubtful_polls(failures=5, silent_since=NOON - timedelta(days=2))
        assert found == doubtful

    in_transaction(store_url, scenario)


def test_a_poll_state_comes_back_as_it_was_written(store_url: str) -> None:
    state = PollState(
        source=WIRE,
        next_poll_at=NOON + timedelta(microseconds=1),
        etag='"a"',
        last_modified="Mon, 02 Mar 2026 12:00:00 GMT",
        body_hash="abc",
        last_polled_at=NOON,
        last_success_at=NOON - MINUTE,
        last_new_at=NOON - 2 * MINUTE,
        failures=3,
        last_error="HTTP 500",
        backlog_done=True,
        whole_at=NOON,
        moved_to="https://new.example.org/feed",
        moves=2,
        gone_at=NOON,
        parked_until=NOON + MINUTE,
        rhythm=timedelta(hours=5),
        hints=FeedHints(ttl=timedelta(hours=1), skip_hours=(0, 3), skip_days=(6,)),
        guid_fault="changing",
        original_at=NOON - 3 * MINUTE,
        week=Week(since=NOON, shares=(0.0, 0.2, 1.0)),
    )

    async def scenario(tx: Transaction) -> None:
        await tx.save_poll_state(replace(state, etag=None))
        await tx.save_poll_state(state)

    in_transaction(store_url, scenario)
    assert in_transaction(store_url, lambda tx: tx.list_poll_states()) == (state,)


def test_the_longest_waiting_source_is_claimed_first_and_only_configured_and_due_ones(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        for name, minutes in (("removed", -9), ("b", -1), ("c", -2), ("a", -1), ("later", 1)):
            await tx.save_poll_state(PollState(source=SourceId(name), next_poll_at=NOON + minutes * MINUTE))
        configured = [SourceId(name) for name in ("a", "b", "c", "later", "unknown")]
        claims = await claim(tx, *configured, limit=2)
        assert [each.state.source for each in claims] == ["c", "a"]
        assert [each.state.source for each in await claim(tx, *configured, limit=2)] == ["b"]
        assert await claim(tx, *configured) == ()
        assert await claim(tx, *configured, limit=0) == ()

    in_transaction(store_url, scenario)


def test_many_removed_sources_do_not_hide_one_that_is_due(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources([SourceId(f"removed-{number}") for number in range(25)], NOON - MINUTE)
        await tx.sync_sources([WIRE], NOON)
        assert [each.state.source for each in await claim(tx, WIRE, limit=3)] == [WIRE]

    in_transaction(store_url, scenario)


def test_a_finished_poll_writes_the_state_and_ends_the_lease(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources([WIRE], NOON)
        (ours,) = await claim(tx, WIRE)
        after = replace(ours.state, next_poll_at=NOON + MINUTE, etag='"new"')
        assert await tx.finish_poll(ours, after)
        assert not await tx.finish_poll(ours, replace(after, etag="again"))
        assert await tx.list_poll_states() == (after,)
        assert [each.state for each in await claim(tx, WIRE, minutes=1)] == [after]

    in_transaction(store_url, scenario)


def test_many_polls_are_finished_at_once_but_for_those_that_are_ours_no_longer(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        names = [SourceId(name) for name in ("a", "b", "c")]
        await tx.sync_sources(names, NOON)
        claims = await claim(tx, *names)
        after = [replace(each.state, next_poll_at=NOON + 60 * MINUTE, etag=each.state.source) for each in claims]
        await claim(tx, names[1], minutes=5)
        assert await tx.finish_polls(list(zip(claims, after, strict=True))) == {"a", "c"}
        assert [state.etag for state in await tx.list_poll_states()] == ["a", None, "c"]
        assert await tx.finish_polls([]) == frozenset()

    in_transaction(store_url, scenario)


def test_an_expired_lease_is_claimed_again_and_the_old_holder_is_refused(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources([WIRE], NOON)
        (first,) = await claim(tx, WIRE)
        assert await claim(tx, WIRE, minutes=4) == ()
        (second,) = await claim(tx, WIRE, minutes=5)
        assert second.token == first.token + 1
        assert not await tx.finish_poll(first, replace(first.state, etag="late"))
        assert await tx.finish_poll(second, replace(second.state, etag="in time"))
        assert [state.etag for state in await tx.list_poll_states()] == ["in time"]

    in_transaction(store_url, scenario)


def test_a_holder_that_is_late_but_alone_may_still_finish(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources([WIRE], NOON)
        (ours,) = await claim(tx, WIRE)
        assert await tx.finish_poll(ours, replace(ours.state, next_poll_at=NOON + 60 * MINUTE))

    in_transaction(store_url, scenario)


def test_released_leases_can_be_claimed_at_once(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources([WIRE], NOON)
        (before,) = await claim(tx, WIRE)
        await tx.release_leases()
        (after,) = await claim(tx, WIRE)
        assert after.token > before.token

    in_transaction(store_url, scenario)


def test_two_stores_claim_disjoint_sources(store_url: str) -> None:
    sources = [SourceId(f"s{number:02}") for number in range(20)]

    async def scenario(one: Database) -> None:
        async with opened(store_url) as other:
            async with one.transaction() as tx:
                await tx.sync_sources(sources, NOON)
                mine = await claim(tx, *sources, limit=8)
            async with other.transaction() as tx:
                theirs = await claim(tx, *sources, limit=50)
        claimed = [each.state.source for each in (*mine, *theirs)]
        assert len(mine) == 8
        assert sorted(claimed) == sources

    in_store(store_url, scenario)


@pytest.mark.postgres
def test_a_claim_does_not_wait_for_another_one_that_is_not_committed_yet(postgres_url: str) -> None:
    sources = [SourceId(f"s{number}") for number in range(6)]

    async def scenario(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.sync_sources(sources, NOON)
        async with database.transaction() as first, database.transaction() as second:
            mine = await claim(first, *sources, limit=4)
            theirs = await claim(second, *sources, limit=4)
        assert sorted(each.state.source for each in (*mine, *theirs)) == sources

    in_store(postgres_url, scenario)


def test_a_slice_is_done_until_its_stamp_changes(store_url: str) -> None:
    part = Slice(archive="old news/" + "x" * 5000, name="1998/" + "é" * 3000, stamp="1", size=10)

    async def scenario(tx: Transaction) -> None:
        assert not await tx.is_slice_done(part)
        await tx.mark_slice_done(part, NOON)
        await tx.mark_slice_done(part, NOON)
        assert await tx.is_slice_done(part)
        changed = replace(part, stamp="2")
        assert not await tx.is_slice_done(changed)
        await tx.mark_slice_done(changed, NOON)
        assert await tx.is_slice_done(changed)
        assert not await tx.is_slice_done(replace(part, name="1999"))

    in_transaction(store_url, scenario)


def test_a_naive_instant_is_refused(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.save_poll_state(PollState(source=WIRE, next_poll_at=NOON.replace(tzinfo=None)))

    with pytest.raises(StoreError, match="naive instant"):
        in_transaction(store_url, scenario)


def test_what_is_not_admitted_is_passed_over_and_stays_due(store_url: str) -> None:
    sources = [SourceId(f"s{number}") for number in range(9)]

    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources(sources, NOON)
        odd = await tx.claim_due_sources(
            sources, NOON, limit=3, lease=MINUTE, admit=lambda source: int(source[1:]) % 2 == 1
        )
        assert [each.state.source for each in odd] == ["s1", "s3", "s5"]
        assert [each.state.source for each in await claim(tx, *sources, limit=2)] == ["s0", "s2"]

    in_transaction(store_url, scenario)


def test_a_parked_source_waits_and_one_that_waits_longer_goes_on_waiting(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_sources([WIRE], NOON)
        await tx.save_poll_state(PollState(source=GAZETTE, next_poll_at=NOON + 60 * MINUTE))
        await tx.park_sources([WIRE, GAZETTE], NOON + 30 * MINUTE)
        found = {state.source: (state.next_poll_at, state.parked_until) for state in await tx.list_poll_states()}
        assert found == {
            WIRE: (NOON + 30 * MINUTE, NOON + 30 * MINUTE),
            GAZETTE: (NOON + 60 * MINUTE, None),
        }
        assert await claim(tx, minutes=29) == ()

    in_transaction(store_url, scenario)
