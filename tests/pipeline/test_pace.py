from datetime import timedelta

from monitor.pipeline.pace import Pace
from tests.builders import NOON

GAP = timedelta(seconds=5)


def test_a_domain_is_asked_by_one_at_a_time_with_a_gap_between() -> None:
    pace = Pace(at_once=1, gap=GAP)
    pace.begin("example.org")
    assert pace.room("example.org", NOON) == 0
    assert pace.room("example.net", NOON) == 1
    pace.end("example.org", NOON)
    assert pace.room("example.org", NOON + GAP / 2) == 0
    assert pace.next_free(["example.org", "example.net"], NOON) == NOON + GAP
    assert pace.room("example.org", NOON + GAP) == 1
    assert pace.next_free(["example.org"], NOON + GAP) is None


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    pace = Pace(at_once=1, gap=GAP)
    pace.begin("example.org")
    pace.end("example.org", NOON)
    assert pace.room("example.org", NOON - timedelta(days=1)) == 1


def test_without_a_gap_only_the_number_at_once_counts() -> None:
    pace = Pace(at_once=2, gap=timedelta(0))
    pace.begin("example.org")
    assert pace.room("example.org", NOON) == 1
    pace.begin("example.org")
    assert pace.room("example.org", NOON) == 0
    pace.end("example.org", NOON)
    assert pace.room("example.org", NOON) == 1
