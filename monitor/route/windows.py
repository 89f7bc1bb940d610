"""When a route sends: the end of the window that an instant falls into.

Decided from the instant alone, with the calendar of the subscriber's zone, so a tick that comes late or twice changes
nothing. Local times are read as RFC 5545 (section 3.3.5) says: one that a clock change skips takes the offset before
the gap (02:30 becomes 03:30), one that comes twice means the first of the two. A whole day that a zone skips is such a
gap too: its windows fall on the same clock time of the next day, together with that day's own.

It does not know what waits for a window: monitor.route.digest gathers that.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import assert_never
from zoneinfo import ZoneInfo

from monitor.model import Daily, Every, Now, Pace

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY_DAY = frozenset(range(7))
# The search begins the day before, whose windows a skipped day moves into today, and ends before the third day on: a
# clock set back over midnight reads "yesterday" when today's first window has passed already.
_DAYS_AHEAD = 3


def due_at(pace: Pace, timezone: ZoneInfo, at: datetime) -> datetime:
    """The instant, in UTC, at which what happens `at` is due; strictly later than `at` unless the pace is Now.

    What happens exactly at the end of a window goes into the next one. Never earlier for a later `at`. ValueError for
    a pace that has no windows: no days, or hours outside 1 to 24.
    """
    match pace:
        case Now(hold=hold):
            return at.astimezone(UTC) + hold
        case Every(hours=hours):
            return _find_next(at, timezone, _clock_times(hours), _EVERY_DAY)
        case Daily(at=clock_time, days=days):
            if not days & _EVERY_DAY:
                raise ValueError("a daily pace without days: expected at least one, Monday being 0")
            return _find_next(at, timezone, (clock_time,), days)
        case _:
            assert_never(pace)


def describe_pace(pace: Pace) -> str:
    """For people and logs: "now", "hourly", "every 6 hours", "daily 07:30", "daily 07:30 mon-fri", "weekly mon 07:30".

    The hold of Now is left out; it shows in when an alert is due.
    """
    match pace:
        case Now():
            return "now"
        case Every(hours=hours):
            return "hourly" if hours == 1 else f"every {hours} hours"
        case Daily(at=clock_time, days=days):
            return _describe_days(f"{clock_time:%H:%M}", days)
        case _:
            assert_never(pace)


def _clock_times(hours: int) -> tuple[time, ...]:
    """Counted from midnight each day, so that the last step of the day is shorter where 24 is no multiple."""
    if not 1 <= hours <= 24:
        raise ValueError(f"a pace of every {hours} hours: expected 1 to 24")
    return tuple(time(hour) for hour in range(0, 24, hours))


def _find_next(at: datetime, timezone: ZoneInfo, clock_times: Sequence[time], weekdays: frozenset[int]) -> datetime:
    """The earliest instant after `at`, by the calendar of the days around it."""
    today = at.astimezone(timezone).date()
    ahead = _DAYS_AHEAD if weekdays >= _EVERY_DAY else _DAYS_AHEAD + 6
    days = [day for day in (today + timedelta(days=number) for number in range(-1, ahead)) if day.weekday() in weekdays]
    instants = (_read_wall_clock(day, each, timezone) for day in days for each in clock_times)
    return min(instant for instant in instants if instant > at)


def _read_wall_clock(day: date, clock_time: time, timezone: ZoneInfo) -> datetime:
    """With fold 0, zoneinfo reads a skipped or repeated time just as RFC 5545 does."""
    return datetime.combine(day, clock_time, timezone).replace(fold=0).astimezone(UTC)


def _describe_days(clock_time: str, days: frozenset[int]) -> str:
    if days >= _EVERY_DAY:
        return f"daily {clock_time}"
    if len(days) == 1:
        return f"weekly {_WEEKDAYS[min(days)]} {clock_time}"
    # Consecutive days differ from their position by the same number: the mark of a run.
    runs = [[day for _, day in run] for _, run in groupby(enumerate(sorted(days)), lambda pair: pair[1] - pair[0])]
    return f"daily {clock_time} {','.join(_describe_run(run) for run in runs)}"


def _describe_run(run: list[int]) -> str:
    if len(run) > 2:
        return f"{_WEEKDAYS[run[0]]}-{_WEEKDAYS[run[-1]]}"
    return ",".join(_WEEKDAYS[day] for day in run)
