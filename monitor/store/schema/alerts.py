"""Alerts, digests and the outbox."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    false,
)

from monitor.store.columns import CleanText, KeyText, UtcDateTime
from monitor.store.schema.base import Number, metadata

digests = Table(
    "digests",
    metadata,
    Column("id", KeyText, primary_key=True),
    Column("subscriber", KeyText, nullable=False),
    Column("window_start", UtcDateTime, nullable=False),
    Column("composed_at", UtcDateTime, nullable=False),
    Column("document", CleanText, nullable=False),
    Column("stories", Integer, nullable=False, server_default="1"),
    Column("immediate", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("subscriber", "window_start"),
    Index(None, "subscriber", "composed_at"),
    Index(None, "composed_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("subscriber", KeyText, nullable=False),
    Column("story", KeyText, ForeignKey("stories.id"), nullable=False),
    Column("kind", KeyText, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("pace", CleanText, nullable=False),
    Column("max_stories", Integer),
    Column("section", CleanText),
    Column("held", CleanText),
    Column("change", CleanText),
    # pending, composed, or dropped: silenced, muted or unsubscribed from before it was told.
    Column("state", KeyText, nullable=False, server_default="pending"),
    Column("dropped_because", CleanText),
    Column("digest", KeyText, ForeignKey("digests.id")),
    UniqueConstraint("subscriber", "story", "kind", "ordinal"),
    Index(None, "state", "due_at", "subscriber"),
    Index(None, "subscriber", "state", "due_at"),
    Index(None, "digest"),
)

alert_matches = Table(
    "alert_matches",
    metadata,
    Column("alert", Number, ForeignKey("alerts.id"), primary_key=True),
    Column("rule", KeyText, primary_key=True),
    Column("article", KeyText, primary_key=True),
    ForeignKeyConstraint(["rule", "article"], ["matches.rule", "matches.article"]),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", KeyText, primary_key=True),
    Column("digest", KeyText, ForeignKey("digests.id"), nullable=False),
    Column("subscriber", KeyText, nullable=False),
    Column("channel", KeyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", KeyText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("news_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    # Given up, and operators are still to hear of it.
    Column("untold", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("digest", "subscriber", "channel"),
    Index(None, "state", "channel", "next_attempt_at"),
    Index(None, "created_at"),
    Index(None, "subscriber", "channel", "sent_at"),
)

Index(
    "ix_deliveries_untold",
    deliveries.c.created_at,
    sqlite_where=deliveries.c.untold,
    postgresql_where=deliveries.c.untold,
)

# Written once and read by its key: a row of `deliveries` is written at every claim and mark, and stays small.
payloads = Table(
    "payloads",
    metadata,
    Column("delivery", KeyText, ForeignKey("deliveries.id"), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery", KeyText, ForeignKey("deliveries.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    # The claim it was made under: the same outcome written twice is one attempt.
    Column("lease_token", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("answer", CleanText),
    Column("error", CleanText),
    Column("permanent", Boolean, nullable=False),
    Column("retry_after", UtcDateTime),
    # The peer's own name for the message, where it gives one.
    Column("reference", CleanText),
    UniqueConstraint("delivery", "lease_token"),
    Index(None, "reference"),
)

digest_windows = Table(
    "digest_windows",
    metadata,
    Column("subscriber", KeyText, primary_key=True),
    Column("pace", KeyText, primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Index(None, "next_at"),
)

disabled_channels = Table(
    "disabled_channels",
    metadata,
    Column("subscriber", KeyText, primary_key=True),
    Column("channel", KeyText, primary_key=True),
    Column("reason", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # A hash of the address that it was; another one is used at once.
    Column("destination", KeyText),
)

# The mails of the bounce mailbox that were read, by a hash of their bytes.
bounces = Table(
    "bounces",
    metadata,
    Column("key", KeyText, primary_key=True),
    Column("kind", KeyText, nullable=False),
    Column("subscriber", KeyText),
    Column("status", KeyText),
    Column("seen_at", UtcDateTime, nullable=False),
    Index(None, "subscriber"),
)

buckets = Table(
    "buckets",
    metadata,
    Column("destination", KeyText, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("filled_at", UtcDateTime, nullable=False),
)
