"""The outbox: deliveries with their leases, and every attempt that was made."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, update

from monitor.model import Attempt, ChannelKind, Delivery, DeliveryId, DeliveryState, StoryId, SubscriberId
from monitor.ports import Claim, OutboxState
from monitor.store.rows import Rows
from monitor.store.schema import alerts, attempts, deliveries

# The columns of a delivery that are its fields; the lease is the store's own.
_DELIVERY = tuple(deliveries.c[each.name] for each in fields(Delivery))
_ATTEMPT = tuple(attempts.c[each.name] for each in fields(Attempt))


def select_due_deliveries(now: datetime, *, limit: int) -> Select[Any]:
    """Pending deliveries that are due and not leased, oldest first, kept from other claims until the commit."""
    return (
        select(deliveries.c.id)
        .where(deliveries.c.state == "pending", deliveries.c.next_attempt_at <= now)
        .where(or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now))
        .order_by(deliveries.c.next_attempt_at, deliveries.c.created_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def select_waiting() -> Select[int, Any, Any]:
    """Of what waits: how many there are, when the oldest was made, and when the first of them is due."""
    return select(
        func.count().label("pending"),
        func.min(deliveries.c.created_at).label("oldest"),
        func.min(deliveries.c.next_attempt_at).label("due"),
    ).where(deliveries.c.state == "pending")


class OutboxRows:
    """The part of a transaction that is about deliveries; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def claim_deliveries(self, now: datetime, *, limit: int, lease: timedelta) -> tuple[Claim, ...]:
        """T3: lease pending deliveries whose next attempt is due, oldest first."""
        due = [row.id for row in await self._rows.fetch(select_due_deliveries(now, limit=limit))]
        leased = await self._rows.fetch(
            update(deliveries)
            .where(deliveries.c.id.in_(due))
            .values(lease_until=now + lease, lease_token=deliveries.c.lease_token + 1)
            .returning(*_DELIVERY, deliveries.c.lease_token)
        )
        claims = {row.id: Claim(delivery=_row_to_delivery(row), token=row.lease_token) for row in leased}
        return tuple(claims[delivery] for delivery in due)

    async def finish_attempt(self, claim: Claim, attempt: Attempt, after: Delivery) -> bool:
        """T4: record the try and the delivery's new state; False, and only the try kept, when the lease was lost.

        The try is numbered after the last one that is known, also where a replay began to count again.
        """
        # Locked, so that two workers that finish at once do not give their tries one number.
        lease = select(deliveries.c.lease_token, deliveries.c.lease_until).with_for_update()
        row = await self._rows.find(lease.where(deliveries.c.id == claim.delivery.id))
        if row is None:
            return False
        await self._add_attempt(claim, attempt)
        is_ours: bool = row.lease_token == claim.token and row.lease_until is not None
        if is_ours:
            outcome = {name: getattr(after, name) for name in ("state", "attempts", "next_attempt_at", "sent_at")}
            await self._rows.write(
                update(deliveries).where(deliveries.c.id == claim.delivery.id).values(**outcome, lease_until=None)
            )
        return is_ours

    async def list_deliveries(
        self, *, state: DeliveryState | None = None, subscriber: SubscriberId | None = None, limit: int = 50
    ) -> tuple[Delivery, ...]:
        """The newest first."""
        newest = select(*_DELIVERY).order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        if state is not None:
            newest = newest.where(deliveries.c.state == state)
        if subscriber is not None:
            newest = newest.where(deliveries.c.subscriber == subscriber)
        return tuple(_row_to_delivery(row) for row in await self._rows.fetch(newest))

    async def find_delivery(self, delivery: DeliveryId) -> Delivery | None:
        """A delivery by its id, or by a beginning of it that only one has."""
        exact = await self._rows.find(select(*_DELIVERY).where(deliveries.c.id == delivery))
        if exact is not None:
            return _row_to_delivery(exact)
        begins = func.substr(deliveries.c.id, 1, len(delivery)) == delivery
        found = await self._rows.fetch(select(*_DELIVERY).where(begins).limit(2)) if delivery else []
        return _row_to_delivery(found[0]) if len(found) == 1 else None

    async def list_attempts(self, delivery: DeliveryId) -> tuple[Attempt, ...]:
        """The tries of a delivery, in order."""
        made = select(*_ATTEMPT).where(attempts.c.delivery == delivery).order_by(attempts.c.number)
        return tuple(
            Attempt(**{column.name: row._mapping[column] for column in _ATTEMPT})
            for row in await self._rows.fetch(made)
        )

    async def replay_delivery(self, delivery: DeliveryId, now: datetime) -> bool:
        """Make a sent or dead delivery pending again, under the same id; False when there is none to replay."""
        changed = await self._rows.write(
            update(deliveries)
            .where(deliveries.c.id == delivery, deliveries.c.state.in_(("sent", "dead")))
            .values(state="pending", attempts=0, next_attempt_at=now, sent_at=None, lease_until=None)
        )
        return changed == 1

    async def drop_delivery(self, delivery: DeliveryId) -> bool:
        """Give a pending delivery up: it is dead, and only a replay sends it; False when there is none to drop.

        The lease ends with it, so that a worker that holds it now cannot make it pending again.
        """
        changed = await self._rows.write(
            update(deliveries)
            .where(deliveries.c.id == delivery, deliveries.c.state == "pending")
            .values(state="dead", next_attempt_at=None, lease_until=None, lease_token=deliveries.c.lease_token + 1)
        )
        return changed == 1

    async def put_back(self, claim: Claim, until: datetime) -> None:
        """Give a claim back untried: the delivery is due again at an instant, and no attempt is counted."""
        await self._rows.write(
            update(deliveries)
            .where(deliveries.c.id == claim.delivery.id, deliveries.c.lease_token == claim.token)
            .values(next_attempt_at=until, lease_until=None)
        )

    async def measure_outbox(self, now: datetime) -> OutboxState:
        """How it stands at a moment."""
        waiting = await self._rows.find(select_waiting())
        given_up = await self._rows.find(select(func.count().label("dead")).where(deliveries.c.state == "dead"))
        if waiting is None or given_up is None:
            return OutboxState()
        nothing = timedelta(0)
        return OutboxState(
            pending=waiting.pending,
            dead=given_up.dead,
            age=max(now - waiting.oldest, nothing) if waiting.oldest else nothing,
            overdue=max(now - waiting.due, nothing) if waiting.due else nothing,
        )

    async def list_latencies(self, since: datetime, *, limit: int = 1000) -> tuple[timedelta, ...]:
        """From when its oldest story could be known to when it was accepted, of each message that went at once and
        was sent after an instant; the newest first.
        """
        sent = (
            select(deliveries.c.news_at, deliveries.c.sent_at)
            .where(deliveries.c.state == "sent", deliveries.c.sent_at > since, deliveries.c.news_at.is_not(None))
            .order_by(deliveries.c.sent_at.desc())
            .limit(limit)
        )
        return tuple(row.sent_at - row.news_at for row in await self._rows.fetch(sent))

    async def find_reference(self, subscriber: SubscriberId, channel: ChannelKind, story: StoryId) -> str | None:
        """The peer's name for the message that first told a subscriber of a story."""
        first = (
            select(attempts.c.reference)
            .join(deliveries, deliveries.c.id == attempts.c.delivery)
            .join(alerts, alerts.c.digest == deliveries.c.digest)
            .where(alerts.c.subscriber == subscriber, alerts.c.story == story, alerts.c.kind == "new")
            .where(deliveries.c.channel == channel, attempts.c.reference.is_not(None))
            .order_by(attempts.c.at)
            .limit(1)
        )
        row = await self._rows.find(first)
        return row.reference if row else None

    async def find_failing_since(self, subscriber: SubscriberId, channel: ChannelKind) -> datetime | None:
        """When the first try failed since the last that was accepted; None where none has."""
        own = (deliveries.c.subscriber == subscriber, deliveries.c.channel == channel)
        accepted = select(func.max(deliveries.c.sent_at)).where(*own).scalar_subquery()
        failed = (
            select(func.min(attempts.c.at).label("at"))
            .join(deliveries, deliveries.c.id == attempts.c.delivery)
            .where(*own, attempts.c.error.is_not(None), or_(accepted.is_(None), attempts.c.at > accepted))
        )
        row = await self._rows.find(failed)
        return row.at if row else None

    async def _add_attempt(self, claim: Claim, attempt: Attempt) -> None:
        last = await self._rows.find(
            select(func.max(attempts.c.number)).where(attempts.c.delivery == claim.delivery.id)
        )
        row = {column.name: getattr(attempt, column.name) for column in _ATTEMPT}
        number = ((last and last[0]) or 0) + 1
        own = {"delivery": claim.delivery.id, "number": number, "lease_token": claim.token}
        await self._rows.add(attempts, [row | own])


def delivery_to_row(delivery: Delivery) -> dict[str, Any]:
    """A new row of `deliveries`, not leased."""
    return {column.name: getattr(delivery, column.name) for column in _DELIVERY}


def _row_to_delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{column.name: row._mapping[column] for column in _DELIVERY})
