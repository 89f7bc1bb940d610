"""What subscribers and operators chose, and what operators must know."""

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from monitor.store.columns import CleanText, KeyText, UtcDateTime
from monitor.store.schema.base import Number, metadata

choices = Table(
    "choices",
    metadata,
    Column("subscriber", KeyText, primary_key=True),
    Column("unsubscribed_at", UtcDateTime),
    Column("paused_until", UtcDateTime),
    Column("pace", CleanText),
    Column("quiet", CleanText),
)

mutes = Table(
    "mutes",
    metadata,
    Column("subscriber", KeyText, primary_key=True),
    Column("kind", KeyText, primary_key=True),
    Column("target", KeyText, primary_key=True),
    Column("muted_at", UtcDateTime, nullable=False),
)

relevance_marks = Table(
    "relevance_marks",
    metadata,
    Column("subscriber", KeyText, primary_key=True),
    Column("story", KeyText, primary_key=True),
    Column("rule", KeyText, primary_key=True),
    Column("relevant", Boolean, nullable=False),
    Column("marked_at", UtcDateTime, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("rule", CleanText),
    Column("source", CleanText),
    Column("story", CleanText),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("ended_at", UtcDateTime),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("kind", KeyText, nullable=False),
    Column("subject", KeyText, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index(None, "ended_at"),
    # While a thing lasts it is one row; when it comes again after it ended, another.
    UniqueConstraint("kind", "subject", "since"),
)
