"""How soon a route sends: at once, every few hours, or at a local time on some days of the week."""

from dataclasses import dataclass
from datetime import time, timedelta


@dataclass(frozen=True, slots=True)
class Now:
    """As soon as it is known, after `hold` so that a burst is one message."""

    hold: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Every:
    """Every `hours` hours, counted from local midnight; 1 is hourly."""

    hours: int


@dataclass(frozen=True, slots=True)
class Daily:
    """At a local time on some days of the week; Monday is 0."""

    at: time
    days: frozenset[int] = frozenset(range(7))


Pace = Now | Every | Daily
"""How soon a route sends. A weekly digest is a Daily of one day."""
