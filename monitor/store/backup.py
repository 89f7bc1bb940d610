"""A copy of an SQLite database that is in use, as it stood at one moment."""

import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.errors import StoreError
from monitor.store.engines import read_url
from monitor.store.failures import describe_url, explaining


def copy_database(url: str, target: Path) -> None:
    """Copy the database to the new file `target` while others may be writing, and check that the copy is sound.

    StoreError when it is no SQLite database, is damaged, or cannot be copied.
    """
    location = read_url(url)
    name = describe_url(location)
    if location.get_backend_name() != "sqlite":
        raise StoreError(f"{name} is PostgreSQL, which brings tools of its own: back it up with pg_dump")
    with (
        explaining(f"the copy of {name}"),
        closing(sqlite3.connect(str(location.database))) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        [(verdict,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise StoreError(f"{name} is damaged ({verdict}): no backup was made of it; restore an earlier one")
