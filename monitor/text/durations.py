"""Durations as people write them: a whole number and s, m, h, d, w or y (365 days)."""

import re
from datetime import timedelta

_UNITS = {
    "y": timedelta(days=365),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
DURATION_PATTERN = rf"([0-9]{{1,10}}) ?([{''.join(reversed(_UNITS))}])"
"""What a duration looks like, as a regular expression that any language reads."""


def parse_duration(text: str) -> timedelta:
    """`15m`, `2h`, `1 d`; ValueError for everything else, and for more than 100 years."""
    found = re.fullmatch(DURATION_PATTERN, text.strip())
    if not found:
        raise ValueError(f'found "{text}", expected a duration such as "15m", "2h" or "1d"')
    try:
        duration = int(found[1]) * _UNITS[found[2]]
    except OverflowError:
        duration = timedelta.max
    if duration > timedelta(days=36_525):
        raise ValueError(f'found "{text}", expected no more than 100 years')
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest whole number and unit that `parse_duration` reads back as the same duration (seconds at least)."""
    seconds = int(duration.total_seconds())
    if seconds:
        for unit, length in _UNITS.items():
            if seconds % length.total_seconds() == 0:
                return f"{seconds // int(length.total_seconds())}{unit}"
    return "0s"
