"""Loading: what is wrong is said with its place, all of it at once, and the sound rules load."""

from typing import Any

import pytest

from monitor.match.rules import RuleSet, load_rules

_HEALTHY = "rules:\n  healthy: {match: fine}\n"
_BEFORE = "actors: {acme: {kind: organisation, names: [Acme]}}\nconcepts: {cobalt: [cobalt]}\nrules:\n  r:\n    "


def _load(*texts: str) -> RuleSet:
    return load_rules([(f"{number}.yaml", text) for number, text in enumerate(texts)])


_MISTAKES_IN_RULES = [
    ("match: {concpt: cobalt}", "5:13", 'unknown clause "concpt" (did you mean "concept"?)'),
    ("match: {contain: x}", "5:13", 'unknown clause "contain"; expected one of "text", "concept"'),
    ("match: {concept: kobalt}", "5:22", 'unknown concept "kobalt" (did you mean "cobalt"?)'),
    ("match: {actor: acne}", "5:20", 'unknown actor "acne" (did you mean "acme"?)'),
    ("match: {event: {action: x}}", "5:13", 'clause "event" is not available yet in this version'),
    ("volume: {of: x}", "5:5", '"volume" is not available yet in this version'),
    ("match: {at_least: 2}", "5:12", '"of" is missing: the clauses to choose from'),
    ("match: {at_least: 3, of: [x, y]}", "5:23", "3 of 2 can never hold"),
    ("match: {at_least: 0, of: [x, y]}", "5:23", "expected a whole number from 1 on, found the number 0"),
    ("match: {at_least: two, of: [x, y]}", "5:23", 'expected a whole number from 1 on, found "two"'),
    ("match: {at_least: true, of: [x, y]}", "5:23", "expected a whole number from 1 on, found true"),
    ("match: {at_least: 1, of: [x, {none: [y]}]}", "5:12", "no clause must be present"),
    ("match: {times: 2}", "5:12", '"of" is missing: the clause whose mentions count'),
    ("match: {times: 2, of: [x, y]}", "5:27", 'expected a clause; join several under "all" or "any", found a list'),
    ("match: {times: 1.5, of: x}", "5:20", "expected a whole number from 1 on, found the number 1.5"),
    ("match: {times: 2, of: {none: [x]}}", "5:27", '"none" has no mentions to count'),
    ("match: {score: [x]}", "5:12", '"at_least" is missing: the points that must be reached'),
    ("match: {score: [x, {text: y, points: 3}], at_least: 5}", "5:57", "5 points can never be reached: all clauses"),
    ("match: {score: [{text: y, points: 0}], at_least: 5}", "5:31", "a clause of 0 points changes nothing"),
    (
        "match: {score: [{text: y, points: many}], at_least: 5}",
        "5:39",
        'expected a whole number of points, found "many"',
    ),
    ("match: {score: [{points: 3}], at_least: 3}", "5:21", "no clause here; expected one of"),
    ("match: {score: [{text: x, points: -1}, y], at_least: 0}", "5:58", "expected a whole number of points from 1 on"),
    ("match: {score: [{none: [x], points: 5}, y], at_least: 2}", "5:12", "no clause must be present"),
    ("match: {text: x, points: 3}", "5:22", 'unknown option "points"'),
    ('match: {query: "x AND"}', "5:20", "column 6 of the query: the query ends where a word"),
    ('match: {query: "x y"}', "5:20", 'column 3 of the query: no operator after "x"'),
    ('match: {query: "x and y"}', "5:20", 'column 3 of the query: unknown operator "and"; write "AND"'),
    ('match: {query: "titel:x"}', "5:20", 'unknown field "titel" (did you mean "title"?)'),
    ('match: {query: "x AND ab*"}', "5:20", 'column 7 of the query: "ab*" has fewer than 3 letters'),
    ('match: {query: "x NEAR/3 (NOT y)"}', "5:20", "column 11 of the query: NOT has no mention"),
    ('match: {query: "NOT x"}', "5:12", "no clause must be present"),
    ("match: {query: 7}", "5:20", "expected a query, found the number 7"),
    ('match: {text: "+++", exact: true}', "5:19", '"+++" holds no letter or digit'),
    ("match: {text: G+, exact: maybe}", "5:30", 'expected true or false, found "maybe"'),
    ("match: {text: go, forms: inflectd}", "5:30", '(did you mean "inflected"?)'),
    (
        'match: {text: "go*", forms: inflected}',
        "5:19",
        '"go*" has a wildcard; with "forms: inflected" write the plain word',
    ),
    ("match: {text: go, exact: true, forms: inflected}", "5:43", '"exact" and "forms" contradict each other'),
    ("match: {text: go, forms: inflected}\n    where: {language: zu}", "5:19", "no inflections are known"),
    ("match: x\n    where: {language: xx}", "6:23", 'no language has the code "xx"'),
    ("match: x\n    where: {language: ge}", "6:23", 'no language has the code "ge" (did you mean "ka"?)'),
    ("match: x\n    where: {language: English}", "6:23", '"English" is not a language code such as "en" or "ru" (did'),
    ("match: x\n    where: {source: 5}", "6:21", "expected a list of sources, found the number 5"),
    ("match: x\n    where: {tier: first}", "6:19", 'expected a tier, or a list of tiers, found "first"'),
    ("match: x\n    where: {tier: [0]}", "6:20", "expected a tier, counted from 1, found the number 0"),
    ("match: x\n    where: {country: England}", "6:22", '"England" is not a country\'s code of two letters'),
    ("match: x\n    where: {words: 80}", "6:20", "expected a mapping, found the number 80"),
    ("match: x\n    where: {words: {}}", "6:20", 'expected "at_least" or "at_most"'),
    ("match: x\n    where: {words: {at_least: 9, at_most: 8}}", "6:20", "which no article can be"),
    ("match: x\n    where: {published_within: 2 days}", "6:31", 'found "2 days", expected a duration such as'),
    ("match: x\n    where: {}", "6:12", "expected filters, found an empty mapping"),
    ("match: x\n    where: {langage: en}", "6:13", 'unknown filter "langage" (did you mean "language"?)'),
    ("match: [a, b]", "5:12", 'expected a clause; join several under "all" or "any", found a list'),
    ("match: 2021", "5:12", "expected a clause, found the number 2021; write it in quotes"),
    ("match: {all: [true, y]}", "5:19", "expected a clause, found true; write it in quotes"),
    ("match: {text: 2020-01-01}", "5:19", "expected a term, found the day 2020-01-01; write it in quotes"),
    ("match:", "5:11", "expected a clause, found nothing"),
    ('match: " "', "5:12", 'expected a term, found " "'),
    ('match: "+++"', "5:12", '"+++" holds no letter or digit'),
    ('match: "*stan"', "5:12", '"*stan" begins with a wildcard'),
    ('match: "?tan"', "5:12", '"?tan" begins with a wildcard'),
    ('match: "ab*"', "5:12", '"ab*" has fewer than 3 letters'),
    ('match: "thr*at"', "5:12", '"thr*at" has a wildcard inside'),
    ('match: "use * force"', "5:12", '"*" alone stands for any word; use "near"'),
    ('match: "well-*"', "5:12", '"well-*" has no letter before its wildcard'),
    ("match: {all: []}", "5:18", "expected a list of clauses, found an empty one"),
    ("match: {all: x}", "5:18", 'expected a list of clauses, found "x"'),
    ("match: {none: [x]}", "5:12", "no clause must be present"),
    ("match: {any: [x, {none: [y]}]}", "5:12", "no clause must be present"),
    ("match: {all: [x], any: [y]}", "5:23", '"all", "any" in one clause'),
    ("match: {in: title}", "5:12", "no clause here; expected one of"),
    ("match: {near: [x, y]}", "5:12", '"within" is missing'),
    ("match: {near: [x, y], within: 4}", "5:35", '(did you mean "4 words"?)'),
    ("match: {near: [x, y], within: '4'}", "5:35", '(did you mean "4 words"?)'),
    ("match: {near: [x, y], within: 3 letters}", "5:35", '(did you mean "3 words"?)'),
    ("match: {near: [x, y], within: -1 words}", "5:35", 'found "-1 words"; N is a whole number, of the words that may'),
    ("match: {near: [x, y], within: -1}", "5:35", "found the number -1; N is a whole number, of the words that may"),
    ("match: {near: [x, y], within: 2.5 words}", "5:35", 'found "2.5 words"; N is a whole number, of the words'),
    ("match: {near: [x, y], within: sentense}", "5:35", '(did you mean "sentence"?)'),
    ("match: {near: [x], within: sentence}", "5:19", "expected at least two clauses, found one"),
    ("match: {near: [a, b, c, d, e, f, g, h, i], within: sentence}", "5:19", "expected at most 8 clauses, found 9"),
    ("match: {near: [x, {none: [y]}], within: sentence}", "5:19", '"none" has no mentions to be near to'),
    ("match: {near: [x, y], within: sentence, order: givn}", "5:52", '(did you mean "given"?)'),
    ("match: {text: x, in: titel}", "5:26", 'unknown place "titel" (did you mean "title"?)'),
    ("match: {text: x, in: [first 0 words]}", "5:27", 'unknown place "first 0 words"'),
    ("match: {text: x, not_near: {of: [y]}}", "5:32", '"within" is missing'),
    ("match: {text: x, not_near: y}", "5:32", 'expected a mapping, found "y"'),
    ("match: {text: x, not_near: {words: [{concept: cobalt}], within: sentence}}", "5:41", "expected a term"),
    ("match: {text: x, not_near: {within: sentence}}", "5:32", 'expected either "of" with clauses or "words"'),
    ("match: {none: [x], not_near: {of: [y], within: sentence}}", "5:34", '"none" has no mentions to drop'),
    ("match: {actor: acme, include: [part]}", "5:36", '(did you mean "parts"?)'),
    ("match: {actor: acme, includ: []}", "5:26", 'unknown option "includ" (did you mean "include"?)'),
    ("match: x\n    severity: hihg", "6:15", '(did you mean "high"?)'),
    ("match: x\n    status: on", "6:13", 'expected one of "live", "draft", "off", found "on"'),
    ("match: x\n    tags: [1]", "6:12", "expected a text, found the number 1; write it in quotes"),
    ("match: x\n    titel: y", "6:5", 'unknown key "titel" (did you mean "title"?)'),
    ("match: x\n    match: y", "6:5", 'key "match" stands twice'),
    ("title: x", "5:5", '"match" is missing'),
    ("match: x\n    tests: [hit]", "6:13", 'expected a mapping, found "hit"'),
    ("match: x\n    tests: [{hitt: x}]", "6:14", 'unknown kind of test "hitt" (did you mean "hit"?)'),
    ("match: x\n    tests: [{hit: {titel: x}}]", "6:20", 'unknown article field "titel" (did you mean "title"?)'),
    ("match: x\n    tests: [{hit: {published: soon}}]", "6:31", "expected a day such as 2021-04-22"),
    ("match: x\n    tests: [{hit: x, miss: y}]", "6:13", "expected one of hit, miss and known_miss in each test"),
]


