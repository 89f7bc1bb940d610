"""From the outbox to the people: claim, send, mark."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from monitor.errors import DeliveryError
from monitor.model import Attempt, ChannelKind, Delivery, Subscriber
from monitor.pipeline.disabling import create_disabled
from monitor.pipeline.plan import Plan, Ports, Sent
from monitor.ports import Channel, Claim, Receipt, Transaction
from monitor.route.buckets import RATES, take_token
from monitor.route.destinations import destination_of
from monitor.route.retry import after_attempt

# Longer than any channel's own time limit, so that a lease never ends under a worker that is still sending.
_LEASE = timedelta(minutes=3)
_AT_ONCE = 20
# As Standard Webhooks recommends.
_GIVEN_UP_AFTER = timedelta(days=5)
_ENDPOINTS: frozenset[ChannelKind] = frozenset({"webhook"})

_log = structlog.get_logger()


async def deliver_due(ports: Ports, plan: Plan) -> tuple[Sent, ...]:
    """Send what the outbox holds and is due; each attempt is recorded with what follows from it."""
    async with ports.store.transaction() as tx:
        now = ports.clock()
        claims = await tx.claim_deliveries(now, limit=_AT_ONCE, lease=_LEASE)
        tasks = await _sort_out(tx, plan, claims, now)
        ports.reached("claiming deliveries")
    ports.reached("deliveries claimed")
    sent = await asyncio.gather(*(_deliver(ports, plan, task) for task in tasks))
    return tuple(each for each in sent if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A claim that is to be tried. `refusal` says why it must not be sent at all any more."""

    claim: Claim
    lease_ends_at: datetime
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    attempt: Attempt
    disables: bool = False


async def _sort_out(tx: Transaction, plan: Plan, claims: Sequence[Claim], now: datetime) -> list[_Task]:
    """What may be tried now; the rest goes back into the outbox, for when its destination or its reader is ready."""
    if not claims:
        return []
    choices = await tx.list_choices({claim.delivery.subscriber for claim in claims})
    disabled = {(each.subscriber, each.channel): each for each in await tx.list_disabled_channels()}
    waits = await _take_tokens(tx, plan, claims, now)
    tasks: list[_Task] = []
    for claim in claims:
        delivery = claim.delivery
        chosen = choices.get(delivery.subscriber)
        off = disabled.get((delivery.subscriber, delivery.channel))
        refusal = f"the channel is disabled: {off.reason}" if off else None
        if chosen is not None and chosen.unsubscribed_at is not None:
            refusal = "the subscriber has unsubscribed"
        paused_until = chosen.paused_until if chosen is not None and chosen.is_paused(now) else None
        ready_at = paused_until or now + waits.get(delivery.id, timedelta(0))
        if refusal is None and ready_at > now:
            await tx.put_back(claim, ready_at)
        else:
            tasks.append(_Task(claim=claim, lease_ends_at=now + _LEASE, refusal=refusal))
    return tasks


async def _take_tokens(tx: Transaction, plan: Plan, claims: Sequence[Claim], now: datetime) -> dict[str, timedelta]:
    """How long each delivery has to wait for its destination, where that takes only so much at a time."""
    destinations = {
        claim.delivery.id: _destination_of(plan, claim.delivery) for claim in claims if claim.delivery.channel in RATES
    }
    if not destinations:
        return {}
    buckets = dict(await tx.find_buckets(set(destinations.values())))
    waits: dict[str, timedelta] = {}
    for claim in claims:
        delivery = claim.delivery
        if (destination := destinations.get(delivery.id)) is None:
            continue
        buckets[destination], waits[delivery.id] = take_token(buckets.get(destination), RATES[delivery.channel], now)
    await tx.save_buckets(buckets)
    return waits


def _destination_of(plan: Plan, delivery: Delivery) -> str:
    subscriber = plan.subscribers.get(delivery.subscriber)
    address = subscriber.find_address(delivery.channel) if subscriber else None
    return destination_of(address) if address else f"{delivery.channel}:{delivery.subscriber}"


