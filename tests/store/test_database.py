"""Databases that cannot be used: each says what is wrong, and none gives away a password."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.database import Database, ignore
from monitor.store.engines import create_engine, read_url, sqlite_url
from tests.builders import NOON
from tests.contract.stores import in_store, in_transaction


def open_and_close(url: str) -> None:
    async def run() -> None:
        await (await Database.open(url)).close()

    asyncio.run(run())


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Remember the milk. " * 100)
    with pytest.raises(StoreError, match=r'^database ".*notes.txt" is not an SQLite database$'):
        open_and_close(sqlite_url(path))
    assert path.read_text().startswith("Remember the milk.")


def test_a_truncated_database_is_an_error_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "monitor.sqlite3"
    open_and_close(sqlite_url(path))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match="damaged"):
        in_transaction(sqlite_url(path), lambda tx: tx.beat("poll", NOON))


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "monitor.sqlite3"
    path.touch()
    open_and_close(sqlite_url(path))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r'^database ".*gone/x.db" cannot be opened: is its folder there'):
        open_and_close(sqlite_url(tmp_path / "gone" / "x.db"))


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_and_close(sqlite_url(tmp_path))


def test_a_path_with_spaces_percent_signs_and_letters_of_any_script_works(tmp_path: Path) -> None:
    folder = tmp_path / "100 % новости? #more %41"
    folder.mkdir()
    open_and_close(sqlite_url(folder / "monitor.sqlite3"))
    assert (folder / "monitor.sqlite3").exists()


def test_the_disk_is_written_before_a_commit_returns_and_references_are_checked(sqlite_file_url: str) -> None:
    async def read_pragmas() -> list[object]:
        engine = create_engine(read_url(sqlite_file_url))
        async with engine.connect() as connection:
            names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            found = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]
        await engine.dispose()
        return found

    assert asyncio.run(read_pragmas()) == ["wal", 2, 1, 30_000]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "database URL not understood"),
        ("sqlite", "database URL not understood"),
        ("p4ssword@@nonsense", "database URL not understood"),
        ("sqlite:///x.db", r'database "sqlite://…" is not supported, expected "sqlite\+aiosqlite" or'),
        ("mysql://ana:p4ssword@localhost/x", r'database "mysql://…" is not supported'),
        ("postgresql://ana:p4ssword@localhost/x", r'database "postgresql://…" is not supported'),
        (
            "postgresql+psycopg://ana:p4ssword@127.0.0.1:1/news",
            r'database "postgresql://127.0.0.1:1/news" cannot be reached',
        ),
        (
            "postgresql+psycopg://127.0.0.1:1/news?password=p4ssword",
            r'database "postgresql://127.0.0.1:1/news" cannot be reached',
        ),
        ("postgresql+psycopg://127.0.0.1:x/news?password=p4ssword", "database URL not understood"),
    ],
)
def test_a_url_that_cannot_be_used_says_so_without_its_password(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        open_and_close(url)
    assert "p4ssword" not in str(caught.value)


@pytest.mark.postgres
def test_a_postgres_database_that_does_not_exist_is_named(postgres_url: str) -> None:
    with pytest.raises(
        StoreError, match=r'^database "postgresql://localhost/nowhere" cannot be reached: .*"nowhere" does'
    ):
        open_and_close(postgres_url.replace("/postgres?", "/nowhere?"))


def test_a_missing_psycopg_names_the_extra_to_install() -> None:
    script = """
import asyncio, sys
sys.modules["psycopg"] = None
from monitor.errors import StoreError
from monitor.store.database import Database, ignore
from monitor.store.engines import create_engine, read_url, sqlite_url
try:
    asyncio.run(Database.open("postgresql+psycopg://localhost/x"))
except StoreError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == 'PostgreSQL needs the package psycopg: pip install "media-monitor[postgres]"'


def test_psycopg_is_not_imported_for_sqlite(sqlite_file_url: str) -> None:
    script = """
import asyncio, sys
from monitor.store.database import Database, ignore
from monitor.store.engines import create_engine, read_url, sqlite_url
async def run():
    await (await Database.open(sys.argv[1])).close()
asyncio.run(run())
print("psycopg" in sys.modules)
"""
    command = [sys.executable, "-c", script, sqlite_file_url]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def hold_file(path: Path) -> Callable[[], None]:
    """Another program that writes, until it is told to let go."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection.close


def test_a_transaction_waits_for_another_program_to_let_go_of_the_file(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(database: Database) -> None:
        async def write() -> None:
            async with database.transaction() as tx:
                await tx.beat("poll", NOON)

        let_go = hold_file(tmp_path / "monitor.sqlite3")
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.05)
        assert not writing.done()
        let_go()
        await writing

    in_store(sqlite_file_url, scenario)


def test_a_full_disk_is_named(sqlite_file_url: str, tmp_path: Path) -> None:
    """A cap on the number of pages is answered like a disk without room."""

    async def fill() -> None:
        engine = create_engine(read_url(sqlite_file_url))
        async with engine.connect() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count = 1")
        try:
            async with Database(engine, ignore).transaction() as tx:
                for number in range(2000):
                    await tx.beat(f"service {number} " + "x" * 400, NOON)
        finally:
            await engine.dispose()

    open_and_close(sqlite_file_url)
    with pytest.raises(StoreError, match=r'^database ".*monitor.sqlite3" cannot grow: the disk is full$'):
        asyncio.run(fill())
    open_and_close(sqlite_file_url)
    with closing(sqlite3.connect(tmp_path / "monitor.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
