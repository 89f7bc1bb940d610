"""SQLite's connection for the event loop: one errand to its thread for each statement, with all rows of its result.

aiosqlite makes an errand of each step, and SQLAlchemy takes up to four for a statement: a cursor, its execution, its
rows, its end. An errand costs the loop more than most statements cost SQLite. Results are read whole anyway.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from enum import Enum, auto
from typing import Any, NamedTuple, Self

import aiosqlite

_Work = Callable[[sqlite3.Cursor], object]

# How many rows aiosqlite's own cursors fetch at a time; ours have fetched all.
_CHUNK = 64


def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """As `aiosqlite.connect`, for the parameter `async_creator_fn` of SQLAlchemy's driver."""

    def open_file() -> sqlite3.Connection:
        file: sqlite3.Connection = sqlite3.connect(*arguments, **options)
        return file

    connection = ThreadConnection(open_file, _CHUNK)
    # As SQLAlchemy does with those it opens itself: a process that ends does not wait for the thread.
    connection._thread.daemon = True
    return connection


class _Transaction(Enum):
    NONE = auto()
    DUE = auto()
    """It begins with the next statement."""
    OPEN = auto()


class ThreadConnection(aiosqlite.Connection):
    """Its cursors are what SQLAlchemy asks of a driver, not those of aiosqlite.

    Statements reach the thread in the order in which they were run, also when nobody waits for them any more.
    """

    _transaction = _Transaction.NONE

    def begin_with_next(self) -> None:
        """Let the next statement begin a transaction, as a writer: none can fail half-way because another wrote."""
        self._transaction = _Transaction.DUE

    def cursor(self) -> "ThreadCursor":  # type: ignore[override]  # SQLAlchemy's protocol has no await here
        """A cursor that the thread knows nothing of yet."""
        return ThreadCursor(self)

    async def commit(self) -> None:
        """The thread hears of it only where a statement has begun a transaction."""
        if self._transaction is _Transaction.OPEN:
            await super().commit()
        self._transaction = _Transaction.NONE

    async def rollback(self) -> None:
        """As `commit`; the pool calls it after every transaction."""
        if self._transaction is _Transaction.OPEN:
            await super().rollback()
        self._transaction = _Transaction.NONE

    async def run(self, work: _Work) -> "Outcome":
        """Do everything that a statement asks for, in the thread."""
        before = self._transaction
        if before is _Transaction.DUE:
            self._transaction = _Transaction.OPEN
        outcome: Outcome = await self._execute(self._work, work, before)  # type: ignore[no-untyped-call]  # it has no types
        return outcome

    def _work(self, work: _Work, transaction: _Transaction) -> "Outcome":
        with closing(self._conn.cursor()) as cursor:
            if transaction is _Transaction.DUE:
                cursor.execute("BEGIN IMMEDIATE")
            elif transaction is _Transaction.OPEN and not self._conn.in_transaction:
                # It could not begin, or a full disk has ended it: what follows must not be kept without the rest.
                raise sqlite3.OperationalError("the transaction is over")
            work(cursor)
            rows = cursor.fetchall() if cursor.description else []
            return Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)


class Outcome(NamedTuple):
    """What is left of a cursor when its statement is done."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


class ThreadCursor:
    """One statement and its result; see sqlalchemy.connectors.asyncio.AsyncIODBAPICursor."""

    arraysize = 1

    def __init__(self, connection: ThreadConnection) -> None:
        self._connection = connection
        self._outcome = Outcome()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns of the result; None for a statement that has none."""
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed; -1 where that means nothing."""
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted."""
        return self._outcome.lastrowid

    async def execute(self, operation: str, parameters: Any = ()) -> None:
        """Execute a statement and fetch its rows."""
        self._outcome = await self._connection.run(lambda cursor: cursor.execute(operation, parameters))

    async def executemany(self, operation: str, parameters: Iterable[Any]) -> None:
        """Execute a statement for each of many parameters."""
        self._outcome = await self._connection.run(lambda cursor: cursor.executemany(operation, parameters))

    async def fetchall(self) -> Sequence[Any]:
        """The rows, which are here."""
        return self._outcome.rows

    async def close(self) -> None:
        """Nothing: the thread has closed its own."""