@pytest.mark.parametrize(("text", "place", "words"), _MISTAKES_IN_RULES, ids=[row[0] for row in _MISTAKES_IN_RULES])
def test_a_mistake_in_a_rule_is_named_with_its_place_and_stops_that_rule_alone(
    text: str, place: str, words: str
) -> None:
    rule_set = _load(_BEFORE + text + "\n", _HEALTHY)
    (problem,) = rule_set.problems
    assert str(problem).startswith(f"0.yaml:{place}: ")
    assert words in problem.message
    assert problem.level == "error"
    assert [compiled.rule.id for compiled in rule_set.rules] == ["healthy"]
    assert rule_set.refused == ("r",)


_MISTAKES_IN_DEFINITIONS = [
    ("actors: {a: {kind: stat, names: [x]}}", "1:20", '(did you mean "state"?)'),
    ("actors: {a: {names: [x]}}", "1:13", '"kind" is missing'),
    ("actors: {a: {kind: state}}", "1:13", '"names" is missing'),
    ("actors: {A b: {kind: state, names: [x]}}", "1:10", "lower-case words with hyphens"),
    ("actors: {a: 5}", "1:13", "expected a mapping, found the number 5"),
    ("actors: {a: {kind: state, names: {12: [y]}}}", "1:35", '"12" is not a language code'),
    ("actors: {a: {kind: state, names: [x, 7]}}", "1:38", "found the number 7; write it in quotes"),
    ("actors: {a: {kind: state, names: [x], part_of: bb}}", "1:48", 'unknown actor "bb"'),
    ("actors: {a: {kind: state, names: {en: [{text: x, needs: [bb]}]}}}", "1:58", 'unknown actor "bb"'),
    ("actors: {a: {kind: state, names: [{text: x, unless: [bb]}]}}", "1:54", 'unknown actor "bb"'),
    ("actors: {a: {kind: state, names: [y, {text: x, unless: 5}]}}", "1:56", "expected a list of ids, found"),
    ("actors: {a: {kind: state, names: [{text: x, fuzzy: 1}, y]}}", "1:45", 'unknown key "fuzzy"; expected'),
    ("concepts: {a: [x, {text: y, forms: all}]}", "1:36", 'expected one of "inflected", found "all"'),
    ("concepts: {a: [x, {text: y, needs: [z]}]}", "1:29", 'unknown key "needs"; expected'),
    ("actors: {a: {kind: state, names: [{needs: [a]}]}}", "1:35", '"text" is missing'),
    ("actors: {a: {kind: person, names: [x], acts_for: [{actor: bb}]}}", "1:59", 'unknown actor "bb"'),
    ("actors: {a: {kind: person, names: [x], acts_for: [{actor: a, from: 2003}]}}", "1:68", "expected a day"),
    ("actors: {a: {kind: person, names: [x], acts_for: [{actor: a, from: 2003-01-01, to: 2001-01-01}]}}", "1:80",
     '"to" (2001-01-01) is before "from" (2003-01-01)'),
    ("actors: {a: {kind: place, names: [x], metonym: yes}}", "1:48", 'expected true or false, found "yes"'),
    ("actors: {a: {kind: place, names: [x]}, a: {kind: place, names: [y]}}", "1:40", 'key "a" stands twice'),
    ("concepts: {a: []}", "1:15", "found an empty one"),
    ("concepts: {a: {term: [x]}}", "1:16", 'unknown key "term" (did you mean "terms"?)'),
    ("concepts: {a: {terms: {en: [x, ab*]}}}", "1:32", '"ab*" has fewer than 3 letters'),
    ("concepts: {a: {terms: [x], codes: {cameo: 138}}}", "1:43", "found the number 138; write it in quotes"),
    ("concept: {a: [x]}", "1:1", '(did you mean "concepts"?)'),
    ("version: 2", "1:10", "expected version 1"),
    ("- a", "1:1", "expected a mapping, found a list"),
    ("rules: [a]", "1:8", "expected a mapping, found a list"),
    ("rules: {r: x}", "1:12", 'expected a mapping, found "x"'),
    ("{", "2:1", "not valid YAML"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "words"), _MISTAKES_IN_DEFINITIONS, ids=[row[0] for row in _MISTAKES_IN_DEFINITIONS]
)
def test_a_mistake_in_a_definition_is_named_with_its_place(text: str, place: str, words: str) -> None:
    rule_set = _load(text, _HEALTHY)
    (problem,) = rule_set.problems
    assert str(problem).startswith(f"0.yaml:{place}: ")
    assert words in problem.message
    assert [compiled.rule.id for compiled in rule_set.rules] == ["healthy"]


