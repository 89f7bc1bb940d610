"""Boolean queries to draft rules."""

from typing import Any

import pytest

from monitor.config.importing import find_fault
from monitor.importers.drafts import Imported
from monitor.importers.queries import import_queries


def _import(text: str) -> Imported:
    return import_queries(text, "q.txt", find_fault, ("title", "lead"))


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("flood", "flood"),
        ('"use of force" OR threat*', {"any": ["use of force", "threat*"]}),
        ("a AND (b OR c)", {"all": ["a", {"any": ["b", "c"]}]}),
        ("a NOT b AND NOT (c OR d)", {"all": ["a", {"none": ["b", {"any": ["c", "d"]}]}]}),
        ("a NEAR/4 b", {"near": ["a", "b"], "within": "4 words"}),
        ("a ONEAR/1 b ONEAR/1 c", {"near": ["a", "b", "c"], "within": "1 word", "order": "given"}),
        ("title:flood", {"text": "flood", "in": "title"}),
        ("title:(a OR lead:b)", {"any": ["a", {"text": "b", "in": "lead"}], "in": "title"}),
        ("a AND NOT NOT b", {"all": ["a", "b"]}),
    ],
)
def test_each_operator_has_its_clause(query: str, match: Any) -> None:
    (rule,) = _import(query).rules
    assert rule.match == match


def test_names_comments_and_line_numbers() -> None:
    imported = _import("# mine\r\n\r\nFloods & storms\tflood OR storm\r\nnuclear AND (plant OR fuel)\r\n")
    assert [(rule.id, rule.title, rule.line) for rule in imported.rules] == [
        ("floods-storms", "Floods & storms", 3),
        ("nuclear-plant-fuel", "nuclear AND (plant OR fuel)", 4),
    ]


@pytest.mark.parametrize(
    ("query", "column", "said"),
    [
        ("NOT a", 1, "nothing must be present"),
        ("a OR NOT b", 1, "nothing must be present"),
        ("a b", 3, "no operator"),
        ("a AND *b", 7, "begins with a wildcard"),
        ("a AND ab*", 7, "fewer than 3 letters"),
        ("(a NOT b) NEAR/3 c", 2, "NOT has no mention"),
        ("name\ta b", 8, "no operator"),
    ],
)
def test_what_cannot_be_taken_is_named_with_line_and_column(query: str, column: int, said: str) -> None:
    imported = _import(f"\n{query}\nflood\n")
    (problem,) = imported.problems
    assert (problem.line, problem.column, problem.level) == (2, column, "warning")
    assert said in problem.message
    assert len(imported.rules) == 1
