"""Which deliveries are to be tried now: claimed under a lease, those put back that have to wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import ChannelKind, Delivery
from monitor.pipeline.plan import Plan, Ports
from monitor.ports import Claim, Transaction
from monitor.route.buckets import take_token
from monitor.route.destinations import destination_of

_LEASE = timedelta(minutes=3)
# Longer than any channel's own time limit, so that a lease never ends under a worker that is still sending.
_LONGEST_SEND = timedelta(seconds=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A claim that is to be tried before an instant. `refusal` says why it must not be sent at all any more."""

    claim: Claim
    begin_by: datetime
    refusal: str | None = None


async def claim_due(ports: Ports, plan: Plan, channel: ChannelKind, *, limit: int) -> list[Task]:
    """The oldest of a channel's due deliveries, leased to us; what must wait goes back into the outbox."""
    async with ports.store.transaction() as tx:
        now = ports.clock()
        claims = await tx.claim_deliveries(now, channel=channel, limit=limit, lease=_LEASE)
        tasks = await _sort_out(tx, plan, claims, now)
        ports.reached("claiming deliveries")
    ports.reached("deliveries claimed")
    return tasks


async def _sort_out(tx: Transaction, plan: Plan, claims: Sequence[Claim], now: datetime) -> list[Task]:
    """What may be tried now; the rest goes back into the outbox, for when its destination or its reader is ready."""
    if not claims:
        return []
    choices = await tx.list_choices({claim.delivery.subscriber for claim in claims})
    disabled = {(each.subscriber, each.channel): each for each in await tx.list_disabled_channels()}
    waits = await _take_tokens(tx, plan, claims, now)
    tasks: list[Task] = []
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
            tasks.append(Task(claim=claim, begin_by=now + _LEASE - _LONGEST_SEND, refusal=refusal))
    return tasks


async def _take_tokens(tx: Transaction, plan: Plan, claims: Sequence[Claim], now: datetime) -> dict[str, timedelta]:
    """How long each delivery has to wait for its destination, where that takes only so much at a time."""
    destinations = {
        claim.delivery.id: _destination_of(plan, claim.delivery)
        for claim in claims
        if claim.delivery.channel in plan.rates
    }
    if not destinations:
        return {}
    buckets = dict(await tx.find_buckets(set(destinations.values())))
    waits: dict[str, timedelta] = {}
    for claim in claims:
        delivery = claim.delivery
        if (destination := destinations.get(delivery.id)) is None:
            continue
        rate = plan.rates[delivery.channel]
        buckets[destination], waits[delivery.id] = take_token(buckets.get(destination), rate, now)
    await tx.save_buckets(buckets)
    return waits


def _destination_of(plan: Plan, delivery: Delivery) -> str:
    """Of mail there is one, the server that all of it is handed to."""
    if delivery.channel == "email":
        return "email"
    subscriber = plan.subscribers.get(delivery.subscriber)
    address = subscriber.find_address(delivery.channel) if subscriber else None
    return destination_of(address) if address else f"{delivery.channel}:{delivery.subscriber}"
