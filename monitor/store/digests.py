"""Digests: frozen once, together with the deliveries that carry them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update

from monitor.errors import StoreError
from monitor.model import AlertId, Delivery, DeliveryId, Digest, DigestId, StoryId, SubscriberId
from monitor.store.codec import digest_from_json, digest_to_json
from monitor.store.columns import clean_text
from monitor.store.outbox import add_deliveries
from monitor.store.rows import Lock, Rows, iter_chunks
from monitor.store.schema import alerts, deliveries, digests, story_aliases


def select_digests(subscriber: SubscriberId, *, limit: int) -> Select[Any]:
    """The documents of a subscriber's digests, the newest first."""
    return (
        select(digests.c.document)
        .where(digests.c.subscriber == subscriber)
        .order_by(digests.c.composed_at.desc(), digests.c.id)
        .limit(limit)
    )


class DigestRows:
    """The part of a transaction that is about digests; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_free_window(self, subscriber: SubscriberId, window_start: datetime) -> datetime:
        """`window_start`, or the first later second for which the subscriber has no digest yet."""
        await self._rows.lock(Lock.ALERTS)
        later = select(digests.c.window_start).where(
            digests.c.subscriber == subscriber, digests.c.window_start >= window_start
        )
        taken = {row.window_start for row in await self._rows.fetch(later)}
        while window_start in taken:
            window_start += timedelta(seconds=1)
        return window_start

    async def add_digest(self, digest: Digest, composed: Sequence[AlertId], outgoing: Sequence[Delivery]) -> None:
        """Freeze a digest: its deliveries enter the outbox, its alerts are composed.

        StoreError when its id or window is another digest's, or an alert is no longer pending: nothing is overwritten.
        """
        await self._rows.lock(Lock.ALERTS)
        if await self._is_frozen(digest):
            return
        row = {
            "id": digest.id,
            "subscriber": digest.subscriber,
            "window_start": digest.window_start,
            "composed_at": digest.composed_at,
            "document": digest_to_json(digest),
            "stories": len(digest.stories) + digest.omitted,
            "immediate": digest.is_immediate,
        }
        await self._rows.add(digests, [row])
        await add_deliveries(self._rows, outgoing)
        await self._take_alerts(digest, composed)

    async def list_immediate(self, subscriber: SubscriberId, since: datetime) -> tuple[datetime, ...]:
        """When the subscriber's messages that went at once were composed, after an instant; the oldest first."""
        recent = (
            select(digests.c.composed_at)
            .where(digests.c.subscriber == subscriber, digests.c.composed_at > since, digests.c.immediate)
            .order_by(digests.c.composed_at)
        )
        return tuple(row.composed_at for row in await self._rows.fetch(recent))

    async def list_last_told(self) -> Mapping[SubscriberId, datetime]:
        """When each subscriber last got a digest with a story in it."""
        last = (
            select(digests.c.subscriber, func.max(digests.c.composed_at).label("told_at"))
            .where(digests.c.stories > 0)
            .group_by(digests.c.subscriber)
        )
        return {SubscriberId(row.subscriber): row.told_at for row in await self._rows.fetch(last)}

    async def has_digest(self, subscriber: SubscriberId, window_start: datetime) -> bool:
        """Whether the subscriber's digest of a window is frozen."""
        same = (digests.c.subscriber == subscriber, digests.c.window_start == window_start)
        return await self._rows.find(select(digests.c.id).where(*same)) is not None

    async def find_digest(self, delivery: DeliveryId) -> Digest | None:
        """The digest that a delivery carries."""
        row = await self._rows.find(
            select(digests.c.document)
            .join(deliveries, deliveries.c.digest == digests.c.id)
            .where(deliveries.c.id == delivery)
        )
        return None if row is None else digest_from_json(row.document)

    async def list_digests(
        self, subscriber: SubscriberId, *, ids: Iterable[DigestId] | None = None, limit: int = 10
    ) -> tuple[Digest, ...]:
        """A subscriber's digests, or those of them with these ids, the newest first."""
        newest = select_digests(subscriber, limit=limit)
        if ids is not None:
            newest = newest.where(digests.c.id.in_(list(ids)))
        return tuple(digest_from_json(row.document) for row in await self._rows.fetch(newest))

    async def list_digests_telling(
        self, subscriber: SubscriberId, story: StoryId, *, limit: int = 1
    ) -> tuple[Digest, ...]:
        """A subscriber's digests in which a story stands, under this id or that of the one it is part of, the newest
        first.
        """
        whole = select(story_aliases.c.story).where(story_aliases.c.alias == story)
        telling = select(alerts.c.digest).where(
            alerts.c.subscriber == subscriber, or_(alerts.c.story == story, alerts.c.story.in_(whole))
        )
        newest = select_digests(subscriber, limit=limit).where(digests.c.id.in_(telling))
        return tuple(digest_from_json(row.document) for row in await self._rows.fetch(newest))

    async def _is_frozen(self, digest: Digest) -> bool:
        same_window = and_(digests.c.subscriber == digest.subscriber, digests.c.window_start == digest.window_start)
        known = await self._rows.find(select(digests).where(or_(digests.c.id == digest.id, same_window)))
        if known is not None and known.document != clean_text(digest_to_json(digest)):
            raise StoreError(
                f'digest "{digest.id}" for "{digest.subscriber}", {digest.window_start.isoformat()}: '
                f'another one, "{known.id}", is frozen already'
            )
        return known is not None

    async def _take_alerts(self, digest: Digest, composed: Sequence[AlertId]) -> None:
        taken = 0
        for chunk in iter_chunks(composed):
            taken += await self._rows.write(
                update(alerts)
                .where(alerts.c.id.in_(chunk), alerts.c.state == "pending")
                .values(state="composed", digest=digest.id)
            )
        if taken != len(set(composed)):
            raise StoreError(f'digest "{digest.id}": {len(set(composed)) - taken} of its alerts are not pending')
