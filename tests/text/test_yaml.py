import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.yaml import parse_yaml


def _data(text: str) -> Any:
    document = parse_yaml(text, "x.yaml")
    assert document.problems == ()
    return document.data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[en, no, on, y]", ["en", "no", "on", "y"]),
        ("[22:00, 012, 0x1F, 1_000]", ["22:00", "012", "0x1F", "1_000"]),
        ("[true, False, ~, null, '', -1, 1.5, 1e3]", [True, False, None, None, "", -1, 1.5, 1000.0]),
        ("[2003-10-31, '2003-10-31', 2003-13-31]", [date(2003, 10, 31), "2003-10-31", "2003-13-31"]),
        ("{1: a, true: b}", {"1": "a", "true": "b"}),
        ("", None),
        ("# nothing", None),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: Any) -> None:
    assert _data(text) == value


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "stands twice (first in line 1)"),
        ("a: !!python/object:os.system x\n", (1, 4), "unknown tag"),
        ("a: {<<: {b: 1}}\n", (1, 5), "merge keys"),
        ("a: {[1]: 2}\n", (1, 5), "plain word"),
        ("a: !!set [1]\n", (1, 4), "unknown tag"),
        ("a: [1\n", (1, 4), 'this list is never closed; "]" is missing'),
        ("a: {b: 1\n# so it ends\n", (1, 4), 'this mapping is never closed; "}" is missing'),
        ('a: "b\nc: d\n', (1, 4), "its second quotation mark is missing"),
        ("a: [1}\nb: 2\n", (1, 6), 'expected "," or "]"'),
        ('a: {b: "c" d}\n', (1, 12), 'expected "," or "}"'),
        ("a: *b\n", (1, 4), 'write terms with "*" in quotes'),
        ("a: @b\n", (1, 4), 'cannot begin with "@"; write it in quotes'),
        ("a: \tb\n\tc: d", (2, 1), "a tab; indent with spaces"),
        ("a: War: what for\n", (1, 7), "unexpected colon"),
        ("a: 1\n b: 2\n", (2, 3), "unexpected colon"),
        ("  a: 1\n b: 2\n", (2, 2), "not indented like"),
        ('a: "\\d"\n', (1, 5), "unknown letter"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document begins here"),
        ("a: é\nb: x\x07y\n", (2, 5), "the control character U+0007"),
        ("a: " + "[" * 2000, (1, 1003), "nested too deeply"),
    ],
)
def test_a_problem_has_its_place(text: str, place: tuple[int, int], words: str) -> None:
    problem = parse_yaml(text, "x.yaml").problems[0]
    assert words in problem.message
    assert (problem.line, problem.column) == place


def test_aliases_cannot_unfold_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    problems = parse_yaml("\n".join(lines), "bomb.yaml").problems
    assert ["unfold into more than" in problem.message for problem in problems] == [True]


def test_a_list_that_holds_itself_is_refused() -> None:
    assert any("levels deep" in problem.message for problem in parse_yaml("a: &a [*a]", "loop.yaml").problems)


@pytest.mark.parametrize("text", ["[" * 5000, "a: " * 3000, "\x00", "\ud800", "a: \x07", "{" * 200 + "}" * 200])
def test_hostile_text_is_a_problem_and_no_crash(text: str) -> None:
    assert parse_yaml(text, "x.yaml").problems


def test_positions_are_those_of_the_file() -> None:
    document = parse_yaml("rules:\n  x:\n    match: [a,\n      bad]\n", "x.yaml")
    assert document.position(("rules", "x", "match", 1)) == (4, 7)
    assert document.position(("rules", "x"), at_key=True) == (2, 3)
    assert document.position(("rules", "x", "gone", 3)) == (3, 5)


# YAML refuses control characters, whatever JSON says of them.
_PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _PRINTABLE,
    lambda inner: st.lists(inner) | st.dictionaries(_PRINTABLE, inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abc", min_size=1), _JSON))
def test_json_is_read_as_it_is(value: Any) -> None:
    assert _data(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_may_be_indented_by_tabs_and_hold_emoji(indent: int | str | None) -> None:
    value = {"a": ["🙂\\ud83d", {"b": "\\\\🙂🙂"}], "c": 1}
    assert _data(json.dumps(value, indent=indent)) == value


@given(st.text())
def test_no_text_at_all_makes_it_raise(text: str) -> None:
    parse_yaml(text, "x.yaml")
