"""When a server asks to be left alone: the Retry-After header, in both of its forms."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_STATUSES = frozenset({429, 503})
_LONGEST = timedelta(days=1)
_MOST_DIGITS = 9


def find_retry_after(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Not before this instant, on a 429 or 503 that names one; between `now` and a day later, whatever was sent.

    A date is measured against the answer's own Date, so that a server whose clock is wrong is still understood.
    """
    if status not in _STATUSES:
        return None
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    pause = _read_seconds(value)
    if pause is None:
        pause = _read_date(value, headers.get("Date"), now)
    return None if pause is None else now + min(max(pause, timedelta(0)), _LONGEST)


def _read_seconds(value: str) -> timedelta | None:
    if not (value.isascii() and value.isdigit()):
        return None
    return _LONGEST if len(value) > _MOST_DIGITS else timedelta(seconds=int(value))


def _read_date(value: str, sent: str | None, now: datetime) -> timedelta | None:
    until = parse_date(value)
    return None if until is None else until - (parse_date(sent or "") or now)


def parse_date(value: str) -> datetime | None:
    """An HTTP date, or one like those of mail; None for what is none."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed
