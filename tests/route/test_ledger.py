"""Planned digests through a year of a virtual clock, in zones whose clocks move in unusual ways."""

import random
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Daily, DigestWindow, Every
from monitor.route.ledger import Passed, pass_windows, plan_rows
from monitor.route.timing import Reader
from tests.builders import NOON
from tests.route.test_timing import make_reader
from tests.route.test_windows import YEARS, expected_windows
from tests.route.values import ANA, make_route

DAY = timedelta(days=1)
AWKWARD = time(2, 30)  # skipped and repeated in many zones
PROOF = [make_route(ANA, send=Daily(AWKWARD), when_empty="proof")]


def tick_through(reader: Reader, start: datetime, ticks: list[datetime]) -> list[tuple[datetime, Passed]]:
    rows = plan_rows(reader, start)
    found: list[tuple[datetime, Passed]] = []
    for now in ticks:
        passed = pass_windows(reader, PROOF, rows, now)
        if passed.ended:
            found.append((now, passed))
        changed = {row.pace: row for row in passed.rows}
        rows = tuple(changed.get(row.pace, row) for row in rows)
    return found


def year_of(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("zone_name", "year"), YEARS)
def test_every_daily_digest_of_a_year_comes_exactly_once_at_the_local_time_said(zone_name: str, year: int) -> None:
    zone = ZoneInfo(zone_name)
    start, end = year_of(year)
    ticks = [start + number * timedelta(minutes=15) for number in range(1, 4 * 24 * 366)]
    found = tick_through(make_reader(Daily(AWKWARD), quiet=None, zone=zone), start, [at for at in ticks if at < end])
    windows = [window for _, passed in found for window in passed.ended]
    assert windows == sorted({at for at in expected_windows(zone, year, [AWKWARD]) if start < at < end})
    assert all(at - passed.ended[0] < timedelta(minutes=15) for at, passed in found), "at its time, not later"
    assert all(len(passed.ended) == 1 and passed.proving_since is not None for _, passed in found)


@pytest.mark.parametrize(("zone_name", "year"), YEARS)
def test_whenever_the_service_sleeps_no_window_is_lost_and_none_comes_twice(zone_name: str, year: int) -> None:
    zone, dice = ZoneInfo(zone_name), random.Random(zone_name)
    start, end = year_of(year)
    ticks, now = [], start
    while now < end:
        now += dice.choice([timedelta(seconds=1), timedelta(hours=1), timedelta(hours=30), timedelta(days=4)])
        ticks.append(min(now, end - timedelta(seconds=1)))
    found = tick_through(make_reader(Daily(AWKWARD), Every(7), quiet=None, zone=zone), start, ticks)
    windows = [window for _, passed in found for window in passed.ended]
    times = [AWKWARD, *(time(hour) for hour in range(0, 24, 7))]
    assert windows == sorted({at for at in expected_windows(zone, year, times) if start < at < end})


def test_an_empty_digest_gives_account_of_all_the_time_since_the_one_before() -> None:
    reader = make_reader(Daily(AWKWARD), quiet=None)
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    found = tick_through(reader, start, [start + DAY, start + 2 * DAY, start + 5 * DAY])
    assert [len(passed.ended) for _, passed in found] == [1, 1, 3]
    assert found[0][1].proving_since == start
    assert all(later[1].proving_since == earlier[1].ended[-1] for earlier, later in pairwise(found))


def test_a_pace_that_does_not_ask_for_proof_gives_none() -> None:
    reader = make_reader(Every(6), quiet=None)
    (row,) = plan_rows(reader, NOON)
    passed = pass_windows(reader, PROOF, [row], NOON + DAY)
    assert passed.ended
    assert passed.proving_since is None


def test_the_row_of_a_pace_that_is_gone_is_left_alone() -> None:
    gone = DigestWindow(subscriber=ANA, pace="daily 09:00 UTC", begun_at=NOON, last_at=NOON, next_at=NOON)
    assert pass_windows(make_reader(Daily(AWKWARD)), PROOF, [gone], NOON + DAY) == Passed()


def test_after_a_very_long_sleep_the_digest_names_the_newest_hundred() -> None:
    reader = make_reader(Every(1), quiet=None)
    (row,) = plan_rows(reader, NOON)
    passed = pass_windows(reader, PROOF, [row], NOON + 60 * DAY)
    assert len(passed.ended) == 100
    assert passed.rows[0].next_at > NOON + 60 * DAY
