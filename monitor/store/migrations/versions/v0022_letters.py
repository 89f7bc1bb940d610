"""Messages that were given up are told to operators once: those of whom that is still to be done are marked."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0020"


def upgrade() -> None:
    """A mark, not set for what was given up before; and an index of the few that have it."""
    op.add_column("deliveries", sa.Column("untold", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_deliveries_untold",
        "deliveries",
        ["created_at"],
        sqlite_where=sa.text("untold = 1"),
        postgresql_where=sa.text("untold"),
    )
