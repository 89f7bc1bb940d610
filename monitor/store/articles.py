"""Entries, articles and the stories they tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Insert, Row, bindparam, func, select, true, update

from monitor.model import Article, ArticleId, EntryKey, SourceId, StoryId
from monitor.ports import ArticlePage
from monitor.store.codec import authors_from_json, authors_to_json, images_from_json, images_to_json
from monitor.store.columns import shorten_key
from monitor.store.rows import Inserting, Lock, Rows, iter_chunks
from monitor.store.schema import articles, entries, stories, story_fingerprints

ARTICLE = tuple(articles.c[each.name] for each in fields(Article))
"""The columns that are an article's fields."""

_STORIES_OF_TEXTS = select(story_fingerprints).where(
    story_fingerprints.c.fingerprint.in_(bindparam("fingerprints", expanding=True))
)
_TELL = (
    update(articles)
    .where(articles.c.id == bindparam("told_by"), articles.c.story.is_(None))
    .values(story=bindparam("told"))
)
_TOLD_TEXTS = (
    select(articles.c.fingerprint, articles.c.story)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)), articles.c.story.is_not(None))
    .order_by(articles.c.number)
)


class ArticleRows:
    """The part of a transaction that is about articles and stories; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def list_unseen(self, source: SourceId, keys: Sequence[EntryKey]) -> frozenset[EntryKey]:
        """Those of `keys` that no article of the source was ever stored for."""
        seen: set[str] = set()
        for chunk in iter_chunks(keys):
            found = select(entries.c.key).where(entries.c.source == source, entries.c.key.in_(chunk))
            seen |= {row.key for row in await self._rows.fetch(found)}
        return frozenset(key for key in keys if shorten_key(key) not in seen)

    async def lock_stories(self) -> None:
        """Make story assignment one at a time until the end of the transaction."""
        await self._rows.lock(Lock.STORIES)

    async def add_articles(self, batch: Sequence[Article]) -> frozenset[ArticleId]:
        """Store articles with their entries; the ids that are new. Of two with one entry the first is kept."""
        by_entry: dict[tuple[str, str], Article] = {}
        for article in batch:
            by_entry.setdefault((shorten_key(article.source), shorten_key(article.key)), article)
        new_entries = await self._rows.fetch(
            self._rows.insert(entries).on_conflict_do_nothing().returning(entries.c.source, entries.c.key),
            # In one order everywhere, so that two transactions with the same entries never wait for each other.
            [_entry_to_row(by_entry[entry]) for entry in sorted(by_entry)],
        )
        unseen = {(row.source, row.key) for row in new_entries}
        stored = await self._rows.fetch(
            self._rows.insert(articles).on_conflict_do_nothing().returning(articles.c.id),
            [article_to_row(article) for entry, article in by_entry.items() if entry in unseen],
        )
        ids = {row.id for row in stored}
        return frozenset(
            article.id for entry, article in by_entry.items() if entry in unseen and shorten_key(article.id) in ids
        )

    async def list_articles(self, *, since: datetime | None, after: int, limit: int) -> ArticlePage:
        """At most `limit` articles stored behind `after`; see ports.Transaction."""
        page = select(articles.c.number, *ARTICLE).where(articles.c.number > after, _is_since(since))
        rows = await self._rows.fetch(page.order_by(articles.c.number).limit(limit))
        return ArticlePage(
            articles=tuple(row_to_article(row) for row in rows),
            next_after=rows[-1].number if len(rows) == limit else None,
        )

    async def count_articles(self, *, since: datetime | None) -> int:
        """How many articles `list_articles` has to give."""
        row = await self._rows.find(select(func.count().label("found")).select_from(articles).where(_is_since(since)))
        return int(row.found) if row else 0

    async def count_fetched(self, *, since: datetime, until: datetime) -> int:
        """How many articles were fetched after an instant, up to another."""
        between = (articles.c.fetched_at > since, articles.c.fetched_at <= until)
        row = await self._rows.find(select(func.count().label("found")).select_from(articles).where(*between))
        return int(row.found) if row else 0

    async def find_stories(self, fingerprints: Iterable[str]) -> Mapping[str, StoryId]:
        """The story of each fingerprint that has one."""
        known: dict[str, StoryId] = {}
        for chunk in iter_chunks(fingerprints):
            found = await self._rows.fetch(_STORIES_OF_TEXTS, [{"fingerprints": chunk}])
            known |= {row.fingerprint: StoryId(row.story) for row in found}
        return known

    async def assign_stories(self, told: Mapping[ArticleId, StoryId], now: datetime) -> None:
        """Write which story each article tells; an article that tells one already stays with it."""
        await self._rows.add(stories, [{"id": story, "created_at": now} for story in sorted(set(told.values()))])
        await self._rows.write(_TELL, [{"told_by": article, "told": story} for article, story in told.items()])
        for chunk in iter_chunks(told):
            await self._rows.write(self._rows.prepare(_keep_fingerprints), [{"ids": chunk}])


def _keep_fingerprints(insert: Inserting) -> Insert:
    """The first story of a fingerprint is its story for good, also when its articles are thrown away."""
    return insert(story_fingerprints).from_select(["fingerprint", "story"], _TOLD_TEXTS).on_conflict_do_nothing()


async def find_articles(rows: Rows, ids: Iterable[str]) -> dict[str, Article]:
    """The stored articles among `ids`, by id."""
    found: dict[str, Article] = {}
    for chunk in iter_chunks(ids):
        stored = await rows.fetch(select(*ARTICLE).where(articles.c.id.in_(chunk)))
        found |= {row.id: row_to_article(row) for row in stored}
    return found


def _is_since(since: datetime | None) -> ColumnElement[bool]:
    return true() if since is None else func.coalesce(articles.c.published, articles.c.fetched_at) >= since


def _entry_to_row(article: Article) -> dict[str, Any]:
    return {"source": article.source, "key": article.key, "article": article.id, "seen_at": article.fetched_at}


def article_to_row(article: Article) -> dict[str, Any]:
    """An article as the values of `ARTICLE`."""
    row = {column.name: getattr(article, column.name) for column in ARTICLE}
    return row | {"authors": authors_to_json(article.authors), "images": images_to_json(article.images)}


def row_to_article(row: Row[Any]) -> Article:
    """From a row that has all of `ARTICLE`."""
    columns = {column.name: row._mapping[column] for column in ARTICLE}
    parts = {"authors": authors_from_json(row.authors), "images": images_from_json(row.images)}
    return Article(**columns | parts)
