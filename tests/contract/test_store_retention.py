"""Every store: messages, digests and alerts go after their time, and nothing is told again because of it."""

from datetime import timedelta

from monitor.model import Notice
from monitor.ports import Transaction
from tests.builders import NOON, make_article
from tests.contract.stores import (
    ANA,
    MINUTE,
    claim_due,
    finish,
    in_transaction,
    list_pending_ids,
    make_attempt,
    make_delivery,
    make_digest,
    raise_alert,
)

DAY = timedelta(days=1)


async def count(tx: Transaction, *names: str) -> list[int]:
    rows = await tx.count_rows()
    return [rows[name] for name in names]


def test_messages_that_were_sent_or_given_up_go_with_their_attempts_and_waiting_ones_stay(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        for number, state in enumerate(("pending", "sent", "dead", "pending", "sent")):
            digest = make_digest(f"d{number}", NOON + number * MINUTE)
            made = NOON if number < 4 else NOON + DAY
            due = NOON if number == 0 else None
            await tx.add_digest(digest, [], [make_delivery(digest, created_at=made, state=state, next_attempt_at=due)])
        (claim,) = await claim_due(tx)
        assert await finish(tx, claim, make_attempt(claim.delivery, error="451"), claim.delivery)
        assert [await tx.purge_deliveries(NOON + MINUTE, 1) for _ in range(3)] == [1, 1, 0]
        kept = {each.digest: each.state for each in await tx.list_deliveries()}
        assert kept == {"d0": "pending", "d3": "pending", "d4": "sent"}
        assert len(await tx.list_attempts(claim.delivery.id)) == 1
        assert await count(tx, "digests", "deliveries") == [5, 3]

    in_transaction(store_url, scenario)


def test_a_window_whose_messages_are_gone_is_not_told_again(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        digest = make_digest()
        sent = make_delivery(digest, state="sent", next_attempt_at=None)
        await tx.add_digest(digest, [], [sent])
        assert await tx.purge_deliveries(NOON + MINUTE, 10) == 1
        assert await tx.has_digest(ANA, NOON)
        await tx.add_digest(digest, [], [make_delivery(digest)])
        assert await tx.list_deliveries() == ()

    in_transaction(store_url, scenario)


def test_digests_go_with_their_alerts_once_no_message_of_them_is_left(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, make_article("Flood."))
        composed = await list_pending_ids(tx)
        digest = make_digest()
        await tx.add_digest(digest, composed, [make_delivery(digest, state="sent", next_attempt_at=None)])
        await raise_alert(tx, make_article("Storm.", key="b"))
        await tx.drop_alerts(await list_pending_ids(tx), "muted")
        await raise_alert(tx, make_article("Quake.", key="c"))
        assert await tx.purge_digests(NOON, 10) == 0, "none is so old"
        assert await tx.purge_digests(NOON + MINUTE, 10) == 1, "the alert that was dropped"
        assert await count(tx, "alerts", "digests") == [2, 1]
        assert await tx.purge_deliveries(NOON + MINUTE, 10) == 1
        assert [await tx.purge_digests(NOON + MINUTE, 10) for _ in range(2)] == [1, 0]
        assert await count(tx, "alerts", "digests", "matches") == [1, 0, 3]
        assert len(await list_pending_ids(tx)) == 1, "what waits to be told stays"

    in_transaction(store_url, scenario)


def test_notices_that_are_over_go_and_standing_ones_stay(store_url: str) -> None:
    over, standing = (Notice(kind="disk", subject=name, text=name, since=NOON) for name in ("over", "standing"))

    async def scenario(tx: Transaction) -> None:
        await tx.sync_notices([over, standing], ("disk",), NOON)
        await tx.sync_notices([standing], ("disk",), NOON)
        assert [await tx.purge_deliveries(NOON + MINUTE, 10) for _ in range(2)] == [1, 0]
        assert await tx.list_notices() == (standing,)

    in_transaction(store_url, scenario)
