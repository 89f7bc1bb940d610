"""Statements on one open transaction: the differences of the two dialects, and errors in our own words."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Row, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from monitor.store.failures import explaining

# Both databases bound the number of parameters: 32,766 in SQLite, 65,535 in PostgreSQL.
_CHUNK = 1000
_T = TypeVar("_T")

Inserting = Callable[[Table], sqlite.Insert | postgresql.Insert]
"""Begins an INSERT that can say ON CONFLICT; the only statement that the dialects do not share."""


class Lock(IntEnum):
    """What only one transaction may do at a time. Taken in rising order, so that two never wait for each other.

    The numbers are keys of PostgreSQL's advisory locks, shared by all that uses the database: hence unlikely ones.
    """

    MIGRATIONS = 7_205_461_001
    STORIES = 7_205_461_002
    ALERTS = 7_205_461_003


class Rows:
    """One open transaction. Errors leave it as StoreError; executemany with no rows does nothing."""

    def __init__(self, connection: AsyncConnection, database: str) -> None:
        self._connection = connection
        self._database = database
        self._is_postgres = connection.dialect.name == postgresql.dialect.name
        self.insert: Inserting = postgresql.insert if self._is_postgres else sqlite.insert

    def prepare(self, build: Callable[[Inserting], Executable]) -> Executable:
        """What a function of a module makes with `insert`, made once: making a statement costs more than running it."""
        return _prepare(build, self.insert)

    async def fetch(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> list[Row[Any]]:
        """The rows of a SELECT, or of a RETURNING for one or many `rows` of parameters, in no order of theirs."""
        return [] if rows == [] else list((await self._execute(statement, rows)).all())

    async def find(self, statement: Executable) -> Row[Any] | None:
        """The first row."""
        return (await self._execute(statement)).first()

    async def write(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """The number of rows changed; without a meaning for many `rows` of parameters."""
        return 0 if rows == [] else (await self._execute(statement, rows)).rowcount

    async def add(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert the rows that are not there yet."""
        await self.write(_add_to(table, self.insert), rows)

    async def lock(self, lock: Lock) -> None:
        """Wait for a lock that ends with the transaction. In SQLite every transaction is alone anyway."""
        if self._is_postgres:
            await self.fetch(select(func.pg_advisory_xact_lock(int(lock))))

    async def _execute(
        self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        with explaining(self._database):
            return await self._connection.execute(statement, rows)


@cache
def _prepare(build: Callable[[Inserting], Executable], insert: Inserting) -> Executable:
    return build(insert)


@cache
def _add_to(table: Table, insert: Inserting) -> Executable:
    return insert(table).on_conflict_do_nothing()


def iter_chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    """Distinct values in lists short enough for one IN."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), _CHUNK):
        yield distinct[start : start + _CHUNK]
