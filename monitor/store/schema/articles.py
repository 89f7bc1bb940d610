"""Articles and the stories they tell, and by what copies and reports of one event are known."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table

from monitor.store.columns import CleanText, KeyText, UtcDateTime
from monitor.store.schema.base import Number, metadata

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
    Column("number", Number, primary_key=True, autoincrement=True),
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
    Column("number", Number, primary_key=True, autoincrement=True),
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
    Column("number", Number, primary_key=True, autoincrement=True),
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
