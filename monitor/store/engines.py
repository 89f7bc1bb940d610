"""The engines of both databases: which URLs are understood, and how connections are set up."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from monitor.errors import StoreError
from monitor.store.failures import describe_url, explaining
from monitor.store.sqlite_thread import connect

_SQLITE = "sqlite+aiosqlite"
_POSTGRES = "postgresql+psycopg"
_BUSY_TIMEOUT_MS = 30_000
# Eight times what SQLite takes by itself: what stories are recognised by is in no order, and touches pages everywhere.
_CACHE_KB = 16_000
_CONNECT_TIMEOUT_S = 10
_POSTGRES_CONNECTIONS = 8


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file, whatever characters its path has."""
    return URL.create(_SQLITE, database=str(path)).render_as_string(hide_password=False)


def read_url(text: str) -> URL:
    """The URL of a database that can be opened; StoreError when it is none of ours, or its file cannot be opened."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # without the cause: it quotes the text, which may hold a password
        message = f'database URL not understood, expected "{_SQLITE}:///PATH" or "{_POSTGRES}://…"'
        raise StoreError(message) from None
    if url.drivername not in (_SQLITE, _POSTGRES):
        raise StoreError(f'database "{url.drivername}://…" is not supported, expected "{_SQLITE}" or "{_POSTGRES}"')
    if url.drivername == _SQLITE:
        _probe_file(url)
    return url


def create_engine(url: URL, *, migrating: bool = False) -> AsyncEngine:
    """An engine for `url`; one for migrations checks no references. StoreError when the driver is missing."""
    if url.drivername == _POSTGRES:
        return _create_postgres(url, migrating=migrating)
    return _create_sqlite(url, foreign_keys=not migrating)


def _probe_file(url: URL) -> None:
    """Fail here on a file that cannot be opened: the thread of an aiosqlite connection that fails outlives the loop."""
    with explaining(describe_url(url)), closing(sqlite3.connect(url.database or ":memory:")):
        pass


def _create_postgres(url: URL, *, migrating: bool) -> AsyncEngine:
    pool: dict[str, Any] = {"poolclass": NullPool} if migrating else {"pool_size": _POSTGRES_CONNECTIONS}
    options: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_TIMEOUT_S}
    try:
        if not migrating:  # which reads catalogs, and those have types of their own
            options["cursor_factory"] = _import_binary_cursor()
        # The ping notices a server that was restarted while a connection stood idle.
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=options, **pool)
    except ImportError as error:
        raise StoreError('PostgreSQL needs the package psycopg: pip install "media-monitor[postgres]"') from error


def _import_binary_cursor() -> type[Any]:
    """A cursor that gets values as they are, instead of as text: of bytes, twice as many digits."""
    import psycopg  # noqa: PLC0415 - the extra "postgres", and nothing that SQLite should wait for

    class BinaryCursor(psycopg.AsyncCursor[Any]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.format = psycopg.pq.Format.BINARY

    return BinaryCursor


def _create_sqlite(url: URL, *, foreign_keys: bool) -> AsyncEngine:
    """One connection, in which every transaction begins as a writer: none can fail half-way because another wrote."""
    options = {"async_creator_fn": connect}
    engine = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True, connect_args=options)
    pragmas = (
        f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        f"PRAGMA cache_size = -{_CACHE_KB}",
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
        driver: Any = connection.connection.driver_connection
        driver.begin_with_next()

    return engine
