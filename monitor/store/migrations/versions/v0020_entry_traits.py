"""By what entries are known again when their guids have changed, and what was found out about the guids of a feed."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0021"


def upgrade() -> None:
    """Empty: entries from before are known by their guids alone, until they are changed."""
    op.add_column("poll_states", sa.Column("guid_fault", sa.Text()))
    for name in ("link", "likeness", "title", "date", "body"):
        op.add_column("entries", sa.Column(name, sa.BigInteger()))
    for name in ("link", "likeness"):
        op.create_index(op.f(f"ix_entries_{name}"), "entries", [name])
