"""Mail that came back, found by the name of what was sent; and which address it was that a channel was disabled for."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0008"


def upgrade() -> None:
    """A table, an index, and a column that is empty for what was disabled before."""
    op.create_table(
        "bounces",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bounces")),
    )
    op.create_index(op.f("ix_bounces_subscriber"), "bounces", ["subscriber"])
    op.create_index(op.f("ix_attempts_reference"), "attempts", ["reference"])
    op.add_column("disabled_channels", sa.Column("destination", sa.Text()))
