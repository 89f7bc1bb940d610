"""How a source fares: what an operator is told of it, from its poll state and what it brought lately. Pure.

For a monitor silence is a missed story: a source that answers but has brought nothing for much longer than it used to
is `quiet`, and as much a matter for an operator as one that fails.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.model import MOVES_TO_CONFIRM, GuidFault, PollState, Source
from monitor.ports import SourceCounts
from monitor.rhythm import find_silence

RHYTHM_OVER = timedelta(days=28)
"""How far back the usual rhythm of a source is looked for."""

Condition = Literal["paused", "new", "gone", "failing", "quiet", "ok"]

_FEWEST_ARTICLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`usual_gap` is the time between two new entries, on the average; None before there were enough of them.

    `copies` is the share of articles, from 0 to 1, whose story another one had told. `waits_until` is set while a
    source that fails is left alone, `parked_until` where its server asked for that, `gone_since` when it said that the
    feed is no more. `moved_to` is where redirects for good lead, `is_adopted` whether that is asked directly by now.
    `unread_pages` are those of its entries that could not be had, and are to be tried again.
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
    parked_until: datetime | None = None
    gone_since: datetime | None = None
    moved_to: str | None = field(default=None, repr=False)
    is_adopted: bool = False
    guid_fault: GuidFault | None = None
    unread_pages: int = 0


def judge_source(
    source: Source, state: PollState | None, counts: SourceCounts | None, now: datetime, *, unread_pages: int = 0
) -> Health:
    """The health of a source at `now`; `counts` is what it brought in the last `RHYTHM_OVER`."""
    brought = Health(
        condition=_condition(source, state, now),
        articles=counts.articles if counts else 0,
        copies=counts.copies / counts.articles if counts and counts.articles else None,
        unread_pages=unread_pages,
    )
    if state is None:
        return brought
    is_waiting = state.failures > 0 and state.gone_at is None and state.next_poll_at > now
    return replace(
        brought,
        last_new_at=state.last_new_at,
        usual_gap=state.rhythm or _usual_gap(counts),
        silent_for=now - state.last_new_at if state.last_new_at else None,
        failures=state.failures,
        last_error=state.last_error,
        waits_until=state.next_poll_at if is_waiting else None,
        parked_until=state.parked_until if state.parked_until and state.parked_until > now else None,
        gone_since=state.gone_at,
        moved_to=state.moved_to,
        is_adopted=state.moves >= MOVES_TO_CONFIRM,
        guid_fault=state.guid_fault,
    )


def _condition(source: Source, state: PollState | None, now: datetime) -> Condition:
    if source.paused:
        return "paused"
    if state is None or state.last_polled_at is None:
        return "new"
    if state.gone_at is not None:
        return "gone"
    if state.failures:
        return "failing"
    return "ok" if find_silence(state, now) is None else "quiet"


def _usual_gap(counts: SourceCounts | None) -> timedelta | None:
    """The backlog of a first poll comes in one moment and says nothing of the rhythm."""
    if counts is None or counts.articles < _FEWEST_ARTICLES or counts.last_at == counts.first_at:
        return None
    return (counts.last_at - counts.first_at) / (counts.articles - 1)
