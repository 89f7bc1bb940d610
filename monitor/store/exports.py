"""Matches and alerts, page by page, for other programs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from monitor.model import ArticleId, DigestId, RuleId, Severity, SourceId, StoryId, SubscriberId
from monitor.ports.exports import ExportedAlert, ExportedMatch, ExportScope, Place
from monitor.store.codec import mentions_from_json
from monitor.store.rows import Rows
from monitor.store.schema import alert_matches, alerts, articles, digests, matches, rules

_ARTICLE = tuple(
    articles.c[name]
    for name in ("number", "source", "url", "title", "language", "published", "published_precision", "fetched_at")
)
_ALERT = ("subscriber", "story", "kind", "ordinal", "state", "dropped_because", "due_at", "digest")
_MATCH = (matches.c.rule, matches.c.article, matches.c.severity, matches.c.score, matches.c.mentions)


def select_matches(scope: ExportScope, after: Place | None, limit: int) -> Select[Any]:
    """Matches behind a place, by the time their articles were fetched, then by article and rule."""
    wanted = select(*_MATCH, *_ARTICLE, articles.c.story).join(articles, articles.c.id == matches.c.article)
    order = (articles.c.fetched_at, articles.c.number, matches.c.rule)
    return wanted.where(*_conditions(scope, after, order)).order_by(*order).limit(limit)


def select_alerts(scope: ExportScope, after: Place | None, limit: int) -> Select[Any]:
    """The same for each alert that a match is behind; the story is that of the alert."""
    same_match = and_(alert_matches.c.rule == matches.c.rule, alert_matches.c.article == matches.c.article)
    told = (
        alerts.c.id.label("alert"),
        *(
            alerts.c[name]
            for name in ("subscriber", "story", "kind", "ordinal", "state", "dropped_because", "due_at", "digest")
        ),
        digests.c.composed_at,
    )
    wanted = (
        select(*_MATCH, *_ARTICLE, *told)
        .join(articles, articles.c.id == matches.c.article)
        .join(alert_matches, same_match)
        .join(alerts, alerts.c.id == alert_matches.c.alert)
        .outerjoin(digests, digests.c.id == alerts.c.digest)
    )
    order = (articles.c.fetched_at, articles.c.number, matches.c.rule, alerts.c.id)
    conditions = list(_conditions(scope, after, order))
    if scope.subscribers:
        conditions.append(alerts.c.subscriber.in_(scope.subscribers))
    return wanted.where(*conditions).order_by(*order).limit(limit)


class ExportRows:
    """The part of a transaction that is about exports; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def list_known_rules(self) -> tuple[RuleId, ...]:
        """Every rule that ever matched and is still remembered, by id."""
        known = await self._rows.fetch(select(rules.c.id).distinct())
        return tuple(sorted(RuleId(row.id) for row in known))

    async def export_matches(self, scope: ExportScope, after: Place | None, limit: int) -> Sequence[ExportedMatch]:
        """At most `limit` matches behind a place, by when their articles were fetched."""
        return [_row_to_match(row, 0) for row in await self._rows.fetch(select_matches(scope, after, limit))]

    async def export_alerts(self, scope: ExportScope, after: Place | None, limit: int) -> Sequence[ExportedAlert]:
        """The same with one row for each alert that a match is behind."""
        return [
            ExportedAlert(
                match=_row_to_match(row, row.alert),
                subscriber=SubscriberId(row.subscriber),
                kind=row.kind,
                ordinal=row.ordinal,
                state=row.state,
                dropped_because=row.dropped_because,
                due_at=row.due_at,
                told_at=row.composed_at,
                digest=DigestId(row.digest) if row.digest else None,
            )
            for row in await self._rows.fetch(select_alerts(scope, after, limit))
        ]


def _conditions(
    scope: ExportScope, after: Place | None, order: Sequence[ColumnElement[Any]]
) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    since = scope.since if after is None else after.fetched_at
    if since is not None:
        conditions.append(articles.c.fetched_at >= since)  # what the index is entered by
    if scope.until is not None:
        conditions.append(articles.c.fetched_at < scope.until)
    if scope.rules:
        conditions.append(matches.c.rule.in_(scope.rules))
    if after is not None:
        conditions.append(_behind(order, (after.fetched_at, after.number, after.rule, after.alert)))
    return conditions


def _behind(order: Sequence[ColumnElement[Any]], place: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after `place` in `order`: greater in one column, and equal in all before it."""
    return or_(
        *(
            and_(*(same == value for same, value in zip(order[:step], place, strict=False)), order[step] > place[step])
            for step in range(len(order))
        )
    )


def _row_to_match(row: Row[Any], alert: int) -> ExportedMatch:
    return ExportedMatch(
        rule=RuleId(row.rule),
        severity=Severity(row.severity),
        score=row.score,
        words=tuple(dict.fromkeys(mention.text for mention in mentions_from_json(row.mentions))),
        story=StoryId(row.story) if row.story else None,
        article=ArticleId(row.article),
        source=SourceId(row.source),
        url=row.url,
        title=row.title,
        language=row.language,
        published=row.published,
        published_precision=row.published_precision,
        fetched_at=row.fetched_at,
        place=Place(row.fetched_at, row.number, row.rule, alert),
    )
