"""The store over SQLAlchemy Core: one schema on SQLite or PostgreSQL, and transactions that never half happen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Self

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from monitor.store.engines import create_engine, read_url
from monitor.store.failures import describe_url, explaining
from monitor.store.rows import Lock, Rows
from monitor.store.transaction import SqlTransaction
from monitor.store.upgrade import has_current_schema, upgrade_schema


def ignore(_point: str) -> None:
    """Pass a crash point by."""


class Database:
    """Implements ports.Store.

    SQLite has one writer: transactions of this process take turns, those of others wait up to 30 seconds for the
    file. On PostgreSQL they run side by side, and locks within the database keep apart what must not interleave.
    """

    def __init__(self, engine: AsyncEngine, reached: Callable[[str], None]) -> None:
        self._engine = engine
        self._reached = reached
        self._name = describe_url(engine.url)
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()

    @classmethod
    async def open(cls, url: str, *, reached: Callable[[str], None] = ignore) -> Self:
        """Connect, and bring the schema up to date; any number of processes may do so at once.

        `url` is "sqlite+aiosqlite:///PATH" or "postgresql+psycopg://…". `reached` is told "before commit" and "after
        commit" of every transaction, for tests that kill the process there. StoreError when it cannot be used.
        """
        location = read_url(url)
        await _migrate(location)
        engine = create_engine(location)
        return cls(engine, reached)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """A transaction that commits at the end of the block and rolls back when it raises."""
        with explaining(self._name):
            async with self._turn, self._engine.begin() as connection:
                yield SqlTransaction(Rows(connection, self._name))
                self._reached("before commit")
        self._reached("after commit")

    async def find_fault(self) -> str | None:
        """What keeps this version from using the store; None when nothing does. StoreError when it does not answer."""
        with explaining(self._name):
            async with self._turn, self._engine.begin() as connection:
                is_current = await connection.run_sync(has_current_schema)
        return None if is_current else "the schema of the store is that of another version"

    async def close(self) -> None:
        """End every connection; the store is of no use afterwards."""
        await self._engine.dispose()


async def _migrate(url: URL) -> None:
    """On a connection of its own: copying a table, as migrations of SQLite do, must not cascade into others."""
    name = describe_url(url)
    engine = create_engine(url, migrating=True)

    def upgrade(connection: Connection) -> None:
        upgrade_schema(connection, name)

    try:
        with explaining(name):
            async with engine.begin() as connection:
                await Rows(connection, name).lock(Lock.MIGRATIONS)
                await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
