"""Stored articles, read again: page by page, so that a long reader never keeps the service from writing."""

from collections.abc import AsyncIterator
from datetime import datetime

from monitor.model import Article
from monitor.ports import Store

# SQLite has one writer, and every transaction may write: each page is one, of a few milliseconds.
_PAGE = 500


async def iter_articles(store: Store, since: datetime | None = None) -> AsyncIterator[Article]:
    """Every stored article in the order they were stored, or those published (else fetched) since an instant."""
    after: int | None = 0
    while after is not None:
        async with store.transaction() as tx:
            page = await tx.list_articles(since=since, after=after, limit=_PAGE)
        for article in page.articles:
            yield article
        after = page.next_after


async def count_articles(store: Store, since: datetime | None = None) -> int:
    """How many articles `iter_articles` gives."""
    async with store.transaction() as tx:
        return await tx.count_articles(since=since)
