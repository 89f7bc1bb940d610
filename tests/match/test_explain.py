import json
from typing import Any

import pytest

from monitor.match.explain import Explanation, explain_rule, find_nearest_failure
from monitor.match.rules import load_rules
from tests.builders import make_article

_DEFINITIONS: dict[str, Any] = {
    "actors": {
        "acme": {"kind": "organisation", "names": ["Acme"]},
        "bolt": {"kind": "organisation", "names": ["Bolt"]},
    },
    "concepts": {"strike": ["strike*"], "film": ["film*"]},
}
_MATCH = {
    "all": [
        {"concept": "strike", "not_near": {"of": [{"concept": "film"}], "within": "sentence"}},
        {"any": [{"actor": "acme"}, {"actor": "bolt"}]},
        {"none": ["baseball"]},
    ]
}


def _explain(body: str, match: Any = _MATCH, **fields: Any) -> Explanation:
    rules = {"r": {"match": match, "where": {"language": "en"}, "title": "Strikes"}}
    (compiled,) = load_rules([("r.json", json.dumps({**_DEFINITIONS, "rules": rules}))]).rules
    return explain_rule(compiled, make_article(body, language=fields.pop("language", "en"), **fields))


def _nearest(body: str, **fields: Any) -> tuple[str, str] | None:
    failure = find_nearest_failure(_explain(body, **fields))
    return (failure.clause, failure.description) if failure else None


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("A strike at Acme", None),
        ("A day at Acme", ("match.all[0]", "concept strike")),
        ("A strike", ("match.all[1]", "actor acme or actor bolt")),
        ("A baseball strike at Bolt", ("match.all[2]", 'none of "baseball"')),
        ("A film on a strike at Bolt", ("match.all[0]", "concept strike not near concept film within one sentence")),
    ],
)
def test_the_nearest_failure_is_the_clause_that_is_missing(body: str, failure: tuple[str, str] | None) -> None:
    assert _nearest(body) == failure


def test_an_article_in_another_language_fails_at_where() -> None:
    assert _nearest("A strike at Acme", language="de") == ("where.language", "language en (the article's is de)")


def test_mentions_that_are_not_near_fail_at_the_near() -> None:
    near = {"near": ["alpha", "beta"], "within": "1 word", "order": "given"}
    assert _nearest("beta x alpha", match=near) == ("match", '"alpha" near "beta" within 1 word in this order')
    assert _nearest("beta x", match=near) == ("match.near[0]", '"alpha"')


def test_the_tree_has_each_clause_with_its_own_mentions() -> None:
    root = _explain("A film on a strike. Strikes at Acme")
    strike, actor, none = root.parts[1].parts
    assert (root.holds, strike.holds, actor.holds, none.holds) == (True, True, True, True)
    assert [mention.text for mention in strike.mentions] == ["Strikes"]
    assert [(part.clause, part.holds, len(part.mentions)) for part in strike.parts] == [
        ("match.all[0]", True, 2),
        ("match.all[0].not_near.of[0]", True, 1),
    ]
    assert [(part.clause, part.holds) for part in actor.parts] == [
        ("match.all[1].any[0]", True),
        ("match.all[1].any[1]", False),
    ]
    assert [mention.text for mention in root.mentions] == ["Strikes", "Acme"]


def test_a_scope_is_told() -> None:
    failure = find_nearest_failure(_explain("x", match={"text": "y", "in": ["lead", "first 5 words"]}))
    assert failure is not None
    assert failure.description == '"y" in lead, first 5 words'


@pytest.mark.parametrize(
    ("match", "label", "parts"),
    [
        ({"all": ["alpha", "omega"]}, "all of", ["needed", "needed"]),
        ({"any": ["alpha", "omega"]}, "any of", ["", ""]),
        ({"all": ["alpha", {"none": ["beta"]}]}, "all of", ["needed", "needed"]),
        ({"at_least": 2, "of": ["alpha", "beta", "omega"]}, "at least 2 of (2 hold)", ["", "", ""]),
        ({"at_least": 2, "of": ["alpha", "omega"]}, "at least 2 of (1 hold)", ["needed", "needed"]),
        ({"times": 3, "of": "alpha"}, "3 mentions (2 found)", ["needed"]),
        (
            {"score": [{"text": "alpha", "points": 3}, "beta", {"text": "gamma", "points": -2}], "at_least": 3},
            "a score of 3 (it is 2)",
            ["needed", "", "unwanted"],
        ),
        ({"near": ["alpha", "gamma"], "within": "1 word"}, "near one another, within 1 word", ["needed", "needed"]),
        (
            {"near": ["beta", "gamma"], "within": "1 word"},
            "near one another, within 1 word (the closest: 2 words between)",
            ["needed", "needed"],
        ),
        (
            {"near": ["gamma", "beta"], "within": "9 words", "order": "given"},
            "near one another, within 9 words in this order (never in one field)",
            ["needed", "needed"],
        ),
        (
            {"text": "alpha", "not_near": {"of": ["beta", "omega"], "within": "sentence"}},
            '"alpha", except within one sentence of',
            ["needed", "unwanted", "unwanted"],
        ),
    ],
)
def test_a_label_says_what_came_of_a_clause_and_its_parts_what_they_are_for(
    match: Any, label: str, parts: list[str]
) -> None:
    explained = _explain("beta and alpha gamma. Alpha", match=match).parts[1]
    assert explained.label == label
    roles = ["unwanted" if part.unwanted else "needed" if part.needed else "" for part in explained.parts]
    assert roles == parts


def test_the_points_of_a_scored_clause_stand_before_it() -> None:
    match = {"score": [{"text": "alpha", "points": 3}, {"any": ["beta", "gamma"], "points": -2}], "at_least": 1}
    assert [part.label for part in _explain("alpha", match=match).parts[1].parts] == ['+3 "alpha"', "-2 any of"]


def test_a_query_is_explained_by_the_clauses_it_stands_for() -> None:
    root = _explain("alpha", match={"query": "alpha AND (beta OR gamma)"}).parts[1]
    assert [(part.clause, part.label, part.holds) for part in root.parts] == [
        ("match.query:1", '"alpha"', True),
        ("match.query:12", "any of", False),
    ]
