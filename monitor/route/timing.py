"""When one subscriber hears of something: the pace of a route, deferred by their own pace and by quiet hours.

Quiet hours move what would go at once into the subscriber's next digest, or, where they get none, to their end; a
digest that is planned inside them is sent as planned. A cap moves what it holds back the same way. All of it follows
from the instant and the subscriber's calendar alone; see monitor.route.windows for gaps and repeats of the clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from monitor.model import Choices, Daily, HeldBy, Now, Pace, Quiet, Route, Severity, Subscriber
from monitor.route.windows import describe_pace, due_at

Outcome = Literal["now", "digest", "held"]

_INSTANT = timedelta(microseconds=1)
# Two quiet times that follow each other are two rounds; those that leave no moment free would go on for ever.
_MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A subscriber as routing sees them: their settings, their own choices, and the paces of their digests."""

    subscriber: Subscriber
    choices: Choices
    digests: tuple[Pace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When an alert is due and how it gets there: at once, with a planned digest, or held until quiet hours end."""

    due_at: datetime
    outcome: Outcome
    pace: str
    held: HeldBy | None = None


def create_reader(subscriber: Subscriber, routes: Iterable[Route], choices: Choices | None = None) -> Reader:
    """The subscriber with the planned paces of the routes that name them, each once, in the order of the routes."""
    chosen = choices or Choices(subscriber=subscriber.id)
    paces = [route.send for route in routes if subscriber.id in route.to]
    planned = [chosen.pace] if is_planned(chosen.pace) and any(not is_planned(pace) for pace in paces) else []
    planned += [pace for pace in paces if is_planned(pace)]
    return Reader(subscriber=subscriber, choices=chosen, digests=tuple(dict.fromkeys(filter(None, planned))))


def is_planned(pace: Pace | None) -> bool:
    """Whether a pace has windows."""
    return pace is not None and not isinstance(pace, Now)


def time_alert(reader: Reader, send: Pace, severity: Severity, at: datetime) -> Timing:
    """When a match at an instant is due by a route that sends at a pace."""
    own = reader.choices.pace
    if is_planned(send) or is_planned(own):
        slower = own if own is not None and not is_planned(send) else send
        return Timing(due_at=next_window(reader, send, at), outcome="digest", pace=describe_pace(slower))
    due = due_at(send, reader.subscriber.timezone, at)
    free = free_at(reader, severity, due)
    if free == due:
        return Timing(due_at=due, outcome="now", pace=describe_pace(send))
    return defer(reader, due, until=free, held="quiet")


def defer(reader: Reader, at: datetime, *, until: datetime, held: HeldBy) -> Timing:
    """When what was to go at an instant is due instead: with the next digest, or `until` where there is none."""
    digest = next_digest(reader, at)
    if digest is None:
        return Timing(due_at=until, outcome="held", pace="now", held=held)
    return Timing(due_at=digest, outcome="digest", pace="now", held=held)


def next_window(reader: Reader, pace: Pace, at: datetime) -> datetime:
    """The end of the window of a pace that an instant falls into, and then of the subscriber's own pace.

    What a route would send waits for the first window of the subscriber's own pace at or after it.
    """
    timezone, own = reader.subscriber.timezone, reader.choices.pace
    due = due_at(pace, timezone, at)
    return due if own is None or not is_planned(own) else due_at(own, timezone, due - _INSTANT)


def next_digest(reader: Reader, at: datetime) -> datetime | None:
    """When the subscriber's next planned digest is, of whatever route."""
    return min((next_window(reader, pace, at) for pace in reader.digests), default=None)


def free_at(reader: Reader, severity: Severity, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours that it falls into."""
    quiet_times = [quiet for quiet in (reader.subscriber.quiet, reader.choices.quiet) if quiet is not None]
    holding = [quiet for quiet in quiet_times if quiet.unless is None or severity.rank < quiet.unless.rank]
    return _free_of(holding, reader, at.astimezone(UTC))


def _free_of(holding: Sequence[Quiet], reader: Reader, at: datetime) -> datetime:
    for _ in range(_MOST_ROUNDS):
        ends = [_end_of(quiet, reader, at) for quiet in holding if _covers(quiet, reader, at)]
        if not ends:
            break
        at = max(ends)
    return at


def _covers(quiet: Quiet, reader: Reader, at: datetime) -> bool:
    local = at.astimezone(reader.subscriber.timezone).time()
    if quiet.start < quiet.end:
        return quiet.start <= local < quiet.end
    return local >= quiet.start or local < quiet.end


def _end_of(quiet: Quiet, reader: Reader, at: datetime) -> datetime:
    return due_at(Daily(quiet.end), reader.subscriber.timezone, at)
