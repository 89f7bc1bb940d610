"""Points in time as tables tell them."""

from datetime import timedelta

import pytest

from monitor.cli.moments import tell_due, tell_length, tell_past
from tests.builders import NOON


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-5, "0 s"), (40, "40 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (172_800, "2 days")],
)
def test_a_length_is_told_roughly(seconds: int, told: str) -> None:
    assert tell_length(timedelta(seconds=seconds)) == told


def test_what_is_over_and_what_is_due_are_told_from_now() -> None:
    hour = timedelta(hours=3)
    assert (tell_past(NOON - hour, NOON), tell_past(None, NOON, "never")) == ("3 h ago", "never")
    assert [tell_due(at, NOON) for at in (NOON + hour, NOON, NOON - hour, None)] == ["in 3 h", "now", "now", "–"]
