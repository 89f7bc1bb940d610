"""Stories by text and by event, versions of articles, and what articles were read from."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0007"

_INSTANT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The index of recent stories starts empty; what was stored before is found by its fingerprint only."""
    op.add_column("entries", sa.Column("stamp", sa.Text()))
    op.add_column("stories", sa.Column("updates", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("stories", sa.Column("corrections", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE stories SET updates = (SELECT count(*) - 1 FROM articles WHERE articles.story = stories.id) "
        "WHERE id IN (SELECT story FROM articles)"
    )
    has_body = sa.text("body IS NOT NULL")
    op.create_index("ix_articles_bodies", "articles", ["fetched_at"], sqlite_where=has_body, postgresql_where=has_body)
    _create_aliases()
    _create_texts()
    _create_profiles()
    _create_versions()
    _create_raw()


def _create_aliases() -> None:
    op.create_table(
        "story_aliases",
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("merged_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["alias"], ["stories.id"], name=op.f("fk_story_aliases_alias")),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_story_aliases_story")),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_story_aliases")),
    )
    op.create_index(op.f("ix_story_aliases_story"), "story_aliases", ["story"])


def _create_texts() -> None:
    op.create_table(
        "story_texts",
        sa.Column("number", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_story_texts")),
        sa.UniqueConstraint("article", name=op.f("uq_story_texts_article")),
    )
    op.create_index(op.f("ix_story_texts_story"), "story_texts", ["story"])
    op.create_index(op.f("ix_story_texts_day"), "story_texts", ["day"])
    op.create_table(
        "text_shingles",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("shingle", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "shingle", "text", name=op.f("pk_text_shingles")),
        sqlite_with_rowid=False,
    )


def _create_profiles() -> None:
    op.create_table(
        "story_profiles",
        sa.Column("number", _NUMBER, nullable=False, autoincrement=True),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("first_at", _INSTANT, nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("actors", sa.Text(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_story_profiles")),
        sa.UniqueConstraint("story", name=op.f("uq_story_profiles_story")),
    )
    op.create_index(op.f("ix_story_profiles_day"), "story_profiles", ["day"])
    op.create_table(
        "story_features",
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("feature", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "feature", "profile", name=op.f("pk_story_features")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "word_frequencies",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("word", sa.BigInteger(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "word", name=op.f("pk_word_frequencies")),
        sqlite_with_rowid=False,
    )


def _create_versions() -> None:
    op.create_table(
        "article_versions",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("replaced_at", _INSTANT, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article", "number", name=op.f("pk_article_versions")),
    )
    op.create_index(op.f("ix_article_versions_replaced_at"), "article_versions", ["replaced_at"])


def _create_raw() -> None:
    op.create_table(
        "raw_pages",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_raw_pages")),
    )
    op.create_index(op.f("ix_raw_pages_kept_at"), "raw_pages", ["kept_at"])
