"""Polling: whole answers, moves, what is gone or parked, the rhythm of a source and the hints of its feed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New columns, empty: they fill with the next poll of each source."""
    for column in ("whole_at", "gone_at", "parked_until"):
        op.add_column("poll_states", sa.Column(column, _INSTANT))
    op.add_column("poll_states", sa.Column("moved_to", sa.Text()))
    op.add_column("poll_states", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("poll_states", sa.Column("rhythm", sa.BigInteger()))
    op.add_column("poll_states", sa.Column("hints", sa.Text()))
