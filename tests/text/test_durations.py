"""Durations: a whole number and a unit, nothing else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(days=7)),
        (" 2 h ", timedelta(hours=2)),
        ("0s", timedelta(0)),
    ],
)
def test_a_number_and_a_unit_is_a_duration(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "15", "m", "1.5h", "-5m", "15 minutes", "1h30m", "٣h", "999999999w", "1" * 5000 + "s"]
)
def test_anything_else_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(ValueError, match=r"^found "):
        parse_duration(text)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=36_500)))
def test_a_formatted_duration_reads_back_to_the_second(duration: timedelta) -> None:
    whole = timedelta(seconds=int(duration.total_seconds()))
    assert parse_duration(format_duration(duration)) == whole
