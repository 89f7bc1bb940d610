"""From the outbox to the people: claim, send, mark."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from monitor.errors import StoreError
from monitor.model import Attempt, ChannelKind, Delivery, DisabledChannel
from monitor.pipeline.attempting import Outcome, attempt_once
from monitor.pipeline.claiming import Task, claim_due
from monitor.pipeline.disabling import create_disabled
from monitor.pipeline.plan import Plan, Ports, Sent
from monitor.ports import Transaction, Tried
from monitor.route.retry import after_attempt

# Answers that come within so many seconds are marked by one commit.
_GATHERING = 0.05
# As Standard Webhooks recommends.
_GIVEN_UP_AFTER = timedelta(days=5)
_ENDPOINTS: frozenset[ChannelKind] = frozenset({"webhook"})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Round:
    """How many deliveries are claimed together, and how many of them are sent side by side."""

    claims: int
    side_by_side: int


# Mail: as many as there are connections to the server. Slack: what exceeds its rate is claimed for nothing.
_ROUNDS: Mapping[ChannelKind, _Round] = {
    "email": _Round(200, 4),
    "slack": _Round(20, 20),
    "webhook": _Round(200, 50),
    "apprise": _Round(40, 10),
}


async def deliver_due(ports: Ports, plan: Plan) -> tuple[Sent, ...]:
    """One round of each channel, one after the other; see `deliver_channel`."""
    return tuple([sent for channel in ports.channels for sent in await deliver_channel(ports, plan, channel)])


async def deliver_channel(ports: Ports, plan: Plan, channel: ChannelKind) -> tuple[Sent, ...]:
    """Send what the outbox holds for a channel and is due; each attempt is recorded with what follows from it.

    One round: there may be more. Channels are apart so that a slow one keeps no other waiting.
    """
    measures = _ROUNDS[channel]
    tasks = await claim_due(ports, plan, channel, limit=measures.claims)
    return await _send_all(ports, plan, tasks, measures.side_by_side) if tasks else ()


async def _send_all(ports: Ports, plan: Plan, tasks: Sequence[Task], side_by_side: int) -> tuple[Sent, ...]:
    """Send them side by side, and mark each soon after its answer, together with others that came at the same time:
    a message waits for no slower one, and many fast ones cost no commit each.
    """
    waiting = iter(tasks)
    answered: list[Outcome] = []

    async def work() -> None:
        for task in waiting:
            answered.append(await attempt_once(ports, plan, task))

    workers = {asyncio.create_task(work()) for _ in tasks[:side_by_side]}
    sent: list[Sent] = []
    try:
        while workers:
            done, workers = await asyncio.wait(workers, timeout=_GATHERING)
            sent += await _mark_answered(ports, plan, answered, is_last=not workers)
            for worker in done:
                worker.result()
    except asyncio.CancelledError:
        await _stop(workers)
        await _mark_answered(ports, plan, answered, is_last=True)  # accepted is accepted, also when the service stops
        raise
    finally:
        await _stop(workers)
    return tuple(sent)


async def _stop(workers: Iterable[asyncio.Task[None]]) -> None:
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


async def _mark_answered(ports: Ports, plan: Plan, answered: list[Outcome], *, is_last: bool) -> list[Sent]:
    """Mark what is answered, and take it out. What the store does not take now is kept for the next time, if any."""
    outcomes = tuple(answered)
    if not outcomes:
        return []
    try:
        sent = await _mark(ports, plan, outcomes)
    except StoreError:
        if is_last:
            raise
        return []
    del answered[: len(outcomes)]
    return sent


async def _mark(ports: Ports, plan: Plan, outcomes: Sequence[Outcome]) -> list[Sent]:
    """Record what was tried, with what follows from it; what was not tried goes back into the outbox."""
    async with ports.store.transaction() as tx:
        tried = [
            await _judge(tx, each, each.attempt, jitter=ports.jitter()) for each in outcomes if each.attempt is not None
        ]
        await tx.finish_attempts(tried)
        for each in outcomes:
            if each.attempt is None:
                await tx.put_back(each.claim, ports.clock())
            elif each.disables or await _is_given_up(tx, each.claim.delivery, each.attempt):
                await tx.disable_channel(_disable(plan, each.claim.delivery, each.attempt))
        ports.reached("marking delivery")
    ports.reached("delivery marked")
    return [_report(each) for each in tried]


async def _judge(tx: Transaction, outcome: Outcome, attempt: Attempt, *, jitter: float) -> Tried:
    """What follows from an attempt. Of what is given up operators hear, but for what they are told in other words
    (a disabled channel), what nobody wants any more, and their own notices: no notice leads to another.
    """
    after = after_attempt(outcome.claim.delivery, attempt, jitter=jitter)
    is_to_be_told = False
    if after.state == "dead" and not (outcome.disables or outcome.is_refused):
        digest = await tx.find_digest(after.id)
        is_to_be_told = digest is not None and not digest.notices
    return Tried(claim=outcome.claim, attempt=attempt, after=after, is_to_be_told=is_to_be_told)


async def _is_given_up(tx: Transaction, delivery: Delivery, attempt: Attempt) -> bool:
    """Whether an endpoint has failed for so long that nobody can be behind it any more.

    Only endpoints of subscribers: a mail server that is down says nothing about the addresses it serves.
    """
    if attempt.error is None or delivery.channel not in _ENDPOINTS:
        return False
    since = await tx.find_failing_since(delivery.subscriber, delivery.channel)
    return since is not None and attempt.at - since >= _GIVEN_UP_AFTER


def _disable(plan: Plan, delivery: Delivery, attempt: Attempt) -> DisabledChannel:
    reason = attempt.error or ""
    return create_disabled(delivery.subscriber, delivery.channel, plan, reason=reason, since=attempt.at)


def _report(tried: Tried) -> Sent:
    delivery, attempt, after = tried.claim.delivery, tried.attempt, tried.after
    latency = _latency(after)
    _log.log(
        logging.INFO if attempt.error is None else logging.WARNING,
        "accepted" if attempt.error is None else "delivery failed",
        delivery=delivery.id,
        subscriber=delivery.subscriber,
        channel=delivery.channel,
        attempt=attempt.number,
        state=after.state,
        seconds_from_news=round(latency.total_seconds(), 3) if latency else None,
        answer=attempt.answer,
        error=attempt.error,
    )
    return Sent(
        delivery=delivery.id,
        subscriber=delivery.subscriber,
        channel=delivery.channel,
        error=attempt.error,
        latency=latency,
    )


def _latency(delivery: Delivery) -> timedelta | None:
    """From when the news could be known to when it was accepted."""
    if delivery.sent_at is None or delivery.news_at is None:
        return None
    return delivery.sent_at - delivery.news_at
