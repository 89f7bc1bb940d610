"""Alerts: who is to hear of which story, until a digest takes them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, literal_column, select, update

from monitor.model import Alert, AlertId, DigestStory, HeldBy, Match, StoryId, SubscriberId
from monitor.ports import PendingAlert, Told
from monitor.store.codec import digest_from_json
from monitor.store.columns import shorten_key
from monitor.store.pending import find_digest_stories
from monitor.store.rows import Lock, Rows, iter_chunks
from monitor.store.schema import alert_matches, alerts, digests, matches

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
        return tuple(
            PendingAlert(id=AlertId(row.id), alert=_row_to_alert(row), story=told[row.id])
            for row in pending
            if row.id in told
        )

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

    async def drop_groundless(self, subscriber: SubscriberId) -> None:
        """Drop pending alerts behind which no match is left: a correction took away what they were raised for."""
        same_match = and_(alert_matches.c.rule == matches.c.rule, alert_matches.c.article == matches.c.article)
        behind = select(matches.c.rule).join(alert_matches, same_match).where(alert_matches.c.alert == alerts.c.id)
        groundless = update(alerts).where(alerts.c.subscriber == subscriber, _IS_PENDING, ~behind.exists())
        await self._rows.write(groundless.values(state="dropped", dropped_because="no match is left behind it"))

    async def list_told(self, stories: Iterable[StoryId], subscribers: Iterable[SubscriberId]) -> tuple[Told, ...]:
        """Which of these subscribers have been told of which of these stories, by story and subscriber.

        A story that a limit left out of its digest has not been told.
        """
        await self._rows.lock(Lock.ALERTS)
        readers = sorted(set(subscribers))
        rows = [
            row
            for chunk in iter_chunks(stories)
            for row in await self._rows.fetch(_select_composed(chunk).where(alerts.c.subscriber.in_(readers)))
        ]
        latest = {(row.subscriber, row.story): row.composed_at for row in rows}
        first = {(row.subscriber, row.story): row for row in reversed(rows)}
        today = await find_digest_stories(self._rows, {row.id: StoryId(row.story) for row in first.values()})
        return tuple(
            Told(
                subscriber=SubscriberId(row.subscriber),
                story=today[row.id],
                told_at=latest[key],
                sources=frozenset((told.article.source, *told.also_in)),
            )
            for key, row in sorted(first.items(), key=lambda each: (each[0][1], each[0][0]))
            if row.id in today and (told := _find_story(row)) is not None
        )

    async def adopt_alerts(self, merged: Mapping[StoryId, StoryId]) -> None:
        """Alerts of stories that turned out to be part of others become theirs, where the subscriber has none of them
        yet: nobody hears of one story again because it was two.
        """
        if not merged:
            return
        await self._rows.lock(Lock.ALERTS)
        other = alerts.alias()
        for alias, story in sorted(merged.items()):
            same = (
                other.c.subscriber == alerts.c.subscriber,
                other.c.kind == alerts.c.kind,
                other.c.ordinal == alerts.c.ordinal,
            )
            taken = select(other.c.id).where(other.c.story == story, *same).exists()
            await self._rows.write(update(alerts).where(alerts.c.story == alias, ~taken).values(story=story))

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


def _select_composed(stories: Sequence[StoryId]) -> Select[Any]:
    """The alerts of stories that went into a digest, the oldest first, with that digest."""
    return (
        select(alerts.c.id, alerts.c.subscriber, alerts.c.story, digests.c.composed_at, digests.c.document)
        .join(digests, digests.c.id == alerts.c.digest)
        .where(alerts.c.story.in_(stories), alerts.c.state == literal_column("'composed'"))
        .order_by(digests.c.composed_at, alerts.c.id)
    )


def _find_story(row: Row[Any]) -> DigestStory | None:
    """The story as the digest told it."""
    return next((story for story in digest_from_json(row.document).stories if story.id == row.story), None)


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
