"""Boolean queries: what each operator binds, and the column of whatever cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.query import (
    Query,
    QueryError,
    QueryField,
    QueryGroup,
    QueryNear,
    QueryNot,
    QueryTerm,
    parse_query,
)

_FIELDS = ("title", "body")


def _show(query: Query) -> str:
    """The tree as text with every bracket written."""
    if isinstance(query, QueryTerm):
        return query.text
    if isinstance(query, QueryNot):
        return f"not({_show(query.part)})"
    if isinstance(query, QueryField):
        return f"{query.field}:({_show(query.part)})"
    parts = ", ".join(map(_show, query.parts))
    if isinstance(query, QueryNear):
        return f"{'o' if query.ordered else ''}near{query.words}({parts})"
    return f"{query.operator}({parts})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("flood", "flood"),
        ("a OR b AND c", "or(a, and(b, c))"),
        ("a AND b OR c AND NOT d", "or(and(a, b), and(c, not(d)))"),
        ("NOT a AND b", "and(not(a), b)"),
        ("a NOT b", "and(a, not(b))"),
        ("NOT NOT a", "a"),
        ("(a OR b) AND c", "and(or(a, b), c)"),
        ("a NEAR/4 b AND c", "and(near4(a, b), c)"),
        ("NOT a NEAR/2 b", "not(near2(a, b))"),
        ("a NEAR/3 b NEAR/3 c", "near3(a, b, c)"),
        ("a NEAR/3 b ONEAR/3 c", "onear3(near3(a, b), c)"),
        ("(a NEAR/3 b) NEAR/3 c", "near3(near3(a, b), c)"),
        ('"use  of force" OR threat*', "or(use of force, threat*)"),
        ("“use of force” AND «right now»", "and(use of force, right now)"),
        ("U.S. AND don't AND Nagorno-Karabakh", "and(U.S., don't, Nagorno-Karabakh)"),
        ("title:flood AND body:(a OR b)", "and(title:(flood), body:(or(a, b)))"),
        ('title:"rate cut"', "title:(rate cut)"),
        ('"AND" OR "near"', "or(AND, near)"),
        ("  a\tAND\n b ", "and(a, b)"),
    ],
)
def test_operators_bind_as_documented(text: str, tree: str) -> None:
    assert _show(parse_query(text, _FIELDS)) == tree


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 1, "empty"),
        ("   ", 1, "empty"),
        ("a b", 3, 'no operator after "a"'),
        ('"a" "b"', 5, 'no operator after "a"'),
        ("(a) (b)", 5, 'no operator after ")"'),
        ("a and b", 3, 'unknown operator "and"; write "AND"'),
        ("a && b", 3, 'write "AND"'),
        ("a | b", 3, 'write "OR"'),
        ("a near/5 b", 3, 'write "NEAR/5"'),
        ("a w/5 b", 3, 'write "NEAR/5"'),
        ("a pre/2 b", 3, 'write "ONEAR/2"'),
        ('"a b"~5', 6, 'write "NEAR/5"'),
        ("a NEAR b", 3, "how many words"),
        ("a AND", 6, "the query ends"),
        ("AND a", 1, 'found the operator "AND"'),
        ("a OR OR b", 6, 'found the operator "OR"'),
        ("()", 2, "the bracket closes"),
        ("(a OR b", 1, "never closed"),
        ("a)", 2, "never opened"),
        ('a AND "b', 7, "never closed"),
        ('""', 1, "nothing stands between"),
        ("titel:a", 1, 'unknown field "titel" (did you mean "title"?)'),
        ("http://example.org", 1, 'unknown field "http"'),
        ("-a", 1, "is no word"),
        ("a AND !b", 7, "is no word"),
        ("(" * 60 + "a" + ")" * 60, 51, "levels deep"),
        ("title:" * 60 + "a", 301, "levels deep"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column(text: str, column: int, message: str) -> None:
    with pytest.raises(QueryError) as error:
        parse_query(text, _FIELDS)
    assert message in str(error.value)
    assert error.value.column == column


def test_a_long_query_is_read() -> None:
    query = parse_query(" OR ".join(f"word{number}" for number in range(20_000)))
    assert isinstance(query, QueryGroup)
    assert len(query.parts) == 20_000


_PIECES = ["a", "b*", '"a b"', "(", ")", "AND", "OR", "NOT", "NEAR/2", "ONEAR/1", "title:", '"', "-", "near"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused_at_a_column_of_its_own(text: str) -> None:
    assert 1 <= _column_of_refusal(text) <= len(text) + 1


def _column_of_refusal(text: str) -> int:
    try:
        parse_query(text, _FIELDS)
    except QueryError as error:
        return error.column
    return 1
