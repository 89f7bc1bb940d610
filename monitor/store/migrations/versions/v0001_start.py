"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Every table, those that others refer to first."""
    _create_poll_states()
    _create_archive_slices()
    _create_entries()
    _create_stories()
    _create_story_fingerprints()
    _create_articles()
    _create_rules()
    _create_matches()
    _create_digests()
    _create_alerts()
    _create_alert_matches()
    _create_deliveries()
    _create_attempts()
    _create_heartbeats()


def _create_poll_states() -> None:
    op.create_table(
        "poll_states",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("next_poll_at", _INSTANT, nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.Text()),
        sa.Column("address_hash", sa.Text()),
        sa.Column("last_polled_at", _INSTANT),
        sa.Column("last_success_at", _INSTANT),
        sa.Column("last_new_at", _INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("backlog_done", sa.Boolean(), nullable=False),
        sa.Column("lease_until", _INSTANT),
        sa.Column("lease_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_poll_states")),
    )
    op.create_index(op.f("ix_poll_states_next_poll_at_source"), "poll_states", ["next_poll_at", "source"])


def _create_archive_slices() -> None:
    op.create_table(
        "archive_slices",
        sa.Column("archive", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("stored_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("archive", "name", name=op.f("pk_archive_slices")),
    )


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_entries")),
    )


def _create_stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )


def _create_story_fingerprints() -> None:
    op.create_table(
        "story_fingerprints",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_story_fingerprints_story")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_story_fingerprints")),
    )


def _create_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("standfirst", sa.Text()),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("published", _INSTANT),
        sa.Column("published_precision", sa.Text()),
        sa.Column("published_raw", sa.Text()),
        sa.Column("updated", _INSTANT),
        sa.Column("images", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("fetched_at", _INSTANT, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("story", sa.Text()),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_articles_story")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_articles")),
        sa.UniqueConstraint("id", name=op.f("uq_articles_id")),
    )
    op.create_index(op.f("ix_articles_fetched_at"), "articles", ["fetched_at"])
    op.create_index(op.f("ix_articles_fingerprint"), "articles", ["fingerprint"])
    op.create_index(op.f("ix_articles_story"), "articles", ["story"])


def _create_rules() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_rules")),
    )


def _create_matches() -> None:
    op.create_table(
        "matches",
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_matches_article")),
        sa.ForeignKeyConstraint(
            ["rule", "version"], ["rules.id", "rules.version"], name=op.f("fk_matches_rule_version")
        ),
        sa.PrimaryKeyConstraint("rule", "article", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_article"), "matches", ["article"])


def _create_digests() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("window_start", _INSTANT, nullable=False),
        sa.Column("composed_at", _INSTANT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("subscriber", "window_start", name=op.f("uq_digests_subscriber_window_start")),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("max_stories", sa.Integer()),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("digest", sa.Text()),
        sa.ForeignKeyConstraint(["digest"], ["digests.id"], name=op.f("fk_alerts_digest")),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_alerts_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "subscriber", "story", "kind", "ordinal", name=op.f("uq_alerts_subscriber_story_kind_ordinal")
        ),
    )
    op.create_index(op.f("ix_alerts_state_due_at_subscriber"), "alerts", ["state", "due_at", "subscriber"])
    op.create_index(op.f("ix_alerts_subscriber_state_due_at"), "alerts", ["subscriber", "state", "due_at"])


def _create_alert_matches() -> None:
    op.create_table(
        "alert_matches",
        sa.Column("alert", _NUMBER, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert"], ["alerts.id"], name=op.f("fk_alert_matches_alert")),
        sa.ForeignKeyConstraint(
            ["rule", "article"], ["matches.rule", "matches.article"], name=op.f("fk_alert_matches_rule_article")
        ),
        sa.PrimaryKeyConstraint("alert", "rule", "article", name=op.f("pk_alert_matches")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _INSTANT),
        sa.Column("sent_at", _INSTANT),
        sa.Column("lease_until", _INSTANT),
        sa.Column("lease_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["digests.id"], name=op.f("fk_deliveries_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("digest", "subscriber", "channel", name=op.f("uq_deliveries_digest_subscriber_channel")),
    )
    op.create_index(op.f("ix_deliveries_created_at"), "deliveries", ["created_at"])
    op.create_index(op.f("ix_deliveries_state_next_attempt_at"), "deliveries", ["state", "next_attempt_at"])


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.BigInteger(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("retry_after", _INSTANT),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name=op.f("fk_attempts_delivery")),
        sa.PrimaryKeyConstraint("delivery", "number", name=op.f("pk_attempts")),
        sa.UniqueConstraint("delivery", "lease_token", name=op.f("uq_attempts_delivery_lease_token")),
    )


def _create_heartbeats() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("beat_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_heartbeats")),
    )
