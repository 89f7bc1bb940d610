"""Articles as they were before their publishers changed them, and the matches of those that were changed."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, select, tuple_, update

from monitor.model import Article, ArticleId, ArticleVersion, Correction, Difference, Match
from monitor.store.articles import article_to_row, find_articles
from monitor.store.codec import article_from_json, article_to_json
from monitor.store.matches import match_to_row, row_to_match
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import alert_matches, alerts, article_versions, articles, matches

# What a publisher's change never changes: whose the article is, and its place in time.
_KEPT = frozenset({"id", "source", "key", "fetched_at"})


class VersionRows:
    """The part of a transaction that is about corrections; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_articles(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, Article]:
        """Those that are stored."""
        return {ArticleId(article): found for article, found in (await find_articles(self._rows, ids)).items()}

    async def correct_articles(self, corrections: Sequence[Correction], now: datetime) -> None:
        """Write articles as they are now, and keep each as it was."""
        counted = await self._count_versions([each.after.id for each in corrections])
        await self._rows.add(
            article_versions,
            [
                {
                    "article": each.after.id,
                    "number": counted.get(each.after.id, 0) + 1,
                    "replaced_at": now,
                    "before": article_to_json(each.before),
                    "differences": json.dumps([asdict(place) for place in each.differences], ensure_ascii=False),
                }
                for each in corrections
            ],
        )
        await self.complete_articles([each.after for each in corrections])

    async def complete_articles(self, completed: Sequence[Article]) -> None:
        """Write articles as they are now, in the place of what was known of them."""
        changed = [name for name in article_to_row(completed[0]) if name not in _KEPT] if completed else []
        await self._rows.write(
            update(articles)
            .where(articles.c.id == bindparam("corrected"))
            .values({name: bindparam(f"new_{name}") for name in changed}),
            [_correction_to_row(each, changed) for each in completed],
        )

    async def list_versions(self, article: ArticleId) -> tuple[ArticleVersion, ...]:
        """What an article was before each of its corrections, the first wording first."""
        rows = await self._rows.fetch(
            select(article_versions).where(article_versions.c.article == article).order_by(article_versions.c.number)
        )
        return tuple(
            ArticleVersion(
                article=ArticleId(row.article),
                number=row.number,
                replaced_at=row.replaced_at,
                before=article_from_json(row.before),
                differences=tuple(Difference(**place) for place in json.loads(row.differences)),
            )
            for row in rows
        )

    async def replace_matches(
        self, ids: Collection[ArticleId], found: Sequence[Match]
    ) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
        """Make `found` all that holds for these articles; which of it is new, and what no longer holds.

        A match that somebody was told of stays, without its mentions: their words are no longer there. A pending alert
        loses it.
        """
        before = await self._list_matches(ids)
        after = {(match.rule, match.article): match for match in found}
        lost = tuple(match for key, match in sorted(before.items()) if key not in after)
        insert = self._rows.insert(matches)
        changed = {name: insert.excluded[name] for name in ("version", "severity", "score", "mentions")}
        await self._rows.write(
            insert.on_conflict_do_update(index_elements=["rule", "article"], set_=changed),
            [match_to_row(after[key]) for key in sorted(after)],
        )
        await self._drop(lost)
        return tuple(match for key, match in after.items() if key not in before), lost

    async def _drop(self, lost: Sequence[Match]) -> None:
        pending = select(alerts.c.id).where(alerts.c.state == "pending")
        told = exists().where(
            and_(alert_matches.c.rule == matches.c.rule, alert_matches.c.article == matches.c.article)
        )
        for chunk in iter_chunks((str(match.rule), str(match.article)) for match in lost):
            among = tuple_(matches.c.rule, matches.c.article).in_(chunk)
            behind = tuple_(alert_matches.c.rule, alert_matches.c.article).in_(chunk)
            await self._rows.write(delete(alert_matches).where(behind, alert_matches.c.alert.in_(pending)))
            await self._rows.write(update(matches).where(among, told).values(mentions="[]"))
            await self._rows.write(delete(matches).where(among, ~told))

    async def _list_matches(self, ids: Iterable[ArticleId]) -> dict[tuple[str, str], Match]:
        """Those that hold; one without mentions was kept for its alert only."""
        found: dict[tuple[str, str], Match] = {}
        for chunk in iter_chunks(ids):
            rows = await self._rows.fetch(
                select(matches).where(matches.c.article.in_(chunk), matches.c.mentions != "[]")
            )
            found |= {(row.rule, row.article): row_to_match(row) for row in rows}
        return found

    async def _count_versions(self, ids: Iterable[ArticleId]) -> dict[str, int]:
        counted: dict[str, int] = {}
        for chunk in iter_chunks(ids):
            rows = await self._rows.fetch(
                select(article_versions.c.article, func.max(article_versions.c.number).label("last"))
                .where(article_versions.c.article.in_(chunk))
                .group_by(article_versions.c.article)
            )
            counted |= {row.article: row.last for row in rows}
        return counted


def _correction_to_row(article: Article, changed: Sequence[str]) -> dict[str, Any]:
    row = article_to_row(article)
    return {"corrected": article.id} | {f"new_{name}": row[name] for name in changed}
