"""How fast messages may go to one destination: a token bucket for each, filled by the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from monitor.model import Bucket, ChannelKind


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages a second in the long run, and at most `burst` at once."""

    per_second: float
    burst: int


# Slack asks for one message a second and channel; a mail server or an endpoint says itself when it is too much (421,
# 429), and is then left alone as long as it asks, unless the operator knows better.
DEFAULT_RATES: Mapping[ChannelKind, Rate] = {"slack": Rate(per_second=1, burst=1)}


def rate_of(messages: int, period: timedelta) -> Rate:
    """So many messages in a period, as evenly as rounds of a second allow."""
    per_second = messages / period.total_seconds()
    return Rate(per_second, burst=max(1, ceil(per_second)))


def take_token(bucket: Bucket | None, rate: Rate, now: datetime) -> tuple[Bucket, timedelta]:
    """The bucket after one message asked to go, and how long that one has to wait; zero: it goes.

    A bucket that nobody used yet is full. One filled by a clock that ran ahead counts as filled now.
    """
    tokens = float(rate.burst)
    if bucket is not None:
        passed = max(timedelta(0), now - bucket.filled_at).total_seconds()
        tokens = min(tokens, bucket.tokens + passed * rate.per_second)
    if tokens >= 1:
        return Bucket(tokens - 1, now), timedelta(0)
    return Bucket(tokens, now), timedelta(seconds=(1 - tokens) / rate.per_second)
