from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, MonitorError, ParseError
from monitor.model import Fetched, PollState, Source, SourceId
from monitor.polling import after_failure, after_success, at_address, first_state
from tests.builders import NOON

WIRE = Source(id=SourceId("wire"), kind="feed", address="https://example.org/feed", every=timedelta(minutes=15))
FRESH = first_state(WIRE.id, NOON)
SEEN = replace(FRESH, etag='"a"', last_modified="yesterday", body_hash="h1", last_new_at=NOON, backlog_done=True)
ANSWER = Fetched(body=b"<rss/>", body_hash="h2", url=WIRE.address, content_type=None, etag='W/"b"', last_modified=None)
UNCHANGED = replace(ANSWER, body=None, body_hash=None, etag=None, last_modified="today")
JITTERS = st.floats(0, 1, exclude_max=True)
DAY = timedelta(days=1)


def succeed(
    state: PollState = FRESH, *, validators: Fetched | None = ANSWER, new_entries: int = 0, jitter: float = 0.0
) -> PollState:
    return after_success(state, WIRE, validators=validators, new_entries=new_entries, now=NOON, jitter=jitter)


def fail(
    state: PollState = FRESH, error: MonitorError | None = None, *, source: Source = WIRE, jitter: float = 0.0
) -> PollState:
    return after_failure(state, source, error or FetchError("timed out"), now=NOON, jitter=jitter)


def test_a_source_never_polled_is_due_at_once() -> None:
    assert PollState(source=WIRE.id, next_poll_at=NOON) == FRESH


def test_a_success_ends_the_backlog_and_clears_the_failures() -> None:
    state = succeed(fail(), new_entries=3)
    assert (state.failures, state.last_error, state.backlog_done) == (0, None, True)
    assert (state.last_polled_at, state.last_success_at, state.last_new_at) == (NOON, NOON, NOON)
    assert state.next_poll_at == NOON + WIRE.every


def test_a_poll_that_brings_nothing_leaves_the_time_of_the_last_new_entry() -> None:
    earlier = replace(SEEN, last_new_at=NOON - DAY)
    assert succeed(earlier).last_new_at == NOON - DAY


def test_a_new_body_replaces_every_validator_of_the_old_one() -> None:
    state = succeed(SEEN)
    assert (state.etag, state.last_modified, state.body_hash) == ('W/"b"', None, "h2")
    assert succeed(SEEN, validators=replace(ANSWER, etag=None)).etag is None


def test_an_unchanged_answer_refreshes_what_it_names_and_keeps_the_rest() -> None:
    state = succeed(SEEN, validators=UNCHANGED)
    assert (state.etag, state.last_modified, state.body_hash) == ('"a"', "today", "h1")


def test_an_archive_has_no_validators_to_change() -> None:
    state = succeed(SEEN, validators=None)
    assert (state.etag, state.last_modified, state.body_hash) == ('"a"', "yesterday", "h1")


@given(JITTERS)
def test_the_next_poll_comes_within_the_interval_and_not_much_before_its_end(jitter: float) -> None:
    wait = succeed(jitter=jitter).next_poll_at - NOON
    assert 0.9 * WIRE.every <= wait <= WIRE.every


def test_each_failure_in_a_row_waits_one_interval_more_up_to_a_day() -> None:
    state, waits = FRESH, []
    for _ in range(120):
        state = fail(state)
        waits.append(state.next_poll_at - NOON)
    assert waits[:3] == [WIRE.every, 2 * WIRE.every, 3 * WIRE.every]
    assert waits == sorted(waits)
    assert waits[-1] == DAY


def test_a_failure_keeps_what_is_known_of_the_source() -> None:
    state = fail(SEEN, FetchError("503"))
    assert replace(state, next_poll_at=NOON, last_polled_at=None, failures=0, last_error=None) == SEEN
    assert (state.last_polled_at, state.failures, state.last_error) == (NOON, 1, "503")


def test_a_first_poll_that_fails_leaves_the_backlog_to_the_next() -> None:
    assert not fail().backlog_done


def test_a_source_that_is_gone_is_asked_once_a_day() -> None:
    gone = FetchError("410", transient=False, status=410)
    assert fail(FRESH, gone).next_poll_at == NOON + DAY
    assert fail(fail(FRESH, gone), gone).next_poll_at == NOON + DAY


def test_a_source_polled_less_than_daily_is_not_polled_more_often_for_failing() -> None:
    weekly = replace(WIRE, every=7 * DAY)
    for error in (FetchError("503"), FetchError("410", transient=False)):
        assert fail(FRESH, error, source=weekly).next_poll_at == NOON + 7 * DAY


def test_an_answer_that_cannot_be_read_is_a_failure_like_any_other() -> None:
    state = fail(FRESH, ParseError("an HTML page where a feed should be"))
    assert (state.next_poll_at, state.last_error) == (NOON + WIRE.every, "an HTML page where a feed should be")


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(0), WIRE.every),
        (timedelta(hours=-2), WIRE.every),
        (timedelta(days=3), timedelta(days=3)),
        (timedelta(days=3650), timedelta(days=7)),
    ],
)
def test_the_servers_retry_after_is_a_lower_bound_up_to_a_week(retry_after: timedelta, wait: timedelta) -> None:
    assert fail(FRESH, FetchError("429", retry_after=NOON + retry_after)).next_poll_at == NOON + wait


@given(
    st.integers(0, 10_000),
    JITTERS,
    st.none() | st.integers(-100, 100_000).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    st.booleans(),
)
def test_no_failure_ends_the_polling_of_a_source(
    failures: int, jitter: float, retry_after: object, transient: bool
) -> None:
    error = FetchError("x", transient=transient, retry_after=retry_after)  # type: ignore[arg-type]  # drawn above
    state = fail(replace(SEEN, failures=failures), error, jitter=jitter)
    assert 0.9 * WIRE.every <= state.next_poll_at - NOON <= timedelta(days=7)


def test_a_changed_address_is_fetched_without_the_validators_of_the_old_one() -> None:
    moved = replace(WIRE, address="https://new.example.org/feed")
    state = succeed()
    assert at_address(state, WIRE) == state
    fresh = at_address(state, moved)
    assert (fresh.etag, fresh.last_modified, fresh.body_hash) == (None, None, None)
    assert fresh.backlog_done
