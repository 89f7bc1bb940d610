"""What is written as YAML is read back as it was."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.yaml import parse_yaml
from monitor.text.yaml_writing import quote, write_yaml

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.recursive(
    _TEXTS | st.integers(-1000, 1000) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=4), st.integers(1, 4))
def test_data_survives_being_written(data: dict[str, Any], blocks: int) -> None:
    document = parse_yaml(write_yaml(data, blocks=blocks), "written.yaml")
    assert document.problems == ()
    assert document.data == data


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "12", "1e5", "012", "22:00", "2024-01-01", "~", "null", "a: b", "# a", "- a", "", " a", "*b", "<<"],
)
def test_texts_that_yaml_takes_for_something_else_are_quoted(text: str) -> None:
    assert quote(text) == f'"{text}"'
    assert yaml.safe_load(quote(text)) == text


def test_plain_words_stay_plain() -> None:
    assert [quote(text) for text in ("Nagorno-Karabakh", "use of force", "Ереван")] == [
        "Nagorno-Karabakh",
        "use of force",
        "Ереван",
    ]


def test_short_parts_stand_on_one_line_and_long_ones_do_not() -> None:
    data = {"actors": {"x": {"kind": "state", "names": ["a" * 70, "b" * 70]}, "z": {"kind": "place"}}}
    assert write_yaml(data, blocks=2) == (
        f"actors:\n  x:\n    kind: state\n    names:\n      - {'a' * 70}\n      - {'b' * 70}\n  z: {{kind: place}}\n"
    )
