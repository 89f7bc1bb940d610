"""Alerts: who is to hear of which story, until a digest takes them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, literal_column, select, update

from monitor.model import Alert, AlertId, HeldBy, Match, StoryId, SubscriberId
from monitor.ports import PendingAlert
from monitor.store.columns import shorten_key
from monitor.store.pending import find_digest_stories
from monitor.store.rows import Lock, Rows, iter_chunks
from monitor.store.schema import alert_matches, alerts, digests

_KEY = (alerts.c.subscriber, alerts.c.story, alerts.c.kind, alerts.c.ordinal)
_IS_PENDING = alerts.c.state == literal_column("'pending'")

_Key = tuple[str, str, str, int]


def select_due_subscribers(now: datetime) -> Select[Any]:
    """Who has a pending alert that is due."""
    return select(alerts.c.subscriber).distinct().where(_IS_PENDING, alerts.c.due_at <= now)


def select_pending(subscriber: SubscriberId, due_by: datetime | None) -> Select[Any]:
    """A subscriber's pending alerts, by due time and id."""
    pending = select(alerts).where(alerts.c.subscriber == subscriber, _IS_PENDING)
    if due_by is not None:
        pending = pending.where(alerts.c.due_at <= due_by)
    return pending.order_by(alerts.c.due_at, alerts.c.id)


class AlertRows:
    """The part of a transaction that is about alerts; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add_alerts(self, raised: Sequence[tuple[Alert, Match]]) -> None:
        """Store alerts, once per (subscriber, story, kind, ordinal), each with the match behind it.

        The lock keeps a match from joining an alert that another transaction is composing at this moment.
        """
        if not raised:
            return
        await self._rows.lock(Lock.ALERTS)
        pending = {_key_of_row(row): row.id for row in await self._put_alerts([alert for alert, _ in raised])}
        behind = {
            (pending[_key_of(alert)], match.rule, match.article) for alert, match in raised if _key_of(alert) in pending
        }
        await self._rows.add(
            alert_matches,
            [{"alert": alert, "rule": rule, "article": article} for alert, rule, article in sorted(behind)],
        )

    async def list_due_subscribers(self, now: datetime) -> tuple[SubscriberId, ...]:
        """Who has a pending alert that is due."""
        return tuple(sorted(row.subscriber for row in await self._rows.fetch(select_due_subscribers(now))))

    async def list_pending_alerts(self, subscriber: SubscriberId, due_by: datetime | None) -> tuple[PendingAlert, ...]:
        """Pending alerts of a subscriber that are due by then (None: all), by due time and id."""
        await self._rows.lock(Lock.ALERTS)
        pending = await self._rows.fetch(select_pending(subscriber, due_by))
        told = await find_digest_stories(self._rows, {row.id: StoryId(row.story) for row in pending})
        return tuple(PendingAlert(id=AlertId(row.id), alert=_row_to_alert(row), story=told[row.id]) for row in pending)

    async def defer_alerts(self, ids: Iterable[AlertId], due_at: datetime, held: HeldBy) -> None:
        """Let pending alerts wait until an instant, because of quiet hours or a cap."""
        for chunk in iter_chunks(ids):
            later = update(alerts).where(alerts.c.id.in_(chunk), _IS_PENDING)
            await self._rows.write(later.values(due_at=due_at, held=held))

    async def drop_alerts(self, ids: Iterable[AlertId], reason: str) -> None:
        """Pending alerts that nobody is to hear any more; they stay, with the reason, and are never raised again."""
        for chunk in iter_chunks(ids):
            dropped = update(alerts).where(alerts.c.id.in_(chunk), _IS_PENDING)
            await self._rows.write(dropped.values(state="dropped", dropped_because=reason))

    async def list_told(self, stories: Iterable[StoryId]) -> Mapping[tuple[SubscriberId, StoryId], datetime]:
        """Who has been told of these stories, and when last: the moment their digest was composed."""
        told: dict[tuple[SubscriberId, StoryId], datetime] = {}
        for chunk in iter_chunks(stories):
            latest = (
                select(alerts.c.subscriber, alerts.c.story, func.max(digests.c.composed_at).label("told_at"))
                .join(digests, digests.c.id == alerts.c.digest)
                .where(alerts.c.story.in_(chunk))
                .group_by(alerts.c.subscriber, alerts.c.story)
            )
            for row in await self._rows.fetch(latest):
                told[SubscriberId(row.subscriber), StoryId(row.story)] = row.told_at
        return told

    async def _put_alerts(self, raised: Sequence[Alert]) -> list[Row[Any]]:
        """Insert, or bring forward what is pending; the id and key of each alert that is pending now."""
        insert = self._rows.insert(alerts)
        earlier = insert.excluded.due_at < alerts.c.due_at
        brought_forward = {
            # The window belongs to the pace: who hears earlier hears by the faster route and its limit.
            column.name: case((earlier, insert.excluded[column.name]), else_=column)
            for column in (alerts.c.due_at, alerts.c.pace, alerts.c.max_stories, alerts.c.section, alerts.c.held)
        }
        put = insert.on_conflict_do_update(index_elements=_KEY, set_=brought_forward, where=_IS_PENDING)
        return await self._rows.fetch(
            put.returning(alerts.c.id, *_KEY), [_alert_to_row(alert) for alert in _list_earliest(raised)]
        )


def _list_earliest(raised: Sequence[Alert]) -> list[Alert]:
    """One alert a key, the earliest, in the order of the keys: one statement may touch a row only once."""
    earliest: dict[_Key, Alert] = {}
    for alert in raised:
        known = earliest.get(_key_of(alert))
        if known is None or alert.due_at < known.due_at:
            earliest[_key_of(alert)] = alert
    return [earliest[key] for key in sorted(earliest)]


def _key_of(alert: Alert) -> _Key:
    return shorten_key(alert.subscriber), shorten_key(alert.story), alert.kind, alert.ordinal


def _key_of_row(row: Row[Any]) -> _Key:
    return row.subscriber, row.story, row.kind, row.ordinal


def _alert_to_row(alert: Alert) -> dict[str, Any]:
    return {
        "subscriber": alert.subscriber,
        "story": alert.story,
        "kind": alert.kind,
        "ordinal": alert.ordinal,
        "due_at": alert.due_at,
        "pace": alert.pace,
        "max_stories": alert.max_stories,
        "section": alert.section,
        "held": alert.held,
        "change": alert.change,
    }


def _row_to_alert(row: Row[Any]) -> Alert:
    return Alert(
        subscriber=SubscriberId(row.subscriber),
        story=StoryId(row.story),
        kind=row.kind,
        ordinal=row.ordinal,
        due_at=row.due_at,
        pace=row.pace,
        max_stories=row.max_stories,
        section=row.section,
        held=row.held,
        change=row.change,
    )
