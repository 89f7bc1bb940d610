"""When in the week a source brings something new, and when it last brought what was no copy."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Empty: each source is known within a week."""
    op.add_column("poll_states", sa.Column("original_at", sa.DateTime(timezone=True)))
    op.add_column("poll_states", sa.Column("week", sa.Text()))
