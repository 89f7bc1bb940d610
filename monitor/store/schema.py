"""The one schema of both databases. The unique constraints are the natural keys: they make every step repeatable.

    poll_states                         a source's cursor, its lease and fencing token
    entries          source, key        what was ever seen; outlives the articles
    articles ── stories ── story_fingerprints, story_aliases
    story_texts      article            ── text_shingles      copies are known by them
    story_profiles   story              ── story_features     reports of one event are known by them
    word_frequencies epoch, word
    article_versions article, number    as they were before their publisher changed them
    raw_pages        article            what it was read from, compressed, for some days
    rules            id, version        as they were when they matched
    matches          rule, article
    alerts           subscriber, story, kind, ordinal      ── alert_matches
    digests          subscriber, window start              frozen documents
    deliveries       digest, subscriber, channel           the outbox      ── attempts
    archive_slices   archive, name      checkpoints of imports
    rule_states      rule               what did not load, until it is mended
    rule_stats       rule               what each rule costs and finds
    heartbeats       service
    choices          subscriber         what subscribers set for themselves      ── mutes
    relevance_marks  subscriber, story, rule
    silences                            of operators
    digest_windows   subscriber, pace   how far the planned digests have got
    notices                             what operators must know
    disabled_channels  subscriber, channel
    buckets          destination        how fast messages may go there

A change here needs a migration beside it; a test compares the two.
"""

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
    MetaData,
    Table,
    UniqueConstraint,
    false,
)

from monitor.store.columns import CleanText, Duration, HintsText, KeyText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column of exactly the type INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

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

stories = Table(
    "stories",
    metadata,
    Column("id", KeyText, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updates", Integer, nullable=False, server_default="0"),
    Column("corrections", Integer, nullable=False, server_default="0"),
)

story_aliases = Table(
    "story_aliases",
    metadata,
    Column("alias", KeyText, ForeignKey("stories.id"), primary_key=True),
    Column("story", KeyText, ForeignKey("stories.id"), nullable=False),
    Column("merged_at", UtcDateTime, nullable=False),
    Index(None, "story"),
)

story_fingerprints = Table(
    "story_fingerprints",
    metadata,
    Column("fingerprint", KeyText, primary_key=True),
    Column("story", KeyText, ForeignKey("stories.id"), nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("id", KeyText, nullable=False, unique=True),
    Column("source", KeyText, nullable=False),
    Column("key", CleanText, nullable=False),
    Column("url", CleanText),
    Column("title", CleanText),
    Column("standfirst", CleanText),
    Column("authors", CleanText, nullable=False),
    Column("published", UtcDateTime),
    Column("published_precision", CleanText),
    Column("published_raw", CleanText),
    Column("updated", UtcDateTime),
    Column("images", CleanText, nullable=False),
    Column("body", CleanText),
    Column("language", CleanText),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("fingerprint", KeyText, nullable=False),
    Column("story", KeyText, ForeignKey("stories.id")),
    Index(None, "fingerprint"),
    Index(None, "story"),
    Index(None, "fetched_at"),
)
# Finds the few bodies that are due among the many articles whose bodies are gone.
Index(
    "ix_articles_bodies",
    articles.c.fetched_at,
    sqlite_where=articles.c.body.is_not(None),
    postgresql_where=articles.c.body.is_not(None),
)

# What recent stories are recognised by. `day` is that of storing, counted from year 1: it leads the keys, so that an
# old day is found, and thrown away, as one stretch.
story_texts = Table(
    "story_texts",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("article", KeyText, nullable=False, unique=True),
    Column("story", KeyText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("day", Integer, nullable=False),
    Index(None, "story"),
    Index(None, "day"),
)

text_shingles = Table(
    "text_shingles",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("shingle", BigInteger, primary_key=True, autoincrement=False),
    Column("text", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

story_profiles = Table(
    "story_profiles",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("story", KeyText, nullable=False, unique=True),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("actors", CleanText, nullable=False),
    Column("features", LargeBinary, nullable=False),
    Column("day", Integer, nullable=False),
    Index(None, "day"),
)

story_features = Table(
    "story_features",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("feature", BigInteger, primary_key=True, autoincrement=False),
    Column("profile", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

word_frequencies = Table(
    "word_frequencies",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    # 0 counts the articles themselves.
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),
    sqlite_with_rowid=False,
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("article", KeyText, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("before", CleanText, nullable=False),
    Column("differences", CleanText, nullable=False),
    Index(None, "replaced_at"),
)

raw_pages = Table(
    "raw_pages",
    metadata,
    Column("article", KeyText, primary_key=True),
    Column("kind", CleanText, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
    Index(None, "kept_at"),
)

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
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
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
)

alert_matches = Table(
    "alert_matches",
    metadata,
    Column("alert", _Number, ForeignKey("alerts.id"), primary_key=True),
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
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", KeyText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("news_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("lease_token", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("digest", "subscriber", "channel"),
    Index(None, "state", "next_attempt_at"),
    Index(None, "created_at"),
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

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("service", KeyText, primary_key=True),
    Column("beat_at", UtcDateTime, nullable=False),
)

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
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("rule", CleanText),
    Column("source", CleanText),
    Column("story", CleanText),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", CleanText, nullable=False),
    Column("ended_at", UtcDateTime),
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

notices = Table(
    "notices",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
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

disabled_channels = Table(
    "disabled_channels",
    metadata,
    Column("subscriber", KeyText, primary_key=True),
    Column("channel", KeyText, primary_key=True),
    Column("reason", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

buckets = Table(
    "buckets",
    metadata,
    Column("destination", KeyText, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("filled_at", UtcDateTime, nullable=False),
)
