"""When to come back to a source: its poll state after a success and after a failure. Pure.

    ┌──────────▶ due ──── answered ────▶ waits for its interval ──────────┐
    │             └────── failed ──────▶ waits longer with each failure ──┤
    └─────────────────────────────────────────────────────────────────────┘

No failure ends this: feeds that answer 404 or nothing at all for a week do come back. The state is stored, so a
restart polls nothing early.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.errors import FetchError, MonitorError
from monitor.model import Fetched, PollState, Source, SourceId

# How long a poller may hold a source: longer than fetching, parsing and storing take together.
POLL_LEASE = timedelta(minutes=5)

_ONE_DAY = timedelta(hours=24)
_LONGEST_RETRY_AFTER = timedelta(days=7)
_SPREAD = 0.1
# How far the clocks of hosts that share a database may be apart.
_CLOCKS_DIFFER = timedelta(minutes=5)


def first_state(source: SourceId, now: datetime) -> PollState:
    """Of a source never polled: due at once."""
    return PollState(source=source, next_poll_at=now)


def at_address(state: PollState, source: Source) -> PollState:
    """The state to fetch with: without validators where the operator has changed the address since.

    Another server's validators could make the new one answer "not modified" to who has seen nothing of it.
    """
    if state.address_hash == _hash_address(source):
        return state
    return replace(state, etag=None, last_modified=None, body_hash=None)


def after_clock_change(state: PollState, now: datetime) -> PollState:
    """Due at once if it was polled in what is now the future: the clock was set back, and waiting for the planned time
    could keep a source silent for years. Any other state stays as it is.
    """
    is_ahead = state.last_polled_at is not None and state.last_polled_at > now + _CLOCKS_DIFFER
    return replace(state, next_poll_at=min(state.next_poll_at, now)) if is_ahead else state


def after_success(
    state: PollState, source: Source, *, validators: Fetched | None, new_entries: int, now: datetime, jitter: float
) -> PollState:
    """After an answer that was read, changed or not; `validators` is None for an archive, which has none.

    Both validators are taken from every answer, 200 and 304 alike; those that an unchanged answer leaves out stay.
    The next poll comes after at most `source.every`; `jitter`, from 0 up to 1, brings it forward by up to a tenth,
    so that sources which started together drift apart.
    """
    return replace(
        state if validators is None else _with_validators(state, validators),
        next_poll_at=now + _spread(source.every, jitter),
        last_polled_at=now,
        last_success_at=now,
        last_new_at=now if new_entries else state.last_new_at,
        address_hash=_hash_address(source),
        failures=0,
        last_error=None,
        backlog_done=True,
    )


def after_failure(state: PollState, source: Source, error: MonitorError, *, now: datetime, jitter: float) -> PollState:
    """After an answer that did not come or could not be read: the n-th failure in a row waits n intervals, up to a day.

    A source that is gone for good (a FetchError that is not transient) is asked once a day. A server's `retry_after`
    is never undercut, but counts for no more than a week. `jitter` as in `after_success`.
    """
    failures = state.failures + 1
    longest = max(_ONE_DAY, source.every)
    is_gone = isinstance(error, FetchError) and not error.transient
    delay = longest if is_gone else min(source.every * failures, longest)
    next_poll_at = now + _spread(delay, jitter)
    if isinstance(error, FetchError) and error.retry_after is not None:
        next_poll_at = max(next_poll_at, min(error.retry_after, now + _LONGEST_RETRY_AFTER))
    return replace(state, next_poll_at=next_poll_at, last_polled_at=now, failures=failures, last_error=str(error))


def _with_validators(state: PollState, fetched: Fetched) -> PollState:
    """Validators describe a body: those of an earlier one must not outlive it, or a change would be missed."""
    unchanged = fetched.body is None
    return replace(
        state,
        etag=fetched.etag or (state.etag if unchanged else None),
        last_modified=fetched.last_modified or (state.last_modified if unchanged else None),
        body_hash=fetched.body_hash or (state.body_hash if unchanged else None),
    )


def _hash_address(source: Source) -> str:
    """An address may hold a token: only its hash is kept."""
    return blake2b(source.address.encode(), digest_size=16).hexdigest()


def _spread(delay: timedelta, jitter: float) -> timedelta:
    return delay * (1 - _SPREAD * jitter)
