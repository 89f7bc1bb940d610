"""When a silence is one: by the week of a source, not by a number of hours."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import PollState, SourceId, Week
from monitor.polling import News, after_success
from monitor.rhythm import STRETCHES, find_chance, find_silence, learn_week
from tests.builders import first_state
from tests.test_polling import WIRE

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)

Publishes = Callable[[datetime], bool]


def weekly(at: datetime) -> bool:
    return (at.weekday(), at.hour) == (3, 8)


def office_hours(at: datetime) -> bool:
    return at.weekday() < 5 and 8 <= at.hour < 18


def daily(at: datetime) -> bool:
    return at.hour == 7


def always(_at: datetime) -> bool:
    return True


def live(publishes: Publishes, days: int, start: datetime = MONDAY) -> PollState:
    """A source that was polled every hour until it fell silent after so many days."""
    state = replace(first_state(SourceId("wire"), start), last_new_at=start, backlog_done=True)
    for hour in range(24 * days):
        now = start + (hour + 1) * HOUR
        news = News(30 if publishes(now) else 0)
        state = after_success(state, WIRE, validators=None, news=news, now=now, jitter=0.0)
    return state


def noticed_after(state: PollState) -> timedelta:
    """How long it was silent when it was first noticed."""
    assert state.last_new_at is not None
    return next(
        silent
        for hours in range(24 * 90)
        if (silent := find_silence(state, state.last_new_at + hours * HOUR)) is not None
    )


@pytest.mark.parametrize(
    ("publishes", "weeks", "least", "most"),
    [
        (weekly, 8, 13 * DAY, 15 * DAY),
        (weekly, 3, 13 * DAY, 15 * DAY),
        (daily, 8, 3 * DAY, 5 * DAY),
        (always, 8, 36 * HOUR, 37 * HOUR),
        (office_hours, 8, 3 * DAY, 4 * DAY),
    ],
    ids=["a weekly paper", "one known for three weeks", "a daily", "an agency", "a desk that falls silent on Friday"],
)
def test_a_silence_is_noticed_when_usual_times_have_passed(
    publishes: Publishes, weeks: int, least: timedelta, most: timedelta
) -> None:
    assert least <= noticed_after(live(publishes, 7 * weeks)) <= most


def test_a_desk_that_falls_silent_in_the_middle_of_the_week_is_noticed_sooner_than_over_a_weekend() -> None:
    state = live(office_hours, 7 * 6 + 2)  # the last news came on a Tuesday evening
    assert 36 * HOUR <= noticed_after(state) <= 2 * DAY


@pytest.mark.parametrize("start", [MONDAY + day * DAY for day in range(7)])
@pytest.mark.parametrize("publishes", [weekly, office_hours, daily, always])
def test_a_source_that_lives_is_never_called_silent(publishes: Publishes, start: datetime) -> None:
    state = replace(first_state(SourceId("wire"), start), last_new_at=start, backlog_done=True)
    for hour in range(1, 24 * 40):
        now = start + hour * HOUR
        state = after_success(state, WIRE, validators=None, news=News(publishes(now)), now=now, jitter=0.0)
        assert find_silence(state, now) is None, now


def test_a_source_that_fails_is_gone_or_has_no_rhythm_yet_is_not_called_silent() -> None:
    state, later = live(always, 30), MONDAY + 200 * DAY
    assert find_silence(state, later) is not None
    assert find_silence(replace(state, failures=1), later) is None
    assert find_silence(replace(state, gone_at=later), later) is None
    assert find_silence(replace(state, week=None, rhythm=None), later) is None
    assert find_silence(first_state(SourceId("new"), MONDAY), later) is None


def test_the_chance_of_news_is_that_of_the_best_hour_and_unknown_in_the_first_week() -> None:
    state, sunday = live(office_hours, 7 * 4), MONDAY + 27 * DAY
    assert find_chance(state, sunday, sunday + 2 * HOUR) == 0
    assert (find_chance(state, MONDAY + 10 * HOUR, MONDAY + 12 * HOUR) or 0) > 0.9
    assert find_chance(live(office_hours, 5), MONDAY, MONDAY + HOUR) is None


def test_a_clock_that_was_set_back_teaches_nothing() -> None:
    week = Week(since=MONDAY, shares=(0.5,) * STRETCHES)
    assert learn_week(week, MONDAY + DAY, MONDAY) == week
