"""A copy taken while another process writes holds whole transactions only."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.backup import copy_database
from monitor.store.engines import sqlite_url

# Each transaction writes one row into either table, and enough beside it that a copy takes several steps.
_WRITER = """
import sqlite3, sys
writer = sqlite3.connect(sys.argv[1], isolation_level=None)
while True:
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO debits VALUES (randomblob(20000))")
    writer.execute("INSERT INTO credits VALUES (randomblob(20000))")
    writer.execute("COMMIT")
    print("committed", flush=True)
"""


def test_a_copy_taken_while_another_process_writes_holds_whole_transactions(tmp_path: Path) -> None:
    file = tmp_path / "busy.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.executescript("PRAGMA journal_mode = WAL; CREATE TABLE debits (a); CREATE TABLE credits (a);")
    counts = []
    with subprocess.Popen([sys.executable, "-c", _WRITER, file], stdout=subprocess.PIPE, text=True) as writer:
        try:
            for number in range(3):
                assert writer.stdout is not None
                writer.stdout.readline()
                copy_database(sqlite_url(file), tmp_path / f"copy-{number}")
                counts.append(_count(tmp_path / f"copy-{number}"))
        finally:
            writer.kill()
    assert all(debits == others > 0 for debits, others in counts)


def test_no_copy_is_made_of_a_damaged_database(tmp_path: Path) -> None:
    file = tmp_path / "torn.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE notes (text); CREATE INDEX by_text ON notes (text);")
        database.executemany("INSERT INTO notes VALUES (?)", [(f"note {number}" * 50,) for number in range(200)])
        database.commit()
    with file.open("r+b") as torn:
        torn.seek(5 * 4096)
        torn.write(b"\xff" * 8192)
    with pytest.raises(StoreError, match=r"torn\.sqlite3.* is damaged"):
        copy_database(sqlite_url(file), tmp_path / "copy")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Dockers strike. " * 1000, encoding="utf-8")
    with pytest.raises(StoreError, match=r"the copy of database .*notes\.txt\" is not an SQLite database"):
        copy_database(sqlite_url(file), tmp_path / "copy")


def test_postgresql_is_left_to_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump") as found:
        copy_database("postgresql+psycopg://ana:hidden@localhost/news", tmp_path / "copy")
    assert "hidden" not in str(found.value)


def _count(file: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(file)) as database:
        [counts] = database.execute("SELECT (SELECT count(*) FROM debits), (SELECT count(*) FROM credits)").fetchall()
    return int(counts[0]), int(counts[1])
