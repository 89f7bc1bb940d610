"""The token buckets of destinations, shared by every worker."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from monitor.model import Bucket
from monitor.store.rows import Rows
from monitor.store.schema import buckets


class BucketRows:
    """The part of a transaction that is about buckets; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_buckets(self, destinations: Iterable[str]) -> Mapping[str, Bucket]:
        """Those that are known, kept from other workers until the commit."""
        wanted = select(buckets).where(buckets.c.destination.in_(sorted(destinations)))
        rows = await self._rows.fetch(wanted.order_by(buckets.c.destination).with_for_update())
        return {row.destination: Bucket(row.tokens, row.filled_at) for row in rows}

    async def save_buckets(self, filled: Mapping[str, Bucket]) -> None:
        """Write how full they are."""
        insert = self._rows.insert(buckets)
        changed = {name: insert.excluded[name] for name in ("tokens", "filled_at")}
        await self._rows.write(
            insert.on_conflict_do_update(index_elements=["destination"], set_=changed),
            [
                {"destination": destination, "tokens": bucket.tokens, "filled_at": bucket.filled_at}
                for destination, bucket in sorted(filled.items())
            ],
        )
