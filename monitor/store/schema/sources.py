"""Sources: what each poll left behind, and which entries and slices were ever seen."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from monitor.store.columns import CleanText, Duration, HintsText, KeyText, UtcDateTime
from monitor.store.schema.base import metadata

poll_states = Table(
    "poll_states",
    metadata,
    Column("source", KeyText, primary_key=True),
    Column("next_poll_at", UtcDateTime, nullable=False),
    Column("etag", CleanText),
    Column("last_modified", CleanText),
    Column("body_hash", CleanText),
    Column("address_hash", CleanText),
    Column("last_polled_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_new_at", UtcDateTime),
    Column("failures", Integer, nullable=False),
    Column("last_error", CleanText),
    Column("backlog_done", Boolean, nullable=False),
    Column("whole_at", UtcDateTime),
    Column("moved_to", CleanText),
    Column("moves", Integer, nullable=False, server_default="0"),
    Column("gone_at", UtcDateTime),
    Column("parked_until", UtcDateTime),
    Column("rhythm", Duration),
    Column("hints", HintsText),
    Column("lease_until", UtcDateTime),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    Index(None, "next_poll_at", "source"),
)

archive_slices = Table(
    "archive_slices",
    metadata,
    Column("archive", KeyText, primary_key=True),
    Column("name", KeyText, primary_key=True),
    Column("stamp", CleanText, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("source", KeyText, primary_key=True),
    Column("key", KeyText, primary_key=True),
    # Not a foreign key: an entry is remembered when its article has long been thrown away.
    Column("article", KeyText, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    # A hash of what the publisher said: another one means that the entry was changed.
    Column("stamp", CleanText),
)
