"""What subscribers set for themselves: unsubscribed, paused, their own pace and quiet hours, mutes, relevance marks."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, Table, Text, bindparam, delete, select

from monitor.errors import StoreError
from monitor.model import (
    Choices,
    Daily,
    Every,
    MuteKind,
    Now,
    Pace,
    Quiet,
    RelevanceMark,
    RuleId,
    Severity,
    StoryId,
    SubscriberId,
)
from monitor.store.numbers import is_key_among, pack_keys
from monitor.store.rows import Rows
from monitor.store.schema import choices, mutes, relevance_marks


class ChoiceRows:
    """The part of a transaction that is about what subscribers chose; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_choices(self, subscriber: SubscriberId) -> Choices:
        """What a subscriber chose; nothing at all where there is no row."""
        return (await self.list_choices([subscriber])).get(subscriber) or Choices(subscriber=subscriber)

    async def list_choices(self, subscribers: Iterable[SubscriberId] | None = None) -> Mapping[SubscriberId, Choices]:
        """Of these subscribers, or of all, those who chose anything."""
        wanted = None if subscribers is None else list(subscribers)
        rows = await self._rows.fetch(_of(choices, wanted))
        muted = await self._rows.fetch(_of(mutes, wanted))
        found = {row.subscriber: row for row in rows}
        names = sorted(found.keys() | {row.subscriber for row in muted})
        return {
            SubscriberId(name): _row_to_choices(name, found.get(name), [row for row in muted if row.subscriber == name])
            for name in names
        }

    async def save_choices(self, chosen: Choices) -> None:
        """Keep everything but the mutes, which are kept one by one."""
        row = {
            "unsubscribed_at": chosen.unsubscribed_at,
            "paused_until": chosen.paused_until,
            "pace": pace_to_json(chosen.pace),
            "quiet": quiet_to_json(chosen.quiet),
        }
        insert = self._rows.insert(choices).values(subscriber=chosen.subscriber, **row)
        await self._rows.write(insert.on_conflict_do_update(index_elements=["subscriber"], set_=row))

    async def add_mute(self, subscriber: SubscriberId, kind: MuteKind, target: str, now: datetime) -> None:
        """A subscriber wants to hear no more of a rule or a story."""
        await self._rows.add(mutes, [{"subscriber": subscriber, "kind": kind, "target": target, "muted_at": now}])

    async def remove_mute(self, subscriber: SubscriberId, kind: MuteKind, target: str) -> bool:
        """Take a mute back; False when there was none."""
        same = (mutes.c.subscriber == subscriber, mutes.c.kind == kind, mutes.c.target == target)
        return await self._rows.write(delete(mutes).where(*same)) > 0

    async def save_mark(self, mark: RelevanceMark) -> None:
        """What a reader says of a story replaces what they said before."""
        said = {"relevant": mark.relevant, "marked_at": mark.marked_at}
        insert = self._rows.insert(relevance_marks).values(
            subscriber=mark.subscriber, story=mark.story, rule=mark.rule, **said
        )
        await self._rows.write(insert.on_conflict_do_update(index_elements=["subscriber", "story", "rule"], set_=said))

    async def list_marks(self, subscriber: SubscriberId | None = None) -> tuple[RelevanceMark, ...]:
        """Of one subscriber or of all, the newest first."""
        wanted = None if subscriber is None else [subscriber]
        rows = await self._rows.fetch(
            _of(relevance_marks, wanted).order_by(relevance_marks.c.marked_at.desc(), relevance_marks.c.story)
        )
        return tuple(
            RelevanceMark(
                subscriber=SubscriberId(row.subscriber),
                story=StoryId(row.story),
                rule=RuleId(row.rule),
                relevant=row.relevant,
                marked_at=row.marked_at,
            )
            for row in rows
        )


def pace_to_json(pace: Pace | None) -> str | None:
    """The pace as the store keeps it."""
    match pace:
        case None | Now():
            return None
        case Every(hours=hours):
            return json.dumps({"every": hours})
        case Daily(at=at, days=days):
            return json.dumps({"daily": f"{at:%H:%M}", "days": sorted(days)})


def pace_from_json(text: str | None) -> Pace | None:
    """The pace again; StoreError when the document is damaged."""
    if text is None:
        return None
    try:
        document = json.loads(text)
        if "every" in document:
            return Every(document["every"])
        return Daily(time.fromisoformat(document["daily"]), frozenset(document["days"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the stored pace of a subscriber cannot be read: {error}") from error


def quiet_to_json(quiet: Quiet | None) -> str | None:
    """The quiet hours as the store keeps them."""
    if quiet is None:
        return None
    unless = quiet.unless.value if quiet.unless else None
    return json.dumps({"from": f"{quiet.start:%H:%M}", "to": f"{quiet.end:%H:%M}", "unless": unless})


def quiet_from_json(text: str | None) -> Quiet | None:
    """The quiet hours again; StoreError when the document is damaged."""
    if text is None:
        return None
    try:
        document = json.loads(text)
        unless = Severity(document["unless"]) if document["unless"] else None
        start, end = time.fromisoformat(document["from"]), time.fromisoformat(document["to"])
        return Quiet(start=start, end=end, unless=unless)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the stored quiet hours of a subscriber cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class _Nothing:
    """The row of somebody who only muted."""

    unsubscribed_at: None = None
    paused_until: None = None
    pace: None = None
    quiet: None = None


def _row_to_choices(subscriber: str, row: Row[Any] | None, muted: Iterable[Row[Any]]) -> Choices:
    chosen = _Nothing() if row is None else row
    targets = [(each.kind, each.target) for each in muted]
    return Choices(
        subscriber=SubscriberId(subscriber),
        unsubscribed_at=chosen.unsubscribed_at,
        paused_until=chosen.paused_until,
        pace=pace_from_json(chosen.pace),
        quiet=quiet_from_json(chosen.quiet),
        muted_rules=frozenset(RuleId(target) for kind, target in targets if kind == "rule"),
        muted_stories=frozenset(StoryId(target) for kind, target in targets if kind == "story"),
    )


def _of(table: Table, subscribers: list[SubscriberId] | None) -> Any:
    every = select(table)
    if subscribers is None:
        return every
    return every.where(is_key_among(table.c.subscriber, bindparam(None, pack_keys(subscribers), Text)))
