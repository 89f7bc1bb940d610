"""The outbox: deliveries with their leases, and every attempt that was made."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import BindParameter, Integer, Row, Select, Text, bindparam, func, or_, select, update

from monitor.model import Attempt, ChannelKind, Delivery, DeliveryId, DeliveryState, StoryId, SubscriberId
from monitor.ports import Claim, OutboxState, Tried
from monitor.store.columns import KeyText, UtcDateTime
from monitor.store.numbers import is_key_among, pack_keys
from monitor.store.rows import Rows
from monitor.store.schema import alerts, attempts, deliveries, payloads

# The columns of a delivery that are its fields; the lease is the store's own, and what it carries stands apart.
_STATE_FIELDS = tuple(each.name for each in fields(Delivery) if each.name != "payload")
_STATE = tuple(deliveries.c[name] for name in _STATE_FIELDS)
_WHOLE = select(*_STATE, payloads.c.payload).join(payloads, payloads.c.delivery == deliveries.c.id)
_ATTEMPT_FIELDS = tuple(each.name for each in fields(Attempt))
_ATTEMPT = tuple(attempts.c[name] for name in _ATTEMPT_FIELDS)
# What an attempt changes.
_OUTCOME = ("state", "attempts", "next_attempt_at", "sent_at")
_read_outcome = attrgetter(*_OUTCOME)
_read_attempt = attrgetter(*_ATTEMPT_FIELDS)


def select_due_deliveries(
    now: datetime | BindParameter[datetime], channel: str | BindParameter[str], *, limit: int | BindParameter[int]
) -> Select[Any]:
    """Pending deliveries that are due and not leased, oldest first, kept from other claims until the commit."""
    return (
        select(deliveries.c.id)
        .where(deliveries.c.channel == channel, deliveries.c.state == "pending", deliveries.c.next_attempt_at <= now)
        .where(or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now))
        # By nothing else: at half past seven thousands are due at one instant, and none must be sorted.
        .order_by(deliveries.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


_NOW = bindparam("now", type_=UtcDateTime)
_CHANNEL = bindparam("of_channel", type_=KeyText)
_MOST = bindparam("most", type_=Integer)
_DUE = select_due_deliveries(_NOW, _CHANNEL, limit=_MOST).cte("due")
_LEASE = (
    update(deliveries)
    .where(deliveries.c.id.in_(select(_DUE.c.id)))
    .values(lease_until=bindparam("until"), lease_token=deliveries.c.lease_token + 1)
    .returning(*_STATE, deliveries.c.lease_token)
)
_KEYS = bindparam("keys", type_=Text)
# Locked, so that two workers that finish at once do not give their tries one number; in order, so that neither waits
# for the other.
_LEASES = (
    select(deliveries.c.id, deliveries.c.lease_token, deliveries.c.lease_until.is_not(None).label("is_leased"))
    .where(is_key_among(deliveries.c.id, _KEYS))
    .order_by(deliveries.c.id)
    .with_for_update()
)
_PAYLOADS = select(payloads.c.delivery, payloads.c.payload).where(is_key_among(payloads.c.delivery, _KEYS))
_FINISH = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("finished"))
    .values(**{name: bindparam(name) for name in _OUTCOME}, untold=bindparam("is_to_be_told"), lease_until=None)
)


def select_waiting() -> Select[int, Any, Any]:
    """Of what waits: how many there are, when the oldest was made, and when the first of them is due."""
    return select(
        func.count().label("pending"),
        func.min(deliveries.c.created_at).label("oldest"),
        func.min(deliveries.c.next_attempt_at).label("due"),
    ).where(deliveries.c.state == "pending")


def select_failing_since(subscriber: SubscriberId, channel: ChannelKind) -> Select[Any]:
    """When the first try failed since the last that was accepted. What was sent and is replayed now counts as well."""
    own = (deliveries.c.subscriber == subscriber, deliveries.c.channel == channel)
    unsent = (*own, deliveries.c.sent_at.is_(None), attempts.c.delivery == deliveries.c.id)
    last_sent = select(func.max(deliveries.c.sent_at)).where(*own).correlate(None).scalar_subquery()
    last_accepted = (
        select(func.max(attempts.c.at)).where(*unsent, attempts.c.error.is_(None)).correlate(None).scalar_subquery()
    )
    since = [or_(last.is_(None), attempts.c.at > last) for last in (last_sent, last_accepted)]
    return select(func.min(attempts.c.at).label("at")).where(*unsent, attempts.c.error.is_not(None), *since)


async def add_deliveries(rows: Rows, outgoing: Sequence[Delivery]) -> None:
    """New deliveries with what they carry, not leased; those that are there stay as they are."""
    states = [{name: getattr(each, name) for name in _STATE_FIELDS} for each in outgoing]
    await rows.add(deliveries, states)
    await rows.add(payloads, [{"delivery": each.id, "payload": each.payload} for each in outgoing])


class OutboxRows:
    """The part of a transaction that is about deliveries; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def claim_deliveries(
        self, now: datetime, *, channel: ChannelKind, limit: int, lease: timedelta
    ) -> tuple[Claim, ...]:
        """T3: lease pending deliveries of a channel whose next attempt is due, oldest first."""
        wanted = {"now": now, "of_channel": channel, "most": limit, "until": now + lease}
        leased = await self._rows.fetch(_LEASE, [wanted])
        carried = await self._find_payloads([row.id for row in leased])
        claims = [Claim(delivery=_row_to_delivery(row, carried[row.id]), token=row.lease_token) for row in leased]
        return tuple(sorted(claims, key=_age))

    async def finish_attempts(self, tried: Sequence[Tried]) -> frozenset[DeliveryId]:
        """T4: record tries of different deliveries and their new states. Gives those whose lease was still held; of
        the others only the try is kept.

        A try is numbered after the last one that is known, also where a replay began to count again.
        """
        rows = await self._rows.fetch(_LEASES, [{"keys": pack_keys(each.claim.delivery.id for each in tried)}])
        tokens = {row.id: row.lease_token for row in rows}
        held = {row.id: row.lease_token for row in rows if row.is_leased}
        await self._add_attempts(tried, tokens)
        ours = [each for each in tried if held.get(each.claim.delivery.id) == each.claim.token]
        await self._rows.write(_FINISH, [_outcome_to_row(each) for each in ours])
        return frozenset(each.claim.delivery.id for each in ours)

    async def list_deliveries(
        self, *, state: DeliveryState | None = None, subscriber: SubscriberId | None = None, limit: int = 50
    ) -> tuple[Delivery, ...]:
        """The newest first."""
        newest = _WHOLE.order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        if state is not None:
            newest = newest.where(deliveries.c.state == state)
        if subscriber is not None:
            newest = newest.where(deliveries.c.subscriber == subscriber)
        return tuple(_row_to_delivery(row, row.payload) for row in await self._rows.fetch(newest))

    async def find_delivery(self, delivery: DeliveryId) -> Delivery | None:
        """A delivery by its id, or by a beginning of it that only one has."""
        exact = await self._rows.find(_WHOLE.where(deliveries.c.id == delivery))
        if exact is not None:
            return _row_to_delivery(exact, exact.payload)
        ids = await self.list_delivery_ids(delivery, limit=2) if delivery else ()
        return await self.find_delivery(ids[0]) if len(ids) == 1 else None

    async def list_delivery_ids(self, beginning: str, *, limit: int) -> tuple[DeliveryId, ...]:
        """Those of deliveries that begin so, in order."""
        begins = func.substr(deliveries.c.id, 1, len(beginning)) == beginning
        found = select(deliveries.c.id).where(begins).order_by(deliveries.c.id).limit(limit)
        return tuple(DeliveryId(row.id) for row in await self._rows.fetch(found))

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
            .values(state="pending", attempts=0, next_attempt_at=now, sent_at=None, lease_until=None, untold=False)
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

    async def take_untold(self) -> tuple[DeliveryId, ...]:
        """Those that were given up and that operators are to be told of, each once; the oldest first."""
        told = update(deliveries).where(deliveries.c.untold).values(untold=False)
        rows = await self._rows.fetch(told.returning(deliveries.c.id, deliveries.c.created_at))
        return tuple(DeliveryId(row.id) for row in sorted(rows, key=lambda row: (row.created_at, row.id)))

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
        row = await self._rows.find(select_failing_since(subscriber, channel))
        return row.at if row else None

    async def _find_payloads(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        rows = await self._rows.fetch(_PAYLOADS, [{"keys": pack_keys(ids)}] if ids else [])
        return {row.delivery: row.payload for row in rows}

    async def _add_attempts(self, tried: Sequence[Tried], tokens: Mapping[str, int]) -> None:
        """Those of deliveries that still exist; `tokens` are their last leases."""
        # Under the first lease of a delivery nothing can have been tried before.
        again = [delivery for delivery, token in tokens.items() if token > 1]
        last = select(attempts.c.delivery, func.max(attempts.c.number).label("number")).group_by(attempts.c.delivery)
        made = await self._rows.fetch(last.where(attempts.c.delivery.in_(again))) if again else []
        numbers = {row.delivery: row.number + 1 for row in made}
        known = [each for each in tried if each.claim.delivery.id in tokens]
        await self._rows.add(
            attempts, [_attempt_to_row(each, numbers.get(each.claim.delivery.id, 1)) for each in known]
        )


def _attempt_to_row(tried: Tried, number: int) -> dict[str, Any]:
    row = dict(zip(_ATTEMPT_FIELDS, _read_attempt(tried.attempt), strict=True))
    return row | {"delivery": tried.claim.delivery.id, "number": number, "lease_token": tried.claim.token}


def _outcome_to_row(tried: Tried) -> dict[str, Any]:
    outcome = dict(zip(_OUTCOME, _read_outcome(tried.after), strict=True))
    return outcome | {"finished": tried.claim.delivery.id, "is_to_be_told": tried.is_to_be_told}


def _row_to_delivery(row: Row[Any], payload: bytes) -> Delivery:
    """Of a row that begins with the columns of `_STATE`."""
    return Delivery(**dict(zip(_STATE_FIELDS, row, strict=False)), payload=payload)


def _age(claim: Claim) -> tuple[datetime | None, datetime, str]:
    return claim.delivery.next_attempt_at, claim.delivery.created_at, claim.delivery.id
