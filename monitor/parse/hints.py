"""What a feed says about when to come back: `<ttl>`, the syndication module, `<skipHours>` and `<skipDays>`.

Read by patterns from the bytes outside the entries, so that the poller need not wait for a parser. What is no number
or no name of a period is as if it were not there: feeds say `always`, `dayly` and a frequency of 0.1.
"""

import re
from datetime import timedelta

from monitor.model import FeedHints

_FIRST_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_LAST_ENTRY = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")
_LARGEST_HEAD = 64 * 1024
_TTL = re.compile(rb"<ttl>\s*(\d{1,9})(?:\.\d*)?\s*</ttl>")
_PERIOD = re.compile(rb"<(?:\w+:)?updatePeriod(?:\s[^<>]{0,300})?>\s*(\w+)\s*</")
_FREQUENCY = re.compile(rb"<(?:\w+:)?updateFrequency(?:\s[^<>]{0,300})?>\s*(\d{1,6}(?:\.\d{1,6})?)\s*</")
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,2000}?)</skipDays>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_DAY = re.compile(rb"<day>\s*(\w+)\s*</day>")
_PERIODS = {
    b"hourly": timedelta(hours=1),
    b"daily": timedelta(days=1),
    b"weekly": timedelta(weeks=1),
    b"monthly": timedelta(days=30),
    b"yearly": timedelta(days=365),
}
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_LONGEST = timedelta(days=365)
_HOURS_OF_A_DAY, _DAYS_OF_A_WEEK = 24, 7


def read_hints(body: bytes) -> FeedHints:
    """The hints of a feed in any format; none of them for what says nothing, or is no feed."""
    text = _outside_of_entries(body)
    ttl = _TTL.search(text)
    return FeedHints(
        ttl=min(timedelta(minutes=int(ttl[1])), _LONGEST) if ttl else None,
        update_period=_read_period(text),
        skip_hours=_read_hours(text),
        skip_days=_read_days(text),
    )


def _outside_of_entries(body: bytes) -> bytes:
    """RSS puts its channel's elements before, between or after the items; nobody has been seen to do the second."""
    first = _FIRST_ENTRY.search(body)
    head = body[: min(first.start() if first else len(body), _LARGEST_HEAD)]
    tail = _LAST_ENTRY.split(body[-_LARGEST_HEAD:])[-1] if first else b""
    return head + tail


def _read_period(text: bytes) -> timedelta | None:
    """The syndication module: so many times (one, unless it says otherwise) in a period (a day)."""
    period, frequency = _PERIOD.search(text), _FREQUENCY.search(text)
    length = _PERIODS.get(period[1].lower()) if period else None
    times = float(frequency[1]) if frequency else 1.0
    return min(length / max(times, 0.01), _LONGEST) if length is not None and times > 0 else None


def _read_hours(text: bytes) -> tuple[int, ...]:
    """24 is midnight in old feeds. A feed that skips every hour cannot mean it."""
    found = _SKIP_HOURS.search(text)
    hours = {int(hour) % _HOURS_OF_A_DAY for hour in _HOUR.findall(found[1]) if int(hour) <= 24} if found else set()
    return tuple(sorted(hours)) if len(hours) < _HOURS_OF_A_DAY else ()


def _read_days(text: bytes) -> tuple[int, ...]:
    found = _SKIP_DAYS.search(text)
    names = {day.lower() for day in _DAY.findall(found[1])} if found else set()
    days = tuple(number for number, name in enumerate(_DAYS) if name in names)
    return days if len(days) < _DAYS_OF_A_WEEK else ()
