from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Daily, Every, Now, Pace
from monitor.route.windows import describe_pace, due_at

# Zones with unusual clocks, each in a year in which they moved.
YEARS = (
    ("Australia/Lord_Howe", 2026),
    ("Africa/Casablanca", 2026),
    ("Asia/Yerevan", 2011),
    ("Asia/Tehran", 2022),
    ("Europe/Berlin", 2026),
    ("America/New_York", 2026),
    ("America/St_Johns", 2010),
    ("America/Nuuk", 2024),
    ("America/Santiago", 2026),
    ("Africa/Cairo", 2026),
    ("Asia/Kathmandu", 2026),
    ("Pacific/Chatham", 2026),
    ("Pacific/Apia", 2011),
    ("UTC", 2026),
)
ZONES = tuple(zone for zone, _ in YEARS)
CLOCK_TIMES = (time(0, 0), time(0, 30), time(1, 30), time(2, 0), time(2, 30), time(7, 30), time(23, 30))
BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")


INSTANTS = st.integers(0, 20 * 366 * 24 * 60).map(
    lambda minutes: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def local(zone: ZoneInfo, year: int, month: int, day: int, hour: int = 0, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold)


def walk(pace: Pace, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The windows that a virtual clock meets between two instants."""
    at = due_at(pace, zone, start)
    while at < end:
        yield at
        at = due_at(pace, zone, at)


@cache
def read_clock(zone: ZoneInfo, year: int) -> dict[datetime, datetime]:
    """By brute force: the instant at which each quarter of an hour is first read off the clock of a zone."""
    readings: dict[datetime, datetime] = {}
    at = datetime(year - 1, 12, 28, tzinfo=UTC)
    while at.year <= year or at.day < 4:
        readings.setdefault(at.astimezone(zone).replace(tzinfo=None), at)
        at += timedelta(minutes=15)
    return readings


def expected_windows(zone: ZoneInfo, year: int, clock_times: Iterable[time]) -> set[datetime]:
    """Of each date and time; where the clock skips it, as much after the last reading before the gap as it says."""
    readings = read_clock(zone, year)
    dates = sorted({reading.date() for reading in readings})[1:-1]
    targets = [datetime.combine(day, clock_time) for day in dates for clock_time in clock_times]
    lasts = {
        target: target if target in readings else max(reading for reading in readings if reading < target)
        for target in targets
    }
    return {readings[last] + (target - last) for target, last in lasts.items()}


@pytest.mark.parametrize(("zone_name", "year"), YEARS)
def test_every_daily_window_comes_once_a_local_day_at_the_time_said(zone_name: str, year: int) -> None:
    zone = ZoneInfo(zone_name)
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    for clock_time in CLOCK_TIMES:
        expected = {at for at in expected_windows(zone, year, [clock_time]) if start < at < end}
        windows = list(walk(Daily(clock_time), zone, start, end))
        assert windows == sorted(expected)
        assert all(
            timedelta(hours=22) <= later - earlier <= timedelta(hours=26) for earlier, later in pairwise(windows)
        )


@pytest.mark.parametrize(("zone_name", "year"), YEARS)
def test_windows_every_few_hours_begin_anew_at_local_midnight(zone_name: str, year: int) -> None:
    zone = ZoneInfo(zone_name)
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    for hours in (5, 6):
        clock_times = [time(hour) for hour in range(0, 24, hours)]
        expected = {at for at in expected_windows(zone, year, clock_times) if start < at < end}
        assert list(walk(Every(hours), zone, start, end)) == sorted(expected)


def test_hourly_windows_skip_a_gap_and_the_second_of_two_equal_hours() -> None:
    spring = walk(Every(1), BERLIN, local(BERLIN, 2026, 3, 29, 0, 30), local(BERLIN, 2026, 3, 29, 4, 30))
    assert [f"{window.astimezone(BERLIN):%H%z}" for window in spring] == ["01+0100", "03+0200", "04+0200"]
    autumn = walk(Every(1), BERLIN, local(BERLIN, 2026, 10, 25, 0, 30), local(BERLIN, 2026, 10, 25, 3, 30))
    assert [f"{window.astimezone(BERLIN):%H%z}" for window in autumn] == ["01+0200", "02+0200", "03+0100"]


@given(
    zone_name=st.sampled_from(ZONES),
    pace=st.one_of(
        st.builds(Every, st.integers(1, 24)),
        st.builds(Daily, st.times(), st.frozensets(st.integers(0, 6), min_size=1)),
    ),
    at=INSTANTS,
    until=st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_a_window_is_later_than_what_goes_into_it_and_never_earlier_for_what_comes_later(
    zone_name: str, pace: Pace, at: datetime, until: timedelta
) -> None:
    zone = ZoneInfo(zone_name)
    window = due_at(pace, zone, at)
    later = due_at(pace, zone, at + until)
    assert at < window <= later
    assert window.tzinfo is UTC
    assert (later == window) == (at + until < window), "all that comes before a window ends goes into it"


@given(st.sampled_from(ZONES), INSTANTS)
def test_the_instant_counts_and_not_the_zone_it_is_written_in(zone_name: str, at: datetime) -> None:
    pace = Daily(time(7, 30))
    assert due_at(pace, BERLIN, at.astimezone(ZoneInfo(zone_name))) == due_at(pace, BERLIN, at)


def test_what_comes_exactly_at_a_windows_time_goes_into_the_next_one() -> None:
    at = local(BERLIN, 2026, 3, 2, 7, 30)
    assert due_at(Daily(time(7, 30)), BERLIN, at) == local(BERLIN, 2026, 3, 3, 7, 30)
    assert due_at(Daily(time(7, 30)), BERLIN, at - timedelta(microseconds=1)) == at


def test_a_local_time_in_a_gap_takes_the_offset_before_the_gap() -> None:
    before = local(BERLIN, 2026, 3, 29, 0, 0)
    assert due_at(Daily(time(2, 30)), BERLIN, before) == local(BERLIN, 2026, 3, 29, 3, 30)
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert due_at(Daily(time(2, 15)), lord_howe, local(lord_howe, 2026, 10, 4)) == local(lord_howe, 2026, 10, 4, 2, 45)


def test_a_repeated_local_time_fires_once_the_first_time() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due_at(Daily(time(2, 30)), BERLIN, local(BERLIN, 2026, 10, 25)) == first
    assert due_at(Daily(time(2, 30)), BERLIN, first) == local(BERLIN, 2026, 10, 26, 2, 30)


def test_a_time_marked_as_the_second_of_two_still_means_the_first() -> None:
    pace = Daily(time(2, 30, fold=1))
    assert due_at(pace, BERLIN, local(BERLIN, 2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_clock_that_is_set_back_over_midnight_does_not_repeat_the_day_before() -> None:
    st_johns = ZoneInfo("America/St_Johns")  # until 2011 the clock went from 00:01 back to 23:01
    start, end = local(st_johns, 2010, 11, 5, 12), local(st_johns, 2010, 11, 9, 12)
    for clock_time in (time(0, 0), time(23, 30)):
        assert len(list(walk(Daily(clock_time), st_johns, start, end))) == 4
    second_evening = local(st_johns, 2010, 11, 6, 23, 30, fold=1)
    assert due_at(Daily(time(0, 0)), st_johns, second_evening) == local(st_johns, 2010, 11, 8)


def test_the_day_that_apia_skipped_has_no_digest_of_its_own() -> None:
    start, end = local(APIA, 2011, 12, 28), local(APIA, 2012, 1, 2)
    windows = [window.astimezone(APIA) for window in walk(Daily(time(7, 30)), APIA, start, end)]
    assert [(window.day, window.time()) for window in windows] == [(day, time(7, 30)) for day in (28, 29, 31, 1)]


def test_a_weekly_digest_of_the_day_that_apia_skipped_comes_the_day_after() -> None:
    friday = Daily(time(7, 30), frozenset({4}))
    window = due_at(friday, APIA, local(APIA, 2011, 12, 28))
    assert window == local(APIA, 2011, 12, 31, 7, 30)
    assert due_at(friday, APIA, local(APIA, 2011, 12, 31, 0, 30)) == window
    assert due_at(friday, APIA, window) == local(APIA, 2012, 1, 6, 7, 30)


def test_six_hourly_windows_around_the_day_that_apia_skipped_stay_in_order() -> None:
    start, end = local(APIA, 2011, 12, 29, 12), local(APIA, 2011, 12, 31, 18)
    hours = [window.astimezone(APIA).hour for window in walk(Every(6), APIA, start, end)]
    assert hours == [18, 0, 6, 12]


def test_windows_fall_on_the_allowed_days_alone() -> None:
    weekdays = Daily(time(7, 30), frozenset(range(5)))
    friday_noon = local(BERLIN, 2026, 3, 6, 12)
    assert due_at(weekdays, BERLIN, friday_noon) == local(BERLIN, 2026, 3, 9, 7, 30)
    weekly = Daily(time(7, 30), frozenset({4}))
    assert due_at(weekly, BERLIN, friday_noon) == local(BERLIN, 2026, 3, 13, 7, 30)


def test_now_is_due_after_its_hold() -> None:
    at = local(BERLIN, 2026, 3, 2, 7, 30)
    assert due_at(Now(), BERLIN, at) == at
    held = due_at(Now(timedelta(minutes=2)), BERLIN, at)
    assert (held - at, held.tzinfo) == (timedelta(minutes=2), UTC)


@pytest.mark.parametrize(
    "pace", [Every(0), Every(-6), Every(25), Daily(time(7, 30), frozenset()), Daily(time(7), frozenset({7}))]
)
def test_a_pace_without_windows_is_refused(pace: Pace) -> None:
    with pytest.raises(ValueError, match="expected"):
        due_at(pace, BERLIN, local(BERLIN, 2026, 3, 2))


@pytest.mark.parametrize(
    ("pace", "text"),
    [
        (Now(), "now"),
        (Now(timedelta(minutes=2)), "now"),
        (Every(1), "hourly"),
        (Every(6), "every 6 hours"),
        (Daily(time(7, 30)), "daily 07:30"),
        (Daily(time(7, 30), frozenset({0})), "weekly mon 07:30"),
        (Daily(time(7, 30), frozenset(range(5))), "daily 07:30 mon-fri"),
        (Daily(time(7, 30), frozenset({5, 6})), "daily 07:30 sat,sun"),
        (Daily(time(18, 0), frozenset({0, 2, 4, 5, 6})), "daily 18:00 mon,wed,fri-sun"),
    ],
)
def test_a_pace_is_described_in_a_few_words(pace: Pace, text: str) -> None:
    assert describe_pace(pace) == text
