"""Erasing a person: every row that names a subscriber, in one transaction."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from monitor.model import SubscriberId
from monitor.store.rows import Lock, Rows
from monitor.store.schema import (
    alert_matches,
    alerts,
    attempts,
    bounces,
    choices,
    deliveries,
    digest_windows,
    digests,
    disabled_channels,
    mutes,
    payloads,
    relevance_marks,
)

# Those that others refer to last.
_OF_A_PERSON = (
    deliveries,
    alerts,
    digests,
    choices,
    mutes,
    relevance_marks,
    digest_windows,
    disabled_channels,
    bounces,
)


class PeopleRows:
    """The part of a transaction that forgets a person; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def forget_subscriber(self, subscriber: SubscriberId) -> Mapping[str, int]:
        """Erase everything of a subscriber; how many rows there were, by what they held."""
        await self._rows.lock(Lock.ALERTS)
        own_alerts = select(alerts.c.id).where(alerts.c.subscriber == subscriber)
        await self._rows.write(delete(alert_matches).where(alert_matches.c.alert.in_(own_alerts)))
        own_deliveries = select(deliveries.c.id).where(deliveries.c.subscriber == subscriber)
        for table in (attempts, payloads):
            await self._rows.write(delete(table).where(table.c.delivery.in_(own_deliveries)))
        return {
            table.name: await self._rows.write(delete(table).where(table.c.subscriber == subscriber))
            for table in _OF_A_PERSON
        }
