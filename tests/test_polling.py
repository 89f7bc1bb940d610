from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, MonitorError, ParseError
from monitor.model import MOVES_TO_CONFIRM, FeedHints, Fetched, PollState, Source, SourceId, Week
from monitor.polling import (
    News,
    after_failure,
    after_new_address,
    after_success,
    at_address,
    find_parking,
    to_ask,
)
from monitor.rhythm import STRETCHES
from tests.builders import NOON, first_state

WIRE = Source(id=SourceId("wire"), kind="feed", address="https://example.org/feed", every=timedelta(minutes=15))
FRESH = first_state(WIRE.id, NOON)
SEEN = replace(FRESH, etag='"a"', last_modified="yesterday", body_hash="h1", last_new_at=NOON, backlog_done=True)
ANSWER = Fetched(body=b"<rss/>", body_hash="h2", url=WIRE.address, content_type=None, etag='W/"b"', last_modified=None)
UNCHANGED = replace(ANSWER, body=None, body_hash=None, etag=None, last_modified="today")
JITTERS = st.floats(0, 1, exclude_max=True)
DAY = timedelta(days=1)
NOTHING = News()


def succeed(
    state: PollState = FRESH, *, validators: Fetched | None = ANSWER, news: News = NOTHING, jitter: float = 0.0
) -> PollState:
    return after_success(state, WIRE, validators=validators, news=news, now=NOON, jitter=jitter)


def fail(
    state: PollState = FRESH, error: MonitorError | None = None, *, source: Source = WIRE, jitter: float = 0.0
) -> PollState:
    return after_failure(state, source, error or FetchError("timed out"), now=NOON, jitter=jitter)


def test_a_source_never_polled_is_due_at_once() -> None:
    assert PollState(source=WIRE.id, next_poll_at=NOON) == FRESH


def test_a_success_ends_the_backlog_and_clears_the_failures() -> None:
    state = succeed(fail(), news=News(3))
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
def test_the_next_poll_never_comes_before_the_end_of_the_interval_and_not_much_after_it(jitter: float) -> None:
    wait = succeed(jitter=jitter).next_poll_at - NOON
    assert WIRE.every <= wait <= 1.1 * WIRE.every


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


def test_a_source_that_is_gone_is_not_asked_again_until_it_has_another_address() -> None:
    gone = fail(FRESH, FetchError("410", transient=False, status=410))
    assert gone.next_poll_at > NOON + 10_000 * DAY
    assert gone.gone_at == NOON
    assert after_new_address(gone, WIRE, NOON + DAY) == gone
    elsewhere = replace(WIRE, address="https://new.example.org/feed")
    assert after_new_address(gone, elsewhere, NOON + DAY).next_poll_at == NOON + DAY


def test_a_source_polled_less_than_daily_is_not_polled_more_often_for_failing() -> None:
    weekly = replace(WIRE, every=7 * DAY)
    for error in (FetchError("503"), FetchError("404", status=404)):
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
    assert WIRE.every <= state.next_poll_at - NOON <= timedelta(days=7)


def test_a_changed_address_is_fetched_without_the_validators_of_the_old_one() -> None:
    moved = replace(WIRE, address="https://new.example.org/feed")
    state = succeed()
    assert at_address(state, WIRE) == state
    fresh = at_address(state, moved)
    assert (fresh.etag, fresh.last_modified, fresh.body_hash) == (None, None, None)
    assert fresh.backlog_done


# ------------------------------------------------------------------------------------------- what servers ask for


def wait_after(answer: Fetched, *, every: timedelta = WIRE.every, now: datetime = NOON) -> timedelta:
    source = replace(WIRE, every=every)
    state = after_success(FRESH, source, validators=answer, news=News(0), now=now, jitter=0.0)
    return state.next_poll_at - now


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (replace(ANSWER, max_age=timedelta(hours=2)), timedelta(hours=2)),
        (replace(ANSWER, max_age=timedelta(minutes=1)), WIRE.every),
        (replace(ANSWER, max_age=timedelta(days=365)), DAY),
        (replace(ANSWER, hints=FeedHints(ttl=timedelta(hours=1))), timedelta(hours=1)),
        (replace(ANSWER, hints=FeedHints(update_period=timedelta(hours=6))), timedelta(hours=6)),
        (replace(ANSWER, hints=FeedHints(update_period=timedelta(days=30))), DAY),
    ],
)
def test_what_a_server_or_a_feed_asks_for_is_a_lower_bound_up_to_a_day(answer: Fetched, wait: timedelta) -> None:
    assert wait_after(answer) == wait


def test_no_poll_falls_into_the_hours_and_days_that_a_feed_asks_to_skip() -> None:
    hours = FeedHints(skip_hours=(NOON.hour, NOON.hour + 1))
    assert (NOON + wait_after(replace(ANSWER, hints=hours))).hour == NOON.hour + 2
    days = FeedHints(skip_days=(NOON.weekday(),))
    assert (NOON + wait_after(replace(ANSWER, hints=days))).weekday() == (NOON.weekday() + 1) % 7


def test_the_hints_of_a_feed_outlive_the_answers_that_bring_no_body() -> None:
    hints = FeedHints(ttl=timedelta(hours=3))
    state = succeed(succeed(validators=replace(ANSWER, hints=hints)), validators=UNCHANGED)
    assert state.hints == hints
    assert state.next_poll_at == NOON + timedelta(hours=3)


@pytest.mark.parametrize(("status", "is_parked"), [(429, True), (503, False), (404, False)])
def test_only_a_429_parks_the_domain(status: int, is_parked: bool) -> None:
    until = NOON + timedelta(hours=2)
    error = FetchError("throttled", status=status, retry_after=until)
    assert find_parking(error, fail(SEEN, error)) == (until if is_parked else None)


