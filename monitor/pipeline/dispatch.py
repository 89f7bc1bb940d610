"""From due alerts to digests, and from the outbox to the people."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from monitor.errors import DeliveryError
from monitor.model import Attempt, ChannelKind, Delivery, Digest, Subscriber
from monitor.pipeline.plan import Plan, Ports, Sent
from monitor.ports import Channel, Claim, PendingAlert
from monitor.route.digest import compose_digest, create_deliveries
from monitor.route.retry import after_attempt

# Longer than any channel's own time limit, so that a lease never ends under a worker that is still sending.
_LEASE = timedelta(minutes=3)
_AT_ONCE = 20

_log = structlog.get_logger()


async def compose_due(ports: Ports, plan: Plan) -> tuple[Digest, ...]:
    """Gather each subscriber's due alerts into one digest, frozen with its deliveries."""
    async with ports.store.transaction() as tx:
        due = await tx.list_due_subscribers(ports.clock())
    digests = [await _compose(ports, plan.subscribers[each]) for each in due if each in plan.subscribers]
    for each in due:
        if each not in plan.subscribers:
            _log.warning("alerts wait for a subscriber who is no longer configured", subscriber=each)
    return tuple(digest for digest in digests if digest is not None)


async def preview_digest(ports: Ports, subscriber: Subscriber) -> Digest | None:
    """The digest of everything that waits for a subscriber, due or not, without freezing anything."""
    async with ports.store.transaction() as tx:
        pending = await tx.list_pending_alerts(subscriber.id, None)
    return compose_digest(subscriber.id, pending, window_start=_window(pending), now=ports.clock()) if pending else None


async def deliver_due(ports: Ports, plan: Plan) -> tuple[Sent, ...]:
    """Send what the outbox holds and is due; each attempt is recorded with what follows from it."""
    async with ports.store.transaction() as tx:
        claims = await tx.claim_deliveries(ports.clock(), limit=_AT_ONCE, lease=_LEASE)
        ports.reached("claiming deliveries")
    ports.reached("deliveries claimed")
    return tuple(await asyncio.gather(*(_deliver(ports, plan, claim) for claim in claims)))


async def _compose(ports: Ports, subscriber: Subscriber) -> Digest | None:
    """One subscriber whose digest cannot be composed does not keep the others from theirs."""
    try:
        return await _freeze(ports, subscriber)
    except Exception:  # noqa: BLE001 - logged whole, and tried again at the next tick
        _log.exception("digest not composed", subscriber=subscriber.id)
        return None


async def _freeze(ports: Ports, subscriber: Subscriber) -> Digest | None:
    async with ports.store.transaction() as tx:
        now = ports.clock()
        pending = await tx.list_pending_alerts(subscriber.id, now)
        if not pending:  # another process was quicker
            return None
        window_start = await tx.find_free_window(subscriber.id, _window(pending))
        digest = compose_digest(subscriber.id, pending, window_start=window_start, now=now)
        deliveries = _render(ports, subscriber, digest, now)
        await tx.add_digest(digest, [each.id for each in pending], deliveries)
        ports.reached("freezing digest")
    ports.reached("digest frozen")
    _log.info("composed", subscriber=subscriber.id, digest=digest.id, stories=len(digest.stories))
    return digest


def _render(ports: Ports, subscriber: Subscriber, digest: Digest, now: datetime) -> tuple[Delivery, ...]:
    kinds = [address.kind for address in subscriber.addresses]
    payloads = {kind: ports.channels[kind].render(digest, subscriber) for kind in kinds}
    return create_deliveries(digest, payloads, now)


def _window(pending: Sequence[PendingAlert]) -> datetime:
    return min(each.alert.due_at for each in pending)


async def _deliver(ports: Ports, plan: Plan, claim: Claim) -> Sent:
    attempt = await _attempt(ports, plan, claim)
    after = after_attempt(claim.delivery, attempt, jitter=ports.jitter())
    async with ports.store.transaction() as tx:
        await tx.finish_attempt(claim, attempt, after)
        ports.reached("marking delivery")
    ports.reached("delivery marked")
    delivery = claim.delivery
    _log.log(
        logging.INFO if attempt.error is None else logging.WARNING,
        "delivered" if attempt.error is None else "delivery failed",
        delivery=delivery.id,
        subscriber=delivery.subscriber,
        channel=delivery.channel,
        attempt=attempt.number,
        state=after.state,
        answer=attempt.answer,
        error=attempt.error,
    )
    return Sent(delivery=delivery.id, subscriber=delivery.subscriber, channel=delivery.channel, error=attempt.error)


async def _attempt(ports: Ports, plan: Plan, claim: Claim) -> Attempt:
    """Try once; whatever goes wrong becomes the attempt's error."""
    delivery = claim.delivery
    number = delivery.attempts + 1
    try:
        answer = await _send(ports.channels, plan.subscribers.get(delivery.subscriber), delivery)
    except DeliveryError as error:
        return Attempt(
            delivery=delivery.id,
            number=number,
            at=ports.clock(),
            error=str(error),
            permanent=error.permanent,
            retry_after=error.retry_after,
        )
    except Exception as error:  # noqa: BLE001 - logged whole; the delivery is retried like any other
        _log.exception("channel crashed", delivery=delivery.id, channel=delivery.channel)
        return Attempt(
            delivery=delivery.id, number=number, at=ports.clock(), error=f"internal error: {type(error).__name__}"
        )
    ports.reached("delivery sent")
    return Attempt(delivery=delivery.id, number=number, at=ports.clock(), answer=answer)


async def _send(channels: Mapping[ChannelKind, Channel], subscriber: Subscriber | None, delivery: Delivery) -> str:
    address = subscriber.find_address(delivery.channel) if subscriber else None
    if address is None:
        message = f'subscriber "{delivery.subscriber}" has no {delivery.channel} address in the configuration any more'
        raise DeliveryError(message, permanent=True)
    return await channels[delivery.channel].send(delivery, address)
