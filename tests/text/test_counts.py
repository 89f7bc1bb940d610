"""One of a thing is not several."""

import pytest

from monitor.text.counts import count_of


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 articles"), (1, "1 article"), (2, "2 articles"), (1204, "1,204 articles")]
)
def test_what_is_counted_has_its_number(number: int, told: str) -> None:
    assert count_of(number, "article") == told


def test_a_plural_of_its_own_is_given() -> None:
    assert [count_of(number, "story", "stories") for number in (1, 2)] == ["1 story", "2 stories"]