def test_all_problems_of_all_files_come_at_once_in_file_order() -> None:
    rule_set = _load("rules: {a: {match: {all: [1, {concept: x}]}, severity: big}}", "concepts: 5", _HEALTHY)
    assert [str(problem).split(" ")[0] for problem in rule_set.problems] == [
        "0.yaml:1:27:", "0.yaml:1:40:", "0.yaml:1:56:", "1.yaml:1:11:",
    ]  # fmt: skip


def test_an_id_defined_in_two_files_keeps_its_first_meaning() -> None:
    rule_set = _load("rules: {r: {match: one}}", "rules: {r: {match: two}}")
    assert [str(problem) for problem in rule_set.problems] == [
        '1.yaml:1:9: rule "r" is defined twice; first in 0.yaml:1'
    ]
    assert len(rule_set.rules) == 1


def test_a_circle_of_parts_is_one_problem() -> None:
    rule_set = _load(
        "actors: {a: {kind: place, names: [x], part_of: b}, b: {kind: place, names: [y], part_of: a}}\n"
        "rules: {r: {match: {actor: a}}}"
    )
    assert [problem.message for problem in rule_set.problems] == ['actor "a": part of itself, in a circle of "a", "b"']


def test_definitions_may_stand_in_other_files_and_come_later() -> None:
    rule_set = _load("rules: {r: {match: {concept: c}}}", "concepts: {c: [x]}")
    assert rule_set.problems == ()
    assert set(rule_set.concepts) == {"c"}


