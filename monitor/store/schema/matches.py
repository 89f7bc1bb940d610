"""Rules as they matched, and what they cost."""

from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table

from monitor.store.columns import CleanText, KeyText, UtcDateTime
from monitor.store.schema.base import metadata

rules = Table(
    "rules",
    metadata,
    Column("id", KeyText, primary_key=True),
    Column("version", KeyText, primary_key=True),
    Column("document", CleanText, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    Column("rule", KeyText, primary_key=True),
    Column("article", KeyText, ForeignKey("articles.id"), primary_key=True),
    Column("version", KeyText, nullable=False),
    Column("severity", CleanText, nullable=False),
    Column("score", Integer),
    Column("mentions", CleanText, nullable=False),
    ForeignKeyConstraint(["rule", "version"], ["rules.id", "rules.version"]),
    Index(None, "article"),
)

rule_states = Table(
    "rule_states",
    metadata,
    Column("rule", KeyText, primary_key=True),
    Column("version", CleanText),
    Column("problem", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

rule_stats = Table(
    "rule_stats",
    metadata,
    Column("rule", KeyText, primary_key=True),
    Column("asked", BigInteger, nullable=False),
    Column("matched", BigInteger, nullable=False),
    Column("nanoseconds", BigInteger, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)
