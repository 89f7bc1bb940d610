"""Routing: what subscribers chose, silences, planned digests, notices of operators, and the pace of destinations."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New columns of what there is, then the new tables, all of them empty."""
    for column in ("section", "held", "change", "dropped_because"):
        op.add_column("alerts", sa.Column(column, sa.Text()))
    op.add_column("digests", sa.Column("stories", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("digests", sa.Column("immediate", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_digests_subscriber_composed_at"), "digests", ["subscriber", "composed_at"])
    op.add_column("deliveries", sa.Column("news_at", _INSTANT))
    _create_choices()
    _create_silences()
    _create_digest_windows()
    _create_notices()
    _create_destinations()


def _create_choices() -> None:
    op.create_table(
        "choices",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("unsubscribed_at", _INSTANT),
        sa.Column("paused_until", _INSTANT),
        sa.Column("pace", sa.Text()),
        sa.Column("quiet", sa.Text()),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_choices")),
    )
    op.create_table(
        "mutes",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("muted_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "kind", "target", name=op.f("pk_mutes")),
    )
    op.create_table(
        "relevance_marks",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("marked_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "story", "rule", name=op.f("pk_relevance_marks")),
    )


def _create_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("story", sa.Text()),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )


def _create_digest_windows() -> None:
    op.create_table(
        "digest_windows",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "pace", name=op.f("pk_digest_windows")),
    )
    op.create_index(op.f("ix_digest_windows_next_at"), "digest_windows", ["next_at"])


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("told_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("kind", "subject", "since", name=op.f("uq_notices_kind_subject_since")),
    )
    op.create_index(op.f("ix_notices_ended_at"), "notices", ["ended_at"])


def _create_destinations() -> None:
    op.create_table(
        "disabled_channels",
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subscriber", "channel", name=op.f("pk_disabled_channels")),
    )
    op.create_table(
        "buckets",
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("filled_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_buckets")),
    )
