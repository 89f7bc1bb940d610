"""When to come back to a source, and how to ask: its poll state after a success and after a failure. Pure.

    ┌──────────▶ due ──── answered ────▶ waits for its interval ──────────┐
    │             ├────── failed ──────▶ waits longer with each failure ──┤
    │             ├────── throttled ───▶ waits with its whole domain ─────┤
    │             └────── gone (410) ──▶ not asked again ─┐               │
    └── the operator gives another address ───────────────┴───────────────┘

No failure but a 410 ends this: feeds that answer 404 or nothing at all for a week do come back. The state is stored,
so a restart polls nothing early.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.errors import FetchError, MonitorError
from monitor.model import MOVES_TO_CONFIRM, FeedHints, Fetched, PollState, Source
from monitor.rhythm import find_chance, learn_week

# How long a poller may hold a source: longer than fetching, parsing and storing take together.
POLL_LEASE = timedelta(minutes=5)

_ONE_DAY = timedelta(hours=24)
_LONG_WEEKEND = timedelta(days=4)
_LONGEST_RETRY_AFTER = timedelta(days=7)
# A server's or feed's own wish counts for no more: a "ttl" of a year would be a missed story.
_LONGEST_WISH = timedelta(days=1)
_NEVER = timedelta(days=36_500)
_SPREAD = 0.1
# How far the clocks of hosts that share a database may be apart.
_CLOCKS_DIFFER = timedelta(minutes=5)
_GONE, _THROTTLED = 410, 429
# An adaptive source is asked twice between two entries, but not less often than this while it answers.
_SLOWEST = timedelta(hours=2)
_POLLS_PER_ENTRY = 2
_NEWEST_GAP_COUNTS = 0.3
# In so many of the weeks something came at this time of the week.
_SELDOM, _OFTEN = 0.1, 0.5
# So many usual gaps without an entry make an unbroken row of "not modified" suspect.
_GAPS_TO_DOUBT = 4
_HOUR = timedelta(hours=1)
_HOURS_OF_A_WEEK = 168


@dataclass(frozen=True, slots=True)
class News:
    """How many new entries a poll brought, and how many of them were copies of what other entries had told."""

    entries: int = 0
    copies: int = 0

    @property
    def originals(self) -> int:
        """Those that were none."""
        return self.entries - self.copies


def at_address(state: PollState, source: Source) -> PollState:
    """The state to fetch with: without what belongs to an address that the operator has changed since.

    Another server's validators could make the new one answer "not modified" to who has seen nothing of it.
    """
    if state.address_hash == _hash_address(source):
        return state
    fresh = replace(state, etag=None, last_modified=None, body_hash=None, moved_to=None, moves=0)
    return replace(fresh, gone_at=None, hints=FeedHints(), guid_fault=None)


def to_ask(state: PollState, source: Source, now: datetime) -> PollState:
    """The state to fetch with at `now`: as `at_address`, and once a day without validators where there is doubt.

    A Last-Modified in 2041 makes a server answer "not modified" for ever. A source that has brought nothing for several
    times its usual gap, and for longer than a long weekend, is asked for the whole body, at most once a day.
    """
    state = at_address(state, source)
    if state.etag is None and state.last_modified is None:
        return state
    last_new_at = state.last_new_at or state.whole_at or now
    doubted = now - last_new_at > max(_GAPS_TO_DOUBT * max(state.rhythm or _ONE_DAY, source.every), _LONG_WEEKEND)
    asked_lately = state.whole_at is not None and now - state.whole_at < _ONE_DAY
    return replace(state, etag=None, last_modified=None) if doubted and not asked_lately else state


def after_clock_change(state: PollState, now: datetime) -> PollState:
    """Due at once if it was polled in what is now the future: the clock was set back, and waiting for the planned time
    could keep a source silent for years. Any other state stays as it is.
    """
    is_ahead = state.last_polled_at is not None and state.last_polled_at > now + _CLOCKS_DIFFER
    return replace(state, next_poll_at=min(state.next_poll_at, now)) if is_ahead else state


def after_new_address(state: PollState, source: Source, now: datetime) -> PollState:
    """Due at once if it was gone at another address; any other state stays as it is."""
    is_revived = state.gone_at is not None and state.address_hash != _hash_address(source)
    return replace(state, next_poll_at=now, gone_at=None) if is_revived else state


def after_success(
    state: PollState, source: Source, *, validators: Fetched | None, news: News, now: datetime, jitter: float
) -> PollState:
    """After an answer that was read, changed or not; `validators` is None for an archive, which has none.

    Both validators are taken from every answer, 200 and 304 alike; those that an unchanged answer leaves out stay.
    The next poll comes not before the source's interval has passed, nor before what the server or the feed asked for;
    `jitter`, from 0 up to 1, adds up to a tenth, so that sources which started together drift apart.
    """
    state = state if validators is None else _with_answer(state, validators, now)
    state = _with_rhythm(state, news, now)
    wishes = [_wish_of(state.hints), validators.max_age if validators and validators.max_age else timedelta(0)]
    wait = max(_interval_of(source, state, now), *(min(wish, _LONGEST_WISH) for wish in wishes))
    return replace(
        state,
        next_poll_at=_outside_of_skipped(now + _spread(wait, jitter), state.hints),
        last_polled_at=now,
        last_success_at=now,
        address_hash=_hash_address(source),
        failures=0,
        last_error=None,
        backlog_done=True,
        parked_until=None,
        gone_at=None,
    )


def after_failure(state: PollState, source: Source, error: MonitorError, *, now: datetime, jitter: float) -> PollState:
    """After an answer that did not come or could not be read: the n-th failure in a row waits n intervals, up to a day.

    A source that answers 410 Gone is not polled again. A server's `retry_after` is never undercut, but counts for no
    more than a week; neither are the feed's own wishes. `jitter` as in `after_success`. An address that was adopted
    after a move and fails is given up for the operator's own.
    """
    failures = state.failures + 1
    asked = error.retry_after if isinstance(error, FetchError) else None
    back_off = min(source.every * failures, max(_ONE_DAY, source.every))
    wait = max(back_off, min(_wish_of(state.hints), _LONGEST_WISH))
    next_poll_at = now + _spread(wait, jitter)
    if asked is not None:
        asked = min(asked, now + _LONGEST_RETRY_AFTER)
        next_poll_at = max(next_poll_at, asked)
    is_gone = isinstance(error, FetchError) and error.status == _GONE and state.moves < MOVES_TO_CONFIRM
    return replace(
        state,
        next_poll_at=now + _NEVER if is_gone else _outside_of_skipped(next_poll_at, state.hints),
        last_polled_at=now,
        failures=failures,
        last_error=str(error),
        moved_to=None,
        moves=0,
        gone_at=now if is_gone else None,
        parked_until=asked,
        address_hash=_hash_address(source) if is_gone else state.address_hash,
    )


def find_parking(error: MonitorError, state: PollState) -> datetime | None:
    """Until when every source of the domain is to be left alone: a 429 counts what was asked of all of them together.

    `state` is that of the source that met the 429, after it.
    """
    if not isinstance(error, FetchError) or error.status != _THROTTLED:
        return None
    return state.parked_until or state.next_poll_at


def _with_answer(state: PollState, fetched: Fetched, now: datetime) -> PollState:
    """Validators describe a body: those of an earlier one must not outlive it, or a change would be missed."""
    unchanged = fetched.body is None
    is_moved = fetched.moved_to is not None
    if state.moves >= MOVES_TO_CONFIRM and not is_moved:
        moved_to, moves = state.moved_to, state.moves
    else:
        moved_to, moves = fetched.moved_to, (state.moves + 1 if fetched.moved_to == state.moved_to else 1) * is_moved
    return replace(
        state,
        etag=fetched.etag or (state.etag if unchanged else None),
        last_modified=fetched.last_modified or (state.last_modified if unchanged else None),
        body_hash=fetched.body_hash or (state.body_hash if unchanged else None),
        whole_at=state.whole_at if fetched.conditional else now,
        moved_to=moved_to,
        moves=moves,
        hints=fetched.hints or state.hints,
    )


def _with_rhythm(state: PollState, news: News, now: datetime) -> PollState:
    """The usual gap follows the newest ones; the backlog came in one moment and says nothing, nor does the time since
    then. What is a copy shows that the source lives, and is no reason to ask it more often.
    """
    if not news.entries:
        return state
    week, rhythm = state.week, state.rhythm
    if state.backlog_done and state.last_new_at is not None and now > state.last_new_at:
        week = learn_week(week, state.last_new_at, now)
        since = state.original_at or state.last_new_at
        if state.week is not None and news.originals and now > since:
            gap = (now - since) / news.originals
            rhythm = gap if rhythm is None else rhythm * (1 - _NEWEST_GAP_COUNTS) + gap * _NEWEST_GAP_COUNTS
    original_at = now if news.originals else state.original_at
    return replace(state, last_new_at=now, original_at=original_at, rhythm=rhythm, week=week)


def _interval_of(source: Source, state: PollState, now: datetime) -> timedelta:
    """An adaptive source that brings little is asked less often, as far as two hours; never more often than `every`.

    At the times of the week at which something usually comes, a silence since then is no reason to wait longer.
    """
    last_at = state.original_at or state.last_new_at
    if not source.adaptive or state.rhythm is None or last_at is None:
        return source.every
    chance = find_chance(state, now, now + _SLOWEST)
    if chance is not None and chance < _SELDOM:
        return max(source.every, _SLOWEST)
    silence = timedelta(0) if chance is not None and chance >= _OFTEN else (now - last_at) / _GAPS_TO_DOUBT
    return max(source.every, min(max(state.rhythm, silence) / _POLLS_PER_ENTRY, _SLOWEST))


def _wish_of(hints: FeedHints) -> timedelta:
    return max(hints.ttl or timedelta(0), hints.update_period or timedelta(0))


def _outside_of_skipped(at: datetime, hints: FeedHints) -> datetime:
    """The first instant from `at` on that lies in no hour or day that the feed asks to skip."""
    for _ in range(_HOURS_OF_A_WEEK):
        if at.hour not in hints.skip_hours and at.weekday() not in hints.skip_days:
            return at
        # The minute is kept: it spreads the feeds that wait for the same hour.
        at += _HOUR
    return at


def _hash_address(source: Source) -> str:
    """An address may hold a token: only its hash is kept."""
    return blake2b(source.address.encode(), digest_size=16).hexdigest()


def _spread(delay: timedelta, jitter: float) -> timedelta:
    return delay * (1 + _SPREAD * jitter)
