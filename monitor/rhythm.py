"""When in the week a source brings something new, and what it means that it has brought nothing for a while. Pure.

A weekly paper is not silent on its third day, nor a desk that rests at weekends on a Sunday: a silence counts by the
times that have passed at which the source usually brings something. A source not known for a week yet counts by its
usual gap. Nights and weekends are those of the publisher; that this is written in UTC makes no difference.
"""

from datetime import UTC, datetime, timedelta

from monitor.model import PollState, Week

_STRETCH = timedelta(hours=3)
STRETCHES = 56
"""So many stretches of three hours make a week, which begins on Monday at 0:00 UTC."""

_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)
# How much the newest week counts for; four weeks ago it counted for a third of that.
_NEWEST_COUNTS = 0.3
# Longer silences say nothing more.
_MOST_STRETCHES = 8 * STRETCHES
# Nearly four times at which something usually comes; where fewer of them make a week and a half, all those.
_TIMES_MISSED = 3.5
_WEEKS_MISSED = 1.5
# What comes once in two months has no rhythm of a week.
_LEAST_A_WEEK = 0.25
_SHORTEST_SILENCE = timedelta(hours=36)
# Where nothing is known of weekends yet.
_SHORTEST_AT_FIRST = timedelta(days=4)
_USUAL_GAPS = 4


def learn_week(week: Week | None, last_new_at: datetime, now: datetime) -> Week:
    """After something new has come at `now`, for the first time since `last_new_at`."""
    if week is None:
        week = Week(since=now, shares=(0.0,) * STRETCHES)
        last_new_at = now - _STRETCH
    first, last = _number(last_new_at), _number(now)
    if first >= last:
        return week
    shares = list(week.shares)
    for number in range(max(first + 1, last - _MOST_STRETCHES), last):
        shares[number % STRETCHES] *= 1 - _NEWEST_COUNTS
    shares[last % STRETCHES] += (1 - shares[last % STRETCHES]) * _NEWEST_COUNTS
    return Week(since=week.since, shares=tuple(shares))


def find_chance(state: PollState, start: datetime, end: datetime) -> float | None:
    """In what share of the weeks something comes at the best hour between two instants; None: not known yet."""
    shares = _usual_shares(state)
    if shares is None:
        return None
    return max(shares[number % STRETCHES] for number in range(_number(start), _number(end) + 1))


def find_silence(state: PollState, now: datetime) -> timedelta | None:
    """How long a source that answers has brought nothing, if that is much longer than it used to be; else None."""
    if state.failures or state.last_new_at is None or state.gone_at is not None:
        return None
    silent = now - state.last_new_at
    shares = _usual_shares(state)
    if shares is None:
        is_long = state.rhythm is not None and silent > max(_USUAL_GAPS * state.rhythm, _SHORTEST_AT_FIRST)
    else:
        first, last = _number(state.last_new_at) + 1, _number(now)
        passed = range(first, min(last, first + _MOST_STRETCHES))
        missed = sum(shares[number % STRETCHES] for number in passed)
        is_long = silent > _SHORTEST_SILENCE and missed >= min(_TIMES_MISSED, _WEEKS_MISSED * sum(shares))
    return silent if is_long else None


def _usual_shares(state: PollState) -> tuple[float, ...] | None:
    """The shares as if they had been learnt for ever; None before a week, and for a source that has no such rhythm."""
    if state.week is None or state.last_new_at is None or state.last_new_at - state.week.since < _WEEK:
        return None
    weeks = (state.last_new_at - state.week.since) / _WEEK + 1
    learnt = 1 - (1 - _NEWEST_COUNTS) ** weeks
    shares = tuple(min(1.0, share / learnt) for share in state.week.shares)
    return shares if sum(shares) >= _LEAST_A_WEEK else None


def _number(at: datetime) -> int:
    """The stretch of an instant, counted from a Monday."""
    return (at - _MONDAY) // _STRETCH
