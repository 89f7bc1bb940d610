"""What each rule costs and finds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0004"


def upgrade() -> None:
    """One table, empty: the service adds to it once a minute."""
    op.create_table(
        "rule_stats",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("matched", sa.BigInteger(), nullable=False),
        sa.Column("nanoseconds", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_rule_stats")),
    )
