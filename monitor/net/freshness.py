"""How long a server calls its answer fresh: Cache-Control and Expires (RFC 9111)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.net.retry_after import parse_date

_MAX_AGE = re.compile(r"(?:^|,)\s*(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})\d*", re.IGNORECASE)
_NOT_FRESH = re.compile(r"(?:^|,)\s*(?:no-cache|no-store)\b", re.IGNORECASE)


def find_max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """From the moment of the answer on; None where the server names none, or names one that is over.

    Expires counts only without Cache-Control, and against the answer's own Date.
    """
    control = headers.get("Cache-Control", "")
    if control:
        seconds = max((int(age) for age in _MAX_AGE.findall(control)), default=0)
        return timedelta(seconds=seconds) if seconds and not _NOT_FRESH.search(control) else None
    until = parse_date(headers.get("Expires", ""))
    if until is None:
        return None
    age = until - (parse_date(headers.get("Date", "")) or now)
    return age if age > timedelta(0) else None
