"""Sources: what each poll left behind, and which entries and slices were ever seen."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, UniqueConstraint

from monitor.store.columns import CleanText, Duration, HintsText, KeyText, UtcDateTime, WeekText
from monitor.store.schema.base import Number, metadata

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
    Column("guid_fault", CleanText),
    Column("original_at", UtcDateTime),
    Column("week", WeekText),
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
    # When its article was last read from its page; nothing where it was only ever read from the feed.
    Column("page_read_at", UtcDateTime),
    # By what it is known again when its guid has changed: hashes, the first two looked for.
    Column("link", BigInteger),
    Column("likeness", BigInteger),
    Column("title", BigInteger),
    Column("date", BigInteger),
    Column("body", BigInteger),
    Index(None, "link"),
    Index(None, "likeness"),
)

awaited_pages = Table(
    "awaited_pages",
    metadata,
    # The order in which they were found: of what waits, the newest goes first.
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("source", KeyText, nullable=False),
    Column("key", KeyText, nullable=False),
    # The registrable domain of the page: what pace and patience are kept for.
    Column("domain", KeyText, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("stamp", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # Null: given up, and remembered so that it is not taken for a new entry again.
    Column("next_at", UtcDateTime),
    # Until then the entry is no article yet, but waits for its page.
    Column("untold_until", UtcDateTime),
    Column("alerting", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("source", "key"),
    Index(None, "next_at"),
    Index(None, "untold_until"),
    Index(None, "since"),
)

parked_domains = Table(
    "parked_domains",
    metadata,
    Column("domain", KeyText, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)
