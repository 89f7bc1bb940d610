"""Brings a database to the schema of this version, and refuses one that is already beyond it."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from monitor.errors import StoreError

_MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade_schema(connection: Connection, database: str) -> None:
    """Run the missing migrations in the connection's transaction; `database` is its name in messages.

    StoreError for a database that a newer version wrote, or that another program owns.
    """
    # Set as an attribute instead of an option: options are interpolated, and an installation path may hold a "%".
    config = Config()
    script = ScriptDirectory(_MIGRATIONS)
    known = {revision.revision for revision in script.walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= known:
        raise StoreError(f"{database} was written by a newer version of Media Monitor; upgrade this installation")
    if not present and (foreign := inspect(connection).get_table_names()):
        raise StoreError(f'{database} belongs to another program: it holds the table "{foreign[0]}"')
    if present != set(script.get_heads()):
        _run(connection, config, database)


def has_current_schema(connection: Connection) -> bool:
    """Whether the schema is the one that this version brings databases to."""
    return MigrationContext.configure(connection).get_current_heads() == _list_heads()


@cache
def _list_heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory(_MIGRATIONS).get_heads())


def _run(connection: Connection, config: Config, database: str) -> None:
    config.attributes["connection"] = connection
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"{database} cannot be migrated: {error}") from error
