"""The clock and the dice: the one place that reads them. Everything else is handed what they gave."""

import random
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def draw() -> float:
    """A random number of [0, 1), for jitter."""
    return random.random()
