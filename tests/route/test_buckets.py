from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Bucket
from monitor.route.buckets import DEFAULT_RATES, Rate, rate_of, take_token
from tests.builders import NOON

SLOW = Rate(per_second=1, burst=1)
SECOND = timedelta(seconds=1)


def test_a_new_destination_takes_a_burst_and_then_one_at_a_time() -> None:
    rate = Rate(per_second=2, burst=3)
    bucket, waits = None, []
    for _ in range(5):
        bucket, wait = take_token(bucket, rate, NOON)
        waits.append(wait)
    assert waits == [timedelta(0)] * 3 + [SECOND / 2] * 2


def test_a_second_later_the_next_may_go() -> None:
    bucket, _ = take_token(None, SLOW, NOON)
    _, wait = take_token(bucket, SLOW, NOON + SECOND)
    assert wait == timedelta(0)


def test_a_bucket_filled_by_a_clock_that_ran_ahead_is_no_worse_than_an_empty_one() -> None:
    _, wait = take_token(Bucket(0.0, NOON + 1000 * SECOND), SLOW, NOON)
    assert wait == SECOND


def test_slack_gets_a_message_a_second() -> None:
    assert DEFAULT_RATES["slack"] == SLOW


def test_a_rate_lets_go_in_one_second_what_it_allows_in_one() -> None:
    assert rate_of(14, SECOND) == Rate(14, 14)
    assert rate_of(100, 60 * SECOND) == Rate(100 / 60, 2)
    assert rate_of(500, 3600 * SECOND) == Rate(500 / 3600, 1)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_more_go_than_the_rate_allows_however_they_come(gaps: list[float]) -> None:
    bucket, now, sent = None, NOON, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        bucket, wait = take_token(bucket, Rate(per_second=1, burst=2), now)
        if not wait:
            sent.append(now)
    assert all(later - earlier >= SECOND * 0.99 for earlier, later in zip(sent, sent[2:], strict=False))