def test_a_warning_about_a_term_stops_no_rule_whatever_clause_it_stands_in() -> None:
    for match in ("{text: 'the*', exact: true}", "{score: [{text: 'the*', exact: true}], at_least: 1}"):
        rule_set = _load(f"rules:\n  r:\n    match: {match}\n")
        (problem,) = rule_set.problems
        assert problem.level == "warning"
        assert '"the*" is looked for exactly as written, "*" and "?" too' in problem.message
        assert [compiled.rule.id for compiled in rule_set.rules] == ["r"]
    assert _load("rules: {r: {match: {text: 'Guess?', exact: true}}}").problems == ()


def test_a_rule_without_a_title_is_called_by_its_id() -> None:
    assert _load("rules: {grid-outage: {match: x}}").rules[0].rule.title == "Grid outage"


@pytest.mark.parametrize("text", ["", "# nothing", "version: 1", "rules:", "version: 1\nactors: ~\nrules: {}\n"])
def test_a_file_may_define_nothing(text: str) -> None:
    assert _load(text).problems == ()


_VERSIONED = """
actors:
  acme: {{kind: organisation, names: [Acme{name}]}}
  boss: {{kind: person, names: [Boss], acts_for: [{{actor: acme, from: {since}}}]}}
concepts: {{c: [{term}], other: [{other}]}}
rules: {{r: {{title: {title}, match: {{all: [{{actor: acme}}, {{concept: c}}]}}, tests: [{{hit: {test}}}]}}}}
"""


def _version(**changes: Any) -> str:
    values = {"name": "", "since": "2020-01-01", "term": "x", "other": "y", "title": "T", "test": "z"} | changes
    return _load(_VERSIONED.format(**values)).rules[0].rule.version


@pytest.mark.parametrize("change", [{"name": "x"}, {"since": "2020-01-02"}, {"term": "xx"}, {"title": "U"}])
def test_the_version_changes_with_all_that_a_rule_refers_to(change: dict[str, str]) -> None:
    assert _version(**change) != _version()


@pytest.mark.parametrize("change", [{"other": "yy"}, {"test": "zz"}])
def test_the_version_stays_when_only_other_things_change(change: dict[str, str]) -> None:
    assert _version(**change) == _version()
