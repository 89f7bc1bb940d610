"""The planned digests of a subscriber as windows that pass: which have ended, and which comes next.

A window that ended while nothing ran is not lost: it is among those that the next digest answers. Rows hold how far
each pace has got, so that an empty digest can be sent exactly once, and a late one can say what it catches up on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import DigestWindow, Pace, Route
from monitor.route.timing import Reader, is_planned, next_window
from monitor.route.windows import describe_pace

# A digest names the windows that it answers; more than this many nobody reads.
_MOST_NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The windows that have ended, the oldest first, and the rows as they stand after them.

    `proving_since` is the beginning of the time that an empty digest has to give account of; None: none is asked for.
    """

    ended: tuple[datetime, ...] = ()
    rows: tuple[DigestWindow, ...] = ()
    proving_since: datetime | None = None


def plan_rows(reader: Reader, now: datetime) -> tuple[DigestWindow, ...]:
    """A row for each pace of a subscriber's planned digests, as if all began now."""
    return tuple(
        DigestWindow(
            subscriber=reader.subscriber.id,
            pace=name,
            begun_at=now,
            last_at=now,
            next_at=next_window(reader, pace, now),
        )
        for name, pace in _name_paces(reader).items()
    )


def pass_windows(reader: Reader, routes: Iterable[Route], known: Iterable[DigestWindow], now: datetime) -> Passed:
    """What has ended of the windows in the rows; those of a pace that the subscriber has no more are left alone."""
    paces = _name_paces(reader)
    proving = {
        _name_pace(reader, route.send)
        for route in routes
        if route.when_empty == "proof" and reader.subscriber.id in route.to and is_planned(route.send)
    }
    ended: set[datetime] = set()
    rows: list[DigestWindow] = []
    since: list[datetime] = []
    for row in known:
        if row.pace not in paces or row.next_at > now:
            continue
        passed = _list_ended(reader, paces[row.pace], row, now)
        ended.update(passed)
        rows.append(replace(row, last_at=passed[-1], next_at=next_window(reader, paces[row.pace], now)))
        if row.pace in proving:
            since.append(row.last_at)
    return Passed(ended=tuple(sorted(ended)[-_MOST_NAMED:]), rows=tuple(rows), proving_since=min(since, default=None))


def _list_ended(reader: Reader, pace: Pace, row: DigestWindow, now: datetime) -> list[datetime]:
    ended = [row.next_at]
    while (following := next_window(reader, pace, ended[-1])) <= now:
        ended.append(following)
    return ended


def _name_paces(reader: Reader) -> Mapping[str, Pace]:
    return {_name_pace(reader, pace): pace for pace in reader.digests}


def _name_pace(reader: Reader, pace: Pace) -> str:
    """A text that changes whenever the windows do."""
    own = reader.choices.pace
    waits = f" then {describe_pace(own)}" if is_planned(own) and own is not None else ""
    return f"{describe_pace(pace)}{waits} {reader.subscriber.timezone.key}"
