"""What Alembic runs for `upgrade`; the connection, and the transaction on it, are those of monitor.store.upgrade."""

from alembic import context

from monitor.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table: it is copied instead.
    render_as_batch=True,
)
context.run_migrations()
