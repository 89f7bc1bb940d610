"""When one subscriber hears: quiet hours, own pace, and the digests that what is held goes into."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Choices, Daily, Every, Now, Pace, Quiet, Severity
from monitor.route.timing import Reader, create_reader, free_at, next_digest, time_alert
from tests.route.test_windows import INSTANTS, ZONES, local
from tests.route.values import ANA, MORNING, SUBSCRIBERS, make_route

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(start=time(22), end=time(7), unless=Severity.CRITICAL)
HIGH, CRITICAL = Severity.HIGH, Severity.CRITICAL
QUIETS = st.builds(
    Quiet, start=st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)), end=st.just(time(7, 13))
).filter(lambda quiet: quiet.start != quiet.end)


def make_reader(
    *paces: Pace, quiet: Quiet | None = NIGHT, zone: ZoneInfo = BERLIN, own: Pace | None = None, **choices: object
) -> Reader:
    subscriber = replace(SUBSCRIBERS[ANA], timezone=zone, quiet=quiet)
    chosen = Choices(subscriber=ANA, pace=own, **choices)
    return create_reader(subscriber, [make_route(ANA, send=pace) for pace in paces], chosen)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return local(BERLIN, 2026, 3, day, hour, minute).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "outcome", "due"),
    [
        (at(21, 59), "now", at(21, 59)),
        (at(22), "held", at(7, day=3)),
        (at(3, day=3), "held", at(7, day=3)),
        (at(6, 59, day=3), "held", at(7, day=3)),
        (at(7, day=3), "now", at(7, day=3)),
    ],
)
def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last(
    moment: datetime, outcome: str, due: datetime
) -> None:
    timing = time_alert(make_reader(Now()), Now(), HIGH, moment)
    assert (timing.outcome, timing.due_at) == (outcome, due)
    assert timing.held == (None if outcome == "now" else "quiet")


def test_what_is_as_severe_as_the_exception_breaks_through() -> None:
    reader = make_reader(Now(), quiet=replace(NIGHT, unless=HIGH))
    outcomes = [time_alert(reader, Now(), severity, at(23)).outcome for severity in Severity]
    assert outcomes == ["held", "held", "held", "now", "now"]


def test_without_an_exception_nothing_breaks_through() -> None:
    reader = make_reader(Now(), quiet=replace(NIGHT, unless=None))
    assert time_alert(reader, Now(), CRITICAL, at(23)).outcome == "held"


def test_what_is_held_goes_into_the_next_digest_of_whatever_route() -> None:
    reader = make_reader(Now(), Daily(time(9)), Daily(time(8, 30), frozenset({4})))
    timing = time_alert(reader, Now(), HIGH, at(23))
    assert (timing.outcome, timing.due_at, timing.held) == ("digest", at(9, day=3), "quiet")


def test_a_digest_planned_inside_quiet_hours_is_sent_as_planned() -> None:
    reader = make_reader(Now(), Daily(time(23, 30)))
    assert time_alert(reader, Daily(time(23, 30)), HIGH, at(23)).due_at == at(23, 30)
    assert time_alert(reader, Now(), HIGH, at(23)).due_at == at(23, 30), "and takes along what is held"


def test_a_hold_that_ends_inside_quiet_hours_is_held() -> None:
    assert time_alert(make_reader(Now()), Now(timedelta(minutes=2)), HIGH, at(21, 59)).due_at == at(7, day=3)


def test_two_quiet_times_that_follow_each_other_are_one() -> None:
    reader = make_reader(Now())
    reader = replace(reader, choices=replace(reader.choices, quiet=Quiet(start=time(7), end=time(9))))
    assert free_at(reader, HIGH, at(23)) == at(9, day=3)


def test_quiet_times_that_leave_no_moment_free_still_give_an_answer() -> None:
    reader = make_reader(Now())
    reader = replace(reader, choices=replace(reader.choices, quiet=Quiet(start=time(7), end=time(22))))
    assert free_at(reader, HIGH, at(23)) > at(23)


def test_a_subscribers_own_pace_is_the_first_of_its_windows_at_or_after_the_routes() -> None:
    evening = make_reader(Now(), MORNING, own=Daily(time(18)))
    assert time_alert(evening, Now(), CRITICAL, at(12)).due_at == at(18)
    assert time_alert(evening, MORNING, HIGH, at(12)).due_at == at(18, day=3)
    assert time_alert(evening, MORNING, HIGH, at(6)).due_at == at(18)
    assert time_alert(evening, Now(), CRITICAL, at(12)).outcome == "digest"


def test_an_own_pace_never_hastens_a_slower_route() -> None:
    weekly = Daily(time(7, 30), frozenset({4}))
    reader = make_reader(weekly, own=Daily(time(7, 30)), quiet=None)
    assert time_alert(reader, weekly, HIGH, at(12)).due_at == at(7, 30, day=6)


def test_without_planned_routes_there_is_no_digest() -> None:
    assert next_digest(make_reader(Now()), at(12)) is None
    assert next_digest(make_reader(Now(), own=Every(6)), at(12)) == at(18)


@given(st.sampled_from(ZONES), QUIETS, INSTANTS)
def test_what_quiet_hours_hold_is_free_afterwards_and_waits_no_longer_than_a_day(
    zone_name: str, quiet: Quiet, moment: datetime
) -> None:
    reader = make_reader(Now(), quiet=quiet, zone=ZoneInfo(zone_name))
    free = free_at(reader, HIGH, moment)
    assert moment <= free <= moment + timedelta(hours=49), "Apia has skipped a whole day"
    assert free_at(reader, HIGH, free) == free


@given(st.sampled_from(ZONES), QUIETS, INSTANTS, st.sampled_from(list(Severity)), st.booleans())
def test_nothing_is_due_before_it_happens_and_nothing_planned_is_held(
    zone_name: str, quiet: Quiet, moment: datetime, severity: Severity, is_planned: bool
) -> None:
    send: Pace = MORNING if is_planned else Now()
    timing = time_alert(make_reader(Now(), MORNING, quiet=quiet, zone=ZoneInfo(zone_name)), send, severity, moment)
    assert timing.due_at >= moment
    assert not (is_planned and timing.held)
