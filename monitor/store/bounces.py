"""Mail that came back: which of it was read, and what it meant."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from monitor.model import Bounce, BounceKind, ChannelKind, SubscriberId
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import attempts, bounces, deliveries


def select_addressee(channel: ChannelKind, reference: str) -> Select[Any]:
    """Who was sent the message of that name."""
    return (
        select(deliveries.c.subscriber)
        .join(attempts, attempts.c.delivery == deliveries.c.id)
        .where(attempts.c.reference == reference, deliveries.c.channel == channel)
        .limit(1)
    )


class BounceRows:
    """The part of a transaction that is about mail that came back; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def list_unknown_bounces(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of `keys` that were never read."""
        known: set[str] = set()
        for chunk in iter_chunks(keys):
            known |= {row.key for row in await self._rows.fetch(select(bounces.c.key).where(bounces.c.key.in_(chunk)))}
        return frozenset(keys) - known

    async def add_bounces(self, found: Sequence[Bounce]) -> None:
        """Remember mails as read."""
        await self._rows.add(
            bounces,
            [
                {
                    "key": each.key,
                    "kind": each.kind,
                    "subscriber": each.subscriber,
                    "status": each.status,
                    "seen_at": each.seen_at,
                }
                for each in found
            ],
        )

    async def count_bounces(self) -> Mapping[SubscriberId, Mapping[BounceKind, int]]:
        """How many mails came back to each subscriber, by what they meant."""
        counted = (
            select(bounces.c.subscriber, bounces.c.kind, func.count().label("number"))
            .where(bounces.c.subscriber.is_not(None))
            .group_by(bounces.c.subscriber, bounces.c.kind)
        )
        counts: dict[SubscriberId, dict[BounceKind, int]] = {}
        for row in await self._rows.fetch(counted):
            counts.setdefault(SubscriberId(row.subscriber), {})[row.kind] = row.number
        return counts

    async def find_addressee(self, channel: ChannelKind, reference: str) -> SubscriberId | None:
        """Who was sent the message of that name."""
        row = await self._rows.find(select_addressee(channel, reference))
        return SubscriberId(row.subscriber) if row else None
