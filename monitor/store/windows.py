"""How far the planned digests of each subscriber have got: one row for each of their paces."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, select

from monitor.model import DigestWindow, SubscriberId
from monitor.store.rows import Lock, Rows
from monitor.store.schema import digest_windows

_KEY = ("subscriber", "pace")


def select_due_windows(now: datetime) -> Select[Any]:
    """Whose window has come."""
    return select(digest_windows.c.subscriber).distinct().where(digest_windows.c.next_at <= now)


class WindowRows:
    """The part of a transaction that is about windows; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def sync_windows(self, wanted: Sequence[DigestWindow], subscriber: SubscriberId | None = None) -> None:
        """Keep these paces and no others, of one subscriber or of all. One that is known stays as it is, unless its
        next window lies later than said: a clock that ran ahead has written it.
        """
        await self._rows.lock(Lock.ALERTS)
        known = {(window.subscriber, window.pace): window for window in await self.list_windows(subscriber)}
        keys = {(window.subscriber, window.pace) for window in wanted}
        for owner, pace in known.keys() - keys:
            same = (digest_windows.c.subscriber == owner, digest_windows.c.pace == pace)
            await self._rows.write(delete(digest_windows).where(*same))
        await self.save_windows(
            window
            for window in wanted
            if (window.subscriber, window.pace) not in known
            or known[window.subscriber, window.pace].next_at > window.next_at
        )

    async def list_windows(self, subscriber: SubscriberId | None = None) -> tuple[DigestWindow, ...]:
        """Of one subscriber or of all, by pace."""
        wanted = select(digest_windows).order_by(*_columns())
        if subscriber is not None:
            wanted = wanted.where(digest_windows.c.subscriber == subscriber)
        return tuple(_row_to_window(row) for row in await self._rows.fetch(wanted))

    async def list_due_windows(self, now: datetime) -> tuple[SubscriberId, ...]:
        """Who has a planned digest whose time has come."""
        return tuple(sorted(SubscriberId(row.subscriber) for row in await self._rows.fetch(select_due_windows(now))))

    async def save_windows(self, windows: Iterable[DigestWindow]) -> None:
        """Write how far they have got."""
        rows = sorted((asdict(window) for window in windows), key=lambda row: (row["subscriber"], row["pace"]))
        insert = self._rows.insert(digest_windows)
        moved = {name: insert.excluded[name] for name in ("last_at", "next_at")}
        await self._rows.write(insert.on_conflict_do_update(index_elements=_KEY, set_=moved), rows)


def _columns() -> tuple[Any, ...]:
    return digest_windows.c.subscriber, digest_windows.c.pace


def _row_to_window(row: Row[Any]) -> DigestWindow:
    return DigestWindow(
        subscriber=SubscriberId(row.subscriber),
        pace=row.pace,
        begun_at=row.begun_at,
        last_at=row.last_at,
        next_at=row.next_at,
    )