async def _deliver(ports: Ports, plan: Plan, task: _Task) -> Sent | None:
    claim, delivery = task.claim, task.claim.delivery
    if ports.clock() >= task.lease_ends_at:
        # The machine slept between claiming and sending: somebody else may be sending it by now.
        _log.warning("lease ended before sending", delivery=delivery.id)
        return None
    outcome = await _attempt(ports, plan, task)
    attempt = outcome.attempt
    after = after_attempt(delivery, attempt, jitter=ports.jitter())
    async with ports.store.transaction() as tx:
        await tx.finish_attempt(claim, attempt, after)
        if outcome.disables or await _is_given_up(tx, delivery, attempt):
            reason = attempt.error or ""
            off = create_disabled(delivery.subscriber, delivery.channel, plan, reason=reason, since=attempt.at)
            await tx.disable_channel(off)
        ports.reached("marking delivery")
    ports.reached("delivery marked")
    _report(delivery, attempt, after)
    return Sent(
        delivery=delivery.id,
        subscriber=delivery.subscriber,
        channel=delivery.channel,
        error=attempt.error,
        latency=_latency(after),
    )


async def _is_given_up(tx: Transaction, delivery: Delivery, attempt: Attempt) -> bool:
    """Whether an endpoint has failed for so long that nobody can be behind it any more.

    Only endpoints of subscribers: a mail server that is down says nothing about the addresses it serves.
    """
    if attempt.error is None or delivery.channel not in _ENDPOINTS:
        return False
    since = await tx.find_failing_since(delivery.subscriber, delivery.channel)
    return since is not None and attempt.at - since >= _GIVEN_UP_AFTER


def _report(delivery: Delivery, attempt: Attempt, after: Delivery) -> None:
    latency = _latency(after)
    _log.log(
        logging.INFO if attempt.error is None else logging.WARNING,
        "delivered" if attempt.error is None else "delivery failed",
        delivery=delivery.id,
        subscriber=delivery.subscriber,
        channel=delivery.channel,
        attempt=attempt.number,
        state=after.state,
        seconds_from_news=round(latency.total_seconds(), 3) if latency else None,
        answer=attempt.answer,
        error=attempt.error,
    )


def _latency(delivery: Delivery) -> timedelta | None:
    """From when the news could be known to when it was accepted."""
    if delivery.sent_at is None or delivery.news_at is None:
        return None
    return delivery.sent_at - delivery.news_at


async def _attempt(ports: Ports, plan: Plan, task: _Task) -> _Outcome:
    """Try once; whatever goes wrong becomes the attempt's error."""
    delivery = task.claim.delivery
    number = delivery.attempts + 1
    try:
        if task.refusal is not None:
            raise DeliveryError(task.refusal, permanent=True)
        receipt = await _send(ports.channels, plan.subscribers.get(delivery.subscriber), delivery)
    except DeliveryError as error:
        attempt = Attempt(
            delivery=delivery.id,
            number=number,
            at=ports.clock(),
            error=str(error),
            permanent=error.permanent,
            retry_after=error.retry_after,
        )
        return _Outcome(attempt=attempt, disables=error.disables)
    except Exception as error:  # noqa: BLE001 - logged whole; the delivery is retried like any other
        _log.exception("channel crashed", delivery=delivery.id, channel=delivery.channel)
        message = f"internal error: {type(error).__name__}"
        return _Outcome(attempt=Attempt(delivery=delivery.id, number=number, at=ports.clock(), error=message))
    ports.reached("delivery sent")
    attempt = Attempt(
        delivery=delivery.id,
        number=number,
        at=ports.clock(),
        answer=receipt.answer,
        reference=receipt.reference,
    )
    return _Outcome(attempt=attempt)


async def _send(channels: Mapping[ChannelKind, Channel], subscriber: Subscriber | None, delivery: Delivery) -> Receipt:
    address = subscriber.find_address(delivery.channel) if subscriber else None
    if address is None:
        message = f'subscriber "{delivery.subscriber}" has no {delivery.channel} address in the configuration any more'
        raise DeliveryError(message, permanent=True)
    return await channels[delivery.channel].send(delivery, address)