# ------------------------------------------------------------------------------------------- moves


def follow(state: PollState, moved_to: str | None, times: int) -> PollState:
    for _ in range(times):
        state = succeed(state, validators=replace(ANSWER, moved_to=moved_to))
    return state


def test_a_move_is_adopted_after_three_polls_that_led_to_the_same_address() -> None:
    there, elsewhere = "https://new.example.org/feed", "https://third.example.org/feed"
    assert follow(FRESH, there, 2).moves < MOVES_TO_CONFIRM
    assert follow(follow(FRESH, there, 2), elsewhere, 1).moves == 1
    assert follow(follow(FRESH, there, 2), None, 1).moves == 0
    adopted = follow(FRESH, there, 3)
    assert (adopted.moves, adopted.moved_to) == (MOVES_TO_CONFIRM, there)
    assert follow(adopted, None, 5).moved_to == there


def test_an_adopted_address_that_fails_is_given_up_for_the_operators_own() -> None:
    adopted = follow(FRESH, "https://new.example.org/feed", 3)
    assert (fail(adopted).moved_to, fail(adopted).moves) == (None, 0)
    gone = fail(adopted, FetchError("410", transient=False, status=410))
    assert gone.gone_at is None


def test_a_changed_address_forgets_moves_and_hints_of_the_old_one() -> None:
    adopted = follow(FRESH, "https://new.example.org/feed", 3)
    fresh = at_address(adopted, replace(WIRE, address="https://example.org/other"))
    assert (fresh.moved_to, fresh.moves, fresh.hints) == (None, 0, FeedHints())


# ------------------------------------------------------------------------------------------- doubt and rhythm


def test_a_source_that_is_silent_for_several_usual_gaps_is_asked_for_everything_once_a_day() -> None:
    silent = replace(succeed(news=News(3)), rhythm=timedelta(hours=6))
    assert to_ask(silent, WIRE, NOON + timedelta(hours=95)).etag == ANSWER.etag
    late = NOON + timedelta(hours=97)
    assert to_ask(silent, WIRE, late).etag is None
    asked = after_success(silent, WIRE, validators=UNCHANGED, news=News(0), now=late, jitter=0.0)
    assert to_ask(asked, WIRE, late + timedelta(hours=5)).etag == ANSWER.etag
    assert to_ask(asked, WIRE, late + timedelta(hours=25)).etag is None


def test_the_backlog_says_nothing_of_the_rhythm_and_each_poll_with_news_does() -> None:
    first = succeed(news=News(50))
    assert (first.rhythm, first.week) == (None, None)
    second = after_success(first, WIRE, validators=ANSWER, news=News(2), now=NOON + timedelta(hours=4), jitter=0.0)
    assert second.rhythm is None
    third = after_success(second, WIRE, validators=ANSWER, news=News(2), now=NOON + timedelta(hours=9), jitter=0.0)
    assert third.rhythm == timedelta(hours=2.5)


def test_copies_show_that_a_source_lives_and_are_no_reason_to_ask_it_more_often() -> None:
    week = Week(since=NOON - DAY, shares=(0.0,) * STRETCHES)
    state = replace(SEEN, original_at=NOON - DAY, last_new_at=NOON - timedelta(hours=1), rhythm=DAY, week=week)
    copies = succeed(state, news=News(3, copies=3))
    assert (copies.last_new_at, copies.original_at, copies.rhythm) == (NOON, NOON - DAY, DAY)
    mixed = succeed(state, news=News(3, copies=2))
    assert (mixed.last_new_at, mixed.original_at, mixed.rhythm) == (NOON, NOON, DAY)
    adaptive = replace(WIRE, adaptive=True)
    busy = replace(SEEN, week=week, rhythm=timedelta(minutes=10), original_at=NOON - timedelta(hours=16))
    waits = [
        after_success(busy, adaptive, validators=ANSWER, news=news, now=NOON, jitter=0.0).next_poll_at - NOON
        for news in (News(5, copies=5), News(5))
    ]
    assert waits[0] == timedelta(hours=2)
    assert waits[0] > waits[1]


def test_an_adaptive_source_follows_its_rhythm_up_to_two_hours_and_others_do_not() -> None:
    adaptive = replace(WIRE, adaptive=True)
    waits = []
    for hours in (0.1, 1, 3, 400):
        state = replace(SEEN, rhythm=timedelta(hours=hours), last_new_at=NOON)
        after = after_success(state, adaptive, validators=ANSWER, news=News(0), now=NOON, jitter=0.0)
        waits.append(after.next_poll_at - NOON)
        assert succeed(state).next_poll_at == NOON + WIRE.every
    assert waits == [WIRE.every, timedelta(minutes=30), timedelta(hours=1.5), timedelta(hours=2)]


def test_an_adaptive_source_is_asked_at_the_times_of_the_week_at_which_it_brings_something() -> None:
    mornings = tuple(float(stretch < 40 and stretch % 8 == 4) for stretch in range(56))  # Monday to Friday, from noon
    friday = datetime(2026, 2, 27, 13, tzinfo=UTC)
    state = replace(SEEN, week=Week(since=friday - 8 * 7 * DAY, shares=mornings), last_new_at=friday, rhythm=DAY / 24)
    waits = [
        after_success(state, replace(WIRE, adaptive=True), validators=ANSWER, news=News(), now=now, jitter=0.0)
        for now in (friday + 2 * DAY, NOON)  # Sunday; Monday at noon
    ]
    assert [wait.next_poll_at - (wait.last_polled_at or NOON) for wait in waits] == [DAY / 12, DAY / 48]
