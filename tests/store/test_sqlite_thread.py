"""The connection to SQLite: transactions that never half happen, whatever becomes of their statements."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from monitor.store.engines import create_engine, read_url, sqlite_url


@asynccontextmanager
async def open_engine(path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(read_url(sqlite_url(path)))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE notes (words TEXT)"))
        yield engine
    finally:
        await engine.dispose()


def in_engine(path: Path, work: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_engine(path) as engine:
            await work(engine)

    asyncio.run(run())


async def write(connection: AsyncConnection, words: str) -> None:
    await connection.execute(text("INSERT INTO notes VALUES (:words)"), {"words": words})


def read_notes(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return [words for (words,) in file.execute("SELECT words FROM notes ORDER BY rowid")]


def hold(path: Path) -> sqlite3.Connection:
    """Another process in the middle of writing."""
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    return file


async def be_impatient(connection: AsyncConnection) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    async with driver.execute("PRAGMA busy_timeout = 0"):
        pass


def test_a_transaction_that_could_not_begin_keeps_nothing_of_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"

    async def work(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await be_impatient(connection)
            with closing(hold(path)) as other:
                async with connection.begin():
                    with pytest.raises(OperationalError, match="locked"):
                        await write(connection, "first")
                    other.execute("COMMIT")
                    with pytest.raises(OperationalError, match="the transaction is over"):
                        await write(connection, "second")
            async with connection.begin():
                await write(connection, "third")

    in_engine(path, work)
    assert read_notes(path) == ["third"]


def test_a_transaction_that_was_ended_in_its_middle_keeps_nothing_of_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"

    async def work(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await write(connection, "first")
            await connection.execute(text("ROLLBACK"))  # as SQLite does by itself on a full disk
            with pytest.raises(OperationalError, match="the transaction is over"):
                await write(connection, "second")

    in_engine(path, work)
    assert read_notes(path) == []


def test_a_transaction_without_statements_waits_for_nobody(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"

    async def work(engine: AsyncEngine) -> None:
        async with engine.connect() as connection:
            await be_impatient(connection)
            with closing(hold(path)):
                async with connection.begin():
                    pass

    in_engine(path, work)
    assert read_notes(path) == []


def test_a_statement_that_nobody_waits_for_any_more_is_rolled_back(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"

    async def give_up(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            waiting = asyncio.get_running_loop().create_task(write(connection, "first"))
            await asyncio.sleep(0)
            waiting.cancel()
            await waiting

    async def work(engine: AsyncEngine) -> None:
        with pytest.raises(asyncio.CancelledError):
            await give_up(engine)
        async with engine.begin() as connection:
            await write(connection, "second")

    in_engine(path, work)
    assert read_notes(path) == ["second"]
