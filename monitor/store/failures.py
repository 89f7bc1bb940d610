"""What a database error means to a person. SQL and parameters stay out: they hold articles and addresses."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError, StatementError

from monitor.errors import StoreError

# Primary result codes of SQLite, the lower byte of every extended one.
_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_BUSY: "is in use by another process that has not let go within 30 seconds",
    sqlite3.SQLITE_LOCKED: "is in use by another connection",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: is its folder there, and may this user write to it?",
    sqlite3.SQLITE_READONLY: "cannot be written: it, its folder or its disk is read-only",
    sqlite3.SQLITE_PERM: "cannot be opened: this user may not read and write it",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error, or is full",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup",
}

# SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: Mapping[str, str] = {
    "42501": "may not be changed by this user",
    "53100": "cannot grow: the server's disk is full",
    "40P01": "ended this transaction because another one stood in its way; it can be tried again",
    "57P01": "was shut down",
}


def describe_url(url: URL) -> str:
    """The database as a message may name it: never with user, password or options."""
    if url.get_backend_name() == "sqlite":
        return f'database "{url.database or ":memory:"}"'
    port = f":{url.port}" if url.port else ""
    return f'database "{url.get_backend_name()}://{url.host or "localhost"}{port}/{url.database or ""}"'


def explain(error: SQLAlchemyError | sqlite3.Error, database: str) -> StoreError:
    """The error to raise instead; `database` as `describe_url` names it."""
    cause = error.orig if isinstance(error, StatementError) else error
    return StoreError(f"{database} {_find_meaning(cause) or _quote(error, cause)}")


def _find_meaning(cause: BaseException | None) -> str | None:
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    return _POSTGRES.get(getattr(cause, "sqlstate", None) or "")


def _quote(error: Exception, cause: BaseException | None) -> str:
    """The first line only: PostgreSQL puts the values of a row into the ones below it."""
    first_line = next(iter(str(cause or error).splitlines()), type(error).__name__)
    return f"{_name_failure(error, cause)}: {first_line}"


def _name_failure(error: Exception, cause: BaseException | None) -> str:
    # Without a state of its own, an operational error did not come from the server: it was never reached, or is gone.
    if isinstance(error, OperationalError) and getattr(cause, "sqlstate", "") is None:
        return "cannot be reached"
    return "refused a statement" if isinstance(error, DBAPIError) else "could not be used"


@contextmanager
def explaining(database: str) -> Iterator[None]:
    """Raise StoreError where a library raised its own error."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise explain(error, database) from error
