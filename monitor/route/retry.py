"""What follows from an attempt to send a delivery.

                      refused for now, tries left: wait
                               ┌─────────┐
                               ▼         │
    (composed) ───────────▶ pending ─────┘
                            │     │
                   accepted │     │ refused for good, or for now at the last try
                            ▼     ▼
                          sent ◀─ dead
                       accepted after all (an attempt whose lease had ended)

A sent delivery stays sent whatever comes; only an operator's replay makes a sent or dead one pending again, which is
the store's to do.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitor.model import Attempt, ChannelKind, Delivery


def _delays(*delays: str) -> tuple[timedelta, ...]:
    units = {"s": "seconds", "m": "minutes", "h": "hours"}
    return tuple(timedelta(**{units[delay[-1]]: int(delay[:-1])}) for delay in delays)


# How long to wait after the first failed try, the second and so on; after one more failure the delivery is dead.
# E-mail: SMTP expects senders to go on for four to five days (RFC 5321, section 4.5.4.1), greylisting to be retried
# within minutes. Webhook: the schedule of Standard Webhooks; the first try is immediate.
RETRY_DELAYS: Mapping[ChannelKind, tuple[timedelta, ...]] = {
    "email": _delays("1m", "5m", "15m", "30m", "1h", "2h", "4h", "8h", "12h", "24h", "24h", "24h", "24h"),
    "slack": _delays("10s", "1m", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"),
    "webhook": _delays("5s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"),
    "apprise": _delays("30s", "5m", "30m", "2h", "5h", "10h", "14h", "20h", "24h"),
}
_SPREAD = 0.2
_LONGEST_RETRY_AFTER = timedelta(hours=24)


def after_attempt(delivery: Delivery, attempt: Attempt, *, jitter: float) -> Delivery:
    """The delivery as it stands after an attempt.

    `jitter`, from 0 up to 1, lengthens the wait by up to a fifth, so that what failed together is not retried
    together. The peer's `retry_after` is never undercut, but counts for no more than 24 hours.
    """
    if delivery.state == "sent":
        return delivery
    attempts = delivery.attempts + 1
    if attempt.error is None:
        return replace(delivery, attempts=attempts, state="sent", next_attempt_at=None, sent_at=attempt.at)
    delays = RETRY_DELAYS[delivery.channel]
    if delivery.state == "dead" or attempt.permanent or attempts > len(delays):
        return replace(delivery, attempts=attempts, state="dead", next_attempt_at=None)
    next_attempt_at = attempt.at + delays[attempts - 1] * (1 + _SPREAD * jitter)
    if attempt.retry_after is not None:
        next_attempt_at = max(next_attempt_at, min(attempt.retry_after, attempt.at + _LONGEST_RETRY_AFTER))
    return replace(delivery, attempts=attempts, next_attempt_at=next_attempt_at)
