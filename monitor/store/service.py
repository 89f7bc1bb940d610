"""What the store tells about the service itself: its size, its leases and its signs of life."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update

from monitor.store.rows import Rows
from monitor.store.schema import (
    alerts,
    articles,
    awaited_pages,
    deliveries,
    digests,
    heartbeats,
    matches,
    poll_states,
    stories,
)

_COUNTED = (articles, stories, matches, alerts, digests, deliveries)
_LEASED = (poll_states, awaited_pages, deliveries)


class ServiceRows:
    """The part of a transaction that is about the service; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def count_rows(self) -> Mapping[str, int]:
        """How many articles, stories, matches, alerts, digests and deliveries there are, by those names."""
        counts = {table.name: select(func.count()).select_from(table).scalar_subquery() for table in _COUNTED}
        row = await self._rows.find(select(*(count.label(name) for name, count in counts.items())))
        return dict(row._mapping) if row else {}

    async def release_leases(self) -> None:
        """End every lease. Only for a service that knows itself alone: what a killed one held is taken up at once."""
        for table in _LEASED:
            await self._rows.write(update(table).where(table.c.lease_until.is_not(None)).values(lease_until=None))

    async def beat(self, service: str, now: datetime) -> None:
        """Write that a service is alive."""
        insert = self._rows.insert(heartbeats).values(service=service, beat_at=now)
        await self._rows.write(insert.on_conflict_do_update(index_elements=["service"], set_={"beat_at": now}))

    async def find_beat(self, service: str) -> datetime | None:
        """When it last was."""
        row = await self._rows.find(select(heartbeats.c.beat_at).where(heartbeats.c.service == service))
        return row.beat_at if row else None
