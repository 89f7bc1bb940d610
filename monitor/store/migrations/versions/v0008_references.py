"""What peers call the messages that they accepted, so that later ones can go on from them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"


def upgrade() -> None:
    """One column, empty: of older messages nobody kept the name."""
    op.add_column("attempts", sa.Column("reference", sa.Text()))
