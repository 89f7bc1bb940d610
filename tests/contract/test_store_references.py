"""Every store: what peers call the messages they accepted, and since when an endpoint has been failing."""

from dataclasses import replace

from monitor.model import ChannelKind, StoryId
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


async def _finish(tx: Transaction, channel: ChannelKind, minutes: int, **fields: object) -> None:
    """Claim what is due, and record one try of it that ended so."""
    (claim,) = await claim_due(tx, NOON + minutes * MINUTE, channel=channel, limit=1)
    attempt = make_attempt(claim.delivery, at=NOON + minutes * MINUTE, **fields)
    if attempt.error is None:
        after = replace(claim.delivery, state="sent", sent_at=attempt.at, next_attempt_at=None)
    else:
        after = replace(claim.delivery, attempts=1, next_attempt_at=attempt.at + MINUTE)
    assert await finish(tx, claim, attempt, after)


def test_the_message_that_first_told_of_a_story_is_found_by_its_reference(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        alert = await raise_alert(tx, article)
        digest = make_digest()
        await tx.add_digest(digest, await list_pending_ids(tx), [make_delivery(digest, channel="slack")])
        assert await tx.find_reference(ANA, "slack", alert.story) is None
        await _finish(tx, "slack", 0, error="no answer in time")
        assert await tx.find_reference(ANA, "slack", alert.story) is None
        await _finish(tx, "slack", 1, answer="ok", reference="1772452800.000100")
        assert await tx.find_reference(ANA, "slack", alert.story) == "1772452800.000100"
        assert await tx.find_reference(ANA, "email", alert.story) is None
        assert await tx.find_reference(ANA, "slack", StoryId("another")) is None
        (_, attempt) = await tx.list_attempts((await tx.list_deliveries())[0].id)
        assert attempt.reference == "1772452800.000100"

    in_transaction(store_url, scenario)


def test_an_endpoint_has_been_failing_since_the_first_try_after_its_last_success(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        assert await tx.find_failing_since(ANA, "webhook") is None
        for number in range(3):
            digest = make_digest(f"d{number}", NOON + number * MINUTE)
            due = NOON + 10 * number * MINUTE
            await tx.add_digest(digest, [], [make_delivery(digest, channel="webhook", next_attempt_at=due)])
        await _finish(tx, "webhook", 0, error="refused")
        await _finish(tx, "webhook", 1, error="refused")
        assert await tx.find_failing_since(ANA, "webhook") == NOON
        await _finish(tx, "webhook", 5, answer="ok")
        assert await tx.find_failing_since(ANA, "webhook") is None
        await _finish(tx, "webhook", 10, error="refused")
        await _finish(tx, "webhook", 11, error="refused")
        assert await tx.find_failing_since(ANA, "webhook") == NOON + 10 * MINUTE
        assert await tx.find_failing_since(ANA, "slack") is None
        newest = (await tx.list_deliveries(state="sent"))[0]
        assert await tx.replay_delivery(newest.id, NOON + 20 * MINUTE)
        since = await tx.find_failing_since(ANA, "webhook")
        assert since == NOON + 10 * MINUTE, "that it was accepted once stays true while it is replayed"

    in_transaction(store_url, scenario)
