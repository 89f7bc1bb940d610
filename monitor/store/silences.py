"""Silences that operators set by command; those that stand in files are the configuration's."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update

from monitor.model import Silence, StoryId
from monitor.store.rows import Rows
from monitor.store.schema import silences

# More digits are no number that a database counts to.
_LONGEST_NUMBER = 18


class SilenceRows:
    """The part of a transaction that is about silences; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add_silence(self, silence: Silence) -> Silence:
        """Keep a silence; it comes back with its number as its id."""
        row = {
            "rule": silence.rule,
            "source": silence.source,
            "story": silence.story,
            "until": silence.until,
            "reason": silence.reason,
        }
        (added,) = await self._rows.fetch(insert(silences).values(**row).returning(silences))
        return _row_to_silence(added)

    async def list_silences(self, now: datetime | None = None) -> tuple[Silence, ...]:
        """Every one, or those in force at a moment, by number."""
        wanted = select(silences).order_by(silences.c.id)
        if now is not None:
            open_end = or_(silences.c.ended_at.is_(None), silences.c.ended_at > now)
            wanted = wanted.where(and_(silences.c.until > now, open_end))
        return tuple(_row_to_silence(row) for row in await self._rows.fetch(wanted))

    async def end_silence(self, silence: str, now: datetime) -> bool:
        """End one by its number; False when there is none, or it has ended already."""
        if not silence.isdecimal() or len(silence) > _LONGEST_NUMBER:
            return False
        in_force = (silences.c.id == int(silence), silences.c.ended_at.is_(None), silences.c.until > now)
        return await self._rows.write(update(silences).where(*in_force).values(ended_at=now)) == 1


def _row_to_silence(row: Row[Any]) -> Silence:
    return Silence(
        id=str(row.id),
        rule=row.rule,
        source=row.source,
        story=StoryId(row.story) if row.story else None,
        until=row.until,
        reason=row.reason,
        ended_at=row.ended_at,
    )
