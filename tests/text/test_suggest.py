"""What was probably meant: the nearest word, or one that begins so."""

import pytest

from monitor.text.suggest import did_you_mean

_RULES = ("karabakh-use-of-force", "karabakh-use-of-force-in-films", "sanctions-relief")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sanctoins-relief", ' (did you mean "sanctions-relief"?)'),
        ("karabakh", ' (did you mean "karabakh-use-of-force"?)'),
        ("ka", ""),
        ("weather", ""),
        ("", ""),
    ],
)
def test_the_nearest_word_is_meant_or_else_the_shortest_that_begins_so(typed: str, meant: str) -> None:
    assert did_you_mean(typed, iter(_RULES)) == meant
