"""What feeds say about when to come back, as they really write it."""

from datetime import timedelta

import pytest

from monitor.model import FeedHints
from monitor.parse.hints import read_hints


def channel(inner: str, *, after: str = "") -> bytes:
    entry = "<item><title>One</title><ttl>1</ttl></item>"
    return f"<rss version='2.0'><channel>{inner}{entry}{after}</channel></rss>".encode()


def sy(period: str, frequency: str | None = None) -> bytes:
    often = f"<sy:updateFrequency>{frequency}</sy:updateFrequency>" if frequency else ""
    return channel(f"<sy:updatePeriod> {period} </sy:updatePeriod>{often}")


@pytest.mark.parametrize(
    ("body", "hints"),
    [
        (channel("<ttl>60</ttl>"), FeedHints(ttl=timedelta(hours=1))),
        (channel("", after="<ttl> 90 </ttl>"), FeedHints(ttl=timedelta(minutes=90))),
        (channel("<ttl>999999999</ttl>"), FeedHints(ttl=timedelta(days=365))),
        (channel("<ttl>soon</ttl>"), FeedHints()),
        (channel(""), FeedHints()),
        (sy("hourly"), FeedHints(update_period=timedelta(hours=1))),
        (sy("Daily", "4"), FeedHints(update_period=timedelta(hours=6))),
        (sy("daily", "0.1"), FeedHints(update_period=timedelta(days=10))),
        (sy("daily", "0"), FeedHints()),
        (sy("always"), FeedHints()),
        (sy("dayly", "2"), FeedHints()),
        (channel("<skipHours><hour>3</hour><hour>24</hour><hour>77</hour></skipHours>"), FeedHints(skip_hours=(0, 3))),
        (channel("<skipDays><day>Sunday</day><day>Noday</day></skipDays>"), FeedHints(skip_days=(6,))),
        (b"", FeedHints()),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', FeedHints()),
        (bytes(range(256)) * 500, FeedHints()),
    ],
)
def test_hints_are_read_where_they_make_sense(body: bytes, hints: FeedHints) -> None:
    assert read_hints(body) == hints


def test_a_feed_that_skips_every_hour_or_every_day_cannot_mean_it() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days = "".join(f"<day>{day}day</day>" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"))
    assert read_hints(channel(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>")) == FeedHints()
