"""What operators must know: each thing once while it lasts, and the channels that nothing goes to any more."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from monitor.model import ChannelKind, DisabledChannel, Notice, SubscriberId
from monitor.store.rows import Lock, Rows
from monitor.store.schema import disabled_channels, notices

_OPEN = notices.c.ended_at.is_(None)


class NoticeRows:
    """The part of a transaction that is about notices and disabled channels; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def sync_notices(self, standing: Sequence[Notice], kinds: Iterable[str], now: datetime) -> None:
        """Of these kinds, exactly these things stand now: what is new is kept, what is over ends."""
        await self._rows.lock(Lock.ALERTS)
        examined = list(kinds)
        rows = await self._rows.fetch(select(notices).where(_OPEN, notices.c.kind.in_(examined)))
        known = {(row.kind, row.subject): row for row in rows}
        stands = {(notice.kind, notice.subject): notice for notice in standing}
        over = [row.id for key, row in known.items() if key not in stands]
        if over:
            await self._rows.write(update(notices).where(notices.c.id.in_(over)).values(ended_at=now))
        await self._rows.add(notices, [_notice_to_row(each) for key, each in stands.items() if key not in known])

    async def list_notices(self, *, untold: bool = False) -> tuple[Notice, ...]:
        """What stands now, the oldest first; with `untold`, what no operator has been told."""
        wanted = select(notices).where(_OPEN).order_by(notices.c.id)
        if untold:
            wanted = wanted.where(notices.c.told_at.is_(None))
        return tuple(_row_to_notice(row) for row in await self._rows.fetch(wanted))

    async def mark_notices_told(self, told: Iterable[Notice], now: datetime) -> None:
        """They are on their way to every operator."""
        for notice in told:
            same = (notices.c.kind == notice.kind, notices.c.subject == notice.subject)
            await self._rows.write(update(notices).where(*same, _OPEN).values(told_at=now))

    async def disable_channel(self, channel: DisabledChannel) -> None:
        """Nothing goes there any more. One that is disabled already stays as it is."""
        row = {
            "subscriber": channel.subscriber,
            "channel": channel.channel,
            "reason": channel.reason,
            "since": channel.since,
            "destination": channel.destination,
        }
        await self._rows.add(disabled_channels, [row])

    async def enable_channel(self, subscriber: SubscriberId, channel: ChannelKind) -> bool:
        """It is used again; False when it was not disabled."""
        same = (disabled_channels.c.subscriber == subscriber, disabled_channels.c.channel == channel)
        return await self._rows.write(delete(disabled_channels).where(*same)) > 0

    async def list_disabled_channels(self) -> tuple[DisabledChannel, ...]:
        """By subscriber and channel."""
        rows = await self._rows.fetch(
            select(disabled_channels).order_by(disabled_channels.c.subscriber, disabled_channels.c.channel)
        )
        return tuple(
            DisabledChannel(
                subscriber=SubscriberId(row.subscriber),
                channel=row.channel,
                reason=row.reason,
                since=row.since,
                destination=row.destination,
            )
            for row in rows
        )


def _notice_to_row(notice: Notice) -> dict[str, Any]:
    return {"kind": notice.kind, "subject": notice.subject, "text": notice.text, "since": notice.since}


def _row_to_notice(row: Row[Any]) -> Notice:
    return Notice(kind=row.kind, subject=row.subject, text=row.text, since=row.since)
