"""Throw away what was kept long enough, a bounded number of rows at a time, so that nothing else waits for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, select, tuple_, update

from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import (
    alert_matches,
    alerts,
    article_versions,
    articles,
    attempts,
    deliveries,
    digests,
    matches,
    notices,
    payloads,
    raw_pages,
    story_features,
    story_profiles,
    story_texts,
    text_shingles,
    word_frequencies,
)
from monitor.store.stories import INDEX_DAYS, epoch_of


def select_old_bodies(before: datetime, limit: int) -> Select[Any]:
    """Articles fetched before then that still have a body."""
    return select(articles.c.id).where(articles.c.fetched_at < before, articles.c.body.is_not(None)).limit(limit)


def select_old_articles(before: datetime, limit: int) -> Select[Any]:
    """Articles fetched before then that no pending alert waits for."""
    of_alert = and_(alert_matches.c.article == articles.c.id, alert_matches.c.alert == alerts.c.id)
    waiting = exists().where(of_alert, alerts.c.state == "pending")
    return select(articles.c.id).where(articles.c.fetched_at < before, ~waiting).limit(limit)


def select_old_deliveries(before: datetime, limit: int) -> Select[Any]:
    """Deliveries made before then that were sent or given up."""
    return select(deliveries.c.id).where(deliveries.c.created_at < before, deliveries.c.state != "pending").limit(limit)


def select_old_digests(before: datetime, limit: int) -> Select[Any]:
    """Digests composed before then of which no delivery is left."""
    carried = exists().where(deliveries.c.digest == digests.c.id)
    return select(digests.c.id).where(digests.c.composed_at < before, ~carried).limit(limit)


class RetentionRows:
    """The part of a transaction that throws away; see ports.Transaction. Each call tells how many rows are gone."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def purge_pages(self, before: datetime, limit: int) -> int:
        """What articles were read from, where that was before then."""
        return await self._purge(raw_pages, raw_pages.c.kept_at < before, limit)

    async def purge_bodies(self, before: datetime, limit: int) -> int:
        """The bodies of articles fetched before then, and the wordings that were replaced before then."""
        ids = [row.id for row in await self._rows.fetch(select_old_bodies(before, limit))]
        await self._rows.write(update(articles).where(articles.c.id.in_(ids)).values(body=None))
        return len(ids) + await self._purge(article_versions, article_versions.c.replaced_at < before, limit)

    async def purge_articles(self, before: datetime, limit: int) -> int:
        """Articles fetched before then, with their matches; those that an alert is waiting for stay."""
        ids = [row.id for row in await self._rows.fetch(select_old_articles(before, limit))]
        if ids:
            await self._rows.write(delete(alert_matches).where(alert_matches.c.article.in_(ids)))
            for column in (matches.c.article, raw_pages.c.article, article_versions.c.article, articles.c.id):
                await self._rows.write(delete(column.table).where(column.in_(ids)))
        return len(ids)

    async def purge_deliveries(self, before: datetime, limit: int) -> int:
        """Messages made before then that were sent or given up, with their attempts, and notices that ended before.

        Their digests stay: by these a window is known to be told, and is not told again.
        """
        ids = [row.id for row in await self._rows.fetch(select_old_deliveries(before, limit))]
        if ids:
            for column in (attempts.c.delivery, payloads.c.delivery, deliveries.c.id):
                await self._rows.write(delete(column.table).where(column.in_(ids)))
        return len(ids) + await self._purge(notices, notices.c.ended_at < before, limit)

    async def purge_digests(self, before: datetime, limit: int) -> int:
        """Digests composed before then of which no message is left, and alerts that they told or that were dropped."""
        ids = [row.id for row in await self._rows.fetch(select_old_digests(before, limit))]
        told = [row.id for row in await self._rows.fetch(select(alerts.c.id).where(alerts.c.digest.in_(ids)))]
        wanted_by_nobody = select(alerts.c.id).where(alerts.c.state == "dropped", alerts.c.due_at < before)
        dropped = [row.id for row in await self._rows.fetch(wanted_by_nobody.limit(limit))]
        for chunk in iter_chunks((*told, *dropped)):
            for column in (alert_matches.c.alert, alerts.c.id):
                await self._rows.write(delete(column.table).where(column.in_(chunk)))
        if ids:
            await self._rows.write(delete(digests).where(digests.c.id.in_(ids)))
        return len(ids) + len(dropped)

    async def purge_story_index(self, now: datetime, limit: int) -> int:
        """What stories older than the window were recognised by."""
        oldest = now.toordinal() - INDEX_DAYS
        gone = 0
        for table in (text_shingles, story_features, story_texts, story_profiles):
            gone += await self._purge(table, table.c.day < oldest, limit)
        return gone + await self._purge(word_frequencies, word_frequencies.c.epoch < epoch_of(now) - 1, limit)

    async def _purge(self, table: Table, old: ColumnElement[bool], limit: int) -> int:
        key = list(table.primary_key.columns)
        picked = select(*key).where(old).limit(limit)
        among = key[0].in_(picked) if len(key) == 1 else tuple_(*key).in_(picked)
        return await self._rows.write(delete(table).where(among))
