"""Retry-After in both forms, and nonsense."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from monitor.net.retry_after import find_retry_after
from tests.builders import NOON

AT_ONE = "Mon, 02 Mar 2026 13:00:00 GMT"
AT_HALF_PAST_TWELVE = "Mon, 02 Mar 2026 12:30:00 GMT"


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "120"}, timedelta(seconds=120)),
        ({"Retry-After": " 5 "}, timedelta(seconds=5)),
        ({"Retry-After": "0"}, timedelta(0)),
        ({"Retry-After": AT_ONE}, timedelta(hours=1)),
        ({"Retry-After": AT_ONE, "Date": AT_HALF_PAST_TWELVE}, timedelta(minutes=30)),
        ({"Retry-After": AT_HALF_PAST_TWELVE, "Date": AT_ONE}, timedelta(0)),
        ({"Retry-After": AT_ONE, "Date": "yesterday"}, timedelta(hours=1)),
        ({"Retry-After": "9" * 400}, timedelta(days=1)),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, timedelta(days=1)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_both_forms_are_understood_and_clamped(headers: Mapping[str, str], pause: timedelta, status: int) -> None:
    assert find_retry_after(status, headers, NOON) == NOON + pause


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Foo 2026 99:99:99 GMT", "\x00", "1e9"])
def test_what_cannot_be_read_is_as_if_absent(value: str) -> None:
    assert find_retry_after(429, {"Retry-After": value}, NOON) is None


@pytest.mark.parametrize("status", [200, 301, 404, 500])
def test_it_counts_only_where_a_server_is_overloaded(status: int) -> None:
    assert find_retry_after(status, {"Retry-After": "120"}, NOON) is None
