"""Entries whose pages are to be fetched, and the domains that asked to be left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0018"

_INSTANT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Empty: what was stored before stays as the feeds told it."""
    op.add_column("entries", sa.Column("page_read_at", _INSTANT))
    op.create_table(
        "awaited_pages",
        sa.Column("number", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT),
        sa.Column("untold_until", _INSTANT),
        sa.Column("alerting", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", _INSTANT),
        sa.Column("lease_token", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_awaited_pages")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_awaited_pages_source_key")),
    )
    for column in ("next_at", "untold_until", "since"):
        op.create_index(op.f(f"ix_awaited_pages_{column}"), "awaited_pages", [column])
    op.create_table(
        "parked_domains",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_parked_domains")),
    )
