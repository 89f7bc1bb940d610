"""The store over SQLAlchemy Core: SQLite or PostgreSQL by URL, one schema, and transactions that never half happen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from monitor.errors import StoreError
from monitor.store.failures import describe_url, explaining
from monitor.store.rows import Lock, Rows
from monitor.store.transaction import SqlTransaction
from monitor.store.upgrade import upgrade_schema

_SQLITE = "sqlite+aiosqlite"
_POSTGRES = "postgresql+psycopg"
_BUSY_TIMEOUT_MS = 30_000
_CONNECT_TIMEOUT_S = 10
_POSTGRES_CONNECTIONS = 8


def ignore(_point: str) -> None:
    """Pass a crash point by."""


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file, whatever characters its path has."""
    return URL.create(_SQLITE, database=str(path)).render_as_string(hide_password=False)


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
        location = _read_url(url)
        await _migrate(location)
        engine = _create_engine(location)
        return cls(engine, reached)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """A transaction that commits at the end of the block and rolls back when it raises."""
        with explaining(self._name):
            async with self._turn, self._engine.begin() as connection:
                yield SqlTransaction(Rows(connection, self._name))
                self._reached("before commit")
        self._reached("after commit")

    async def close(self) -> None:
        """End every connection; the store is of no use afterwards."""
        await self._engine.dispose()


def _read_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # without the cause: it quotes the text, which may hold a password
        message = f'database URL not understood, expected "{_SQLITE}:///PATH" or "{_POSTGRES}://…"'
        raise StoreError(message) from None
    if url.drivername not in (_SQLITE, _POSTGRES):
        raise StoreError(f'database "{url.drivername}://…" is not supported, expected "{_SQLITE}" or "{_POSTGRES}"')
    return url


async def _migrate(url: URL) -> None:
    """On a connection of its own: copying a table, as migrations of SQLite do, must not cascade into others."""
    name = describe_url(url)
    engine = _create_engine(url, migrating=True)

    def upgrade(connection: Connection) -> None:
        upgrade_schema(connection, name)

    try:
        with explaining(name):
            async with engine.begin() as connection:
                await Rows(connection, name).lock(Lock.MIGRATIONS)
                await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


def _create_engine(url: URL, *, migrating: bool = False) -> AsyncEngine:
    if url.drivername == _POSTGRES:
        return _create_postgres(url, migrating=migrating)
    return _create_sqlite(url, foreign_keys=not migrating)


def _create_postgres(url: URL, *, migrating: bool) -> AsyncEngine:
    pool: dict[str, Any] = {"poolclass": NullPool} if migrating else {"pool_size": _POSTGRES_CONNECTIONS}
    options = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_TIMEOUT_S}
    try:
        # The ping notices a server that was restarted while a connection stood idle.
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=options, **pool)
    except ImportError as error:
        raise StoreError('PostgreSQL needs the package psycopg: pip install "media-monitor[postgres]"') from error


def _create_sqlite(url: URL, *, foreign_keys: bool) -> AsyncEngine:
    """One connection, in which every transaction begins as a writer: none can fail half-way because another wrote."""
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    pragmas = (
        f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}",
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver would begin transactions by itself, and deferred ones at that.
        connection.isolation_level = None
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()  # nobody else would: the pool does not know it yet, and its thread would outlive us
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
