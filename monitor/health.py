"""How a source fares: what an operator is told of it, from its poll state and what it brought lately. Pure.

For a monitor silence is a missed story: a source that answers but has brought nothing for much longer than it used to
is `quiet`, and as much a matter for an operator as one that fails.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitor.model import PollState, Source
from monitor.ports import SourceCounts

RHYTHM_OVER = timedelta(days=28)
"""How far back the usual rhythm of a source is looked for."""

Condition = Literal["paused", "new", "failing", "quiet", "ok"]

_FEWEST_ARTICLES = 5
# Night and weekend are no silence: four usual gaps, and never less than this.
_USUAL_GAPS = 4
_SHORTEST_SILENCE = timedelta(hours=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`usual_gap` is the time between two new entries, over the last weeks; None before there were enough of them.

    `copies` is the share of articles, from 0 to 1, whose text was known already. `waits_until` is set while a source
    that fails, or was asked to wait, is left alone.
    """

    condition: Condition
    last_new_at: datetime | None = None
    usual_gap: timedelta | None = None
    silent_for: timedelta | None = None
    articles: int = 0
    copies: float | None = None
    failures: int = 0
    last_error: str | None = None
    waits_until: datetime | None = None


def judge_source(source: Source, state: PollState | None, counts: SourceCounts | None, now: datetime) -> Health:
    """The health of a source at `now`; `counts` is what it brought in the last `RHYTHM_OVER`."""
    gap = _usual_gap(counts)
    last_new_at = state.last_new_at if state else None
    silent_for = now - last_new_at if last_new_at else None
    is_quiet = gap is not None and silent_for is not None and silent_for > max(gap * _USUAL_GAPS, _SHORTEST_SILENCE)
    failures = state.failures if state else 0
    return Health(
        condition=_condition(source, state, is_quiet=is_quiet),
        last_new_at=last_new_at,
        usual_gap=gap,
        silent_for=silent_for,
        articles=counts.articles if counts else 0,
        copies=counts.copies / counts.articles if counts and counts.articles else None,
        failures=failures,
        last_error=state.last_error if state else None,
        waits_until=state.next_poll_at if state and failures and state.next_poll_at > now else None,
    )


def _condition(source: Source, state: PollState | None, *, is_quiet: bool) -> Condition:
    if source.paused:
        return "paused"
    if state is None or state.last_polled_at is None:
        return "new"
    if state.failures:
        return "failing"
    return "quiet" if is_quiet else "ok"


def _usual_gap(counts: SourceCounts | None) -> timedelta | None:
    """The backlog of a first poll comes in one moment and says nothing of the rhythm."""
    if counts is None or counts.articles < _FEWEST_ARTICLES or counts.last_at == counts.first_at:
        return None
    return (counts.last_at - counts.first_at) / (counts.articles - 1)
