"""What was kept long enough goes, batch by batch: nothing else has to wait for a large clearing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from monitor.model import Retention
from monitor.pipeline.plan import Plan, Ports
from monitor.ports import Transaction

# SQLite has one writer: a batch holds it for some milliseconds.
_BATCH = 500
# An hour of purging at most: what is left is thrown away at the next tick.
_MOST_BATCHES = 400

# Only sources that are gone or paused have pages that wait for so long.
_AWAITED_FOR = timedelta(days=30)

_log = structlog.get_logger()
_Purge = Callable[[Transaction, Retention, datetime], Awaitable[int]]


async def purge_old(ports: Ports, plan: Plan) -> Mapping[str, int]:
    """Throw away what is older than its retention; how many rows of each kind went."""
    gone = {name: await _purge(ports, plan.retention, purge) for name, purge in _PURGES.items()}
    if any(gone.values()):
        _log.info("purged", **gone)
    return gone


async def _purge(ports: Ports, retention: Retention, purge: _Purge) -> int:
    gone = 0
    for _ in range(_MOST_BATCHES):
        async with ports.store.transaction() as tx:
            batch = await purge(tx, retention, ports.clock())
        ports.reached("purged")
        gone += batch
        if not batch:
            break
    return gone


async def _pages(tx: Transaction, retention: Retention, now: datetime) -> int:
    return await tx.purge_pages(now - retention.raw, _BATCH)


async def _awaited(tx: Transaction, _retention: Retention, now: datetime) -> int:
    return await tx.purge_awaited(now - _AWAITED_FOR, _BATCH)


async def _bodies(tx: Transaction, retention: Retention, now: datetime) -> int:
    return await tx.purge_bodies(now - retention.bodies, _BATCH)


async def _messages(tx: Transaction, retention: Retention, now: datetime) -> int:
    return await tx.purge_deliveries(now - retention.bodies, _BATCH)


async def _digests(tx: Transaction, retention: Retention, now: datetime) -> int:
    return await tx.purge_digests(now - retention.metadata, _BATCH)


async def _articles(tx: Transaction, retention: Retention, now: datetime) -> int:
    return await tx.purge_articles(now - retention.metadata, _BATCH)


async def _story_index(tx: Transaction, _retention: Retention, now: datetime) -> int:
    return await tx.purge_story_index(now, _BATCH)


_PURGES: Mapping[str, _Purge] = {
    "pages": _pages,
    "awaited": _awaited,
    "bodies": _bodies,
    "messages": _messages,
    "digests": _digests,
    "articles": _articles,
    "story_index": _story_index,
}
