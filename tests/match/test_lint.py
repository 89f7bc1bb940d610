"""Warnings about rules that load and are probably not what was meant."""

import pytest

from monitor.config.files import read_yaml_files
from monitor.match.files import collect_definitions
from monitor.match.lint import find_warnings
from monitor.match.rules import load_rules
from monitor.samples import samples_directory

_TESTED = "tests: [hit: x]"


def _warnings(*texts: str) -> list[str]:
    files = [(f"{number}.yaml", f"version: 1\n{text}") for number, text in enumerate(texts, start=1)]
    return [str(problem) for problem in find_warnings(load_rules(files), collect_definitions(files))]


def _rule(match: str, more: str = _TESTED) -> str:
    return f"rules:\n  r: {{match: {match}, {more}}}\n"


def test_the_shipped_rules_raise_no_warning() -> None:
    texts, _ = read_yaml_files(samples_directory("rules"))
    assert find_warnings(load_rules(texts), collect_definitions(texts)) == ()


def test_unused_concepts_and_actors_are_named_at_their_key() -> None:
    text = "concepts:\n  lonely: [flood]\nactors:\n  nobody: {kind: person, names: [Ann Noble]}\n" + _rule("storm")
    assert _warnings(text) == [
        '1.yaml:3:3: warning: concept "lonely" is used by no rule',
        '1.yaml:5:3: warning: actor "nobody" is used by no rule',
    ]


def test_whoever_belongs_to_a_used_actor_is_used() -> None:
    actors = """actors:
  whole: {kind: state, names: [Ruritania, {text: Streslau, needs: [witness], unless: [other]}]}
  part: {kind: place, part_of: whole, names: [Zenda]}
  part-of-part: {kind: place, part_of: [part], names: [Zenda Castle]}
  officer: {kind: person, names: [Rudolf Rassendyll], acts_for: [{actor: whole}]}
  witness: {kind: person, names: [Antony Hope]}
  other: {kind: place, names: [Strelsau Road]}
"""
    assert _warnings(actors + _rule("{actor: whole}")) == []


def test_a_file_without_rules_is_a_library_to_pick_from() -> None:
    assert _warnings("concepts:\n  lonely: [flood]\n", _rule("storm")) == []


def test_a_broken_rule_still_uses_what_it_names() -> None:
    text = "concepts:\n  used: [flood]\n" + _rule("{all: [{concept: used}, {contains: x}]}")
    assert _warnings(text) == []


def test_one_name_of_two_actors_is_told_at_the_second() -> None:
    actors = "actors:\n  a: {kind: state, names: {en: [Ruritania]}}\n  b: {kind: place, names: [RURITANIA]}\n"
    (warning,) = _warnings(actors, _rule("{actor: a}"))
    assert warning.startswith('1.yaml:4:28: warning: "RURITANIA" is also a name of actor "a" (1.yaml:3)')


@pytest.mark.parametrize(
    "second",
    [
        "{kind: place, part_of: a, names: [Ruritania]}",
        "{kind: person, acts_for: [{actor: a}], names: [Ruritania]}",
        "{kind: place, names: [{text: Ruritania, needs: [a]}]}",
        "{kind: place, names: [Ruritania Falls]}",
    ],
)
def test_kin_and_names_with_conditions_do_not_collide(second: str) -> None:
    text = f"actors:\n  a: {{kind: state, names: [Ruritania]}}\n  b: {second}\n"
    assert _warnings(text + _rule("{any: [{actor: a}, {actor: b}]}")) == []


def test_patterns_collide_within_a_language_only() -> None:
    def warn(first: str, second: str) -> int:
        one = f"  a: {{kind: state, names: {{{first}: ['ruri*']}}}}\n"
        other = f"  b: {{kind: place, names: {{{second}: ['ruri*']}}}}\n"
        return len(_warnings(f"actors:\n{one}{other}" + _rule("{any: [{actor: a}, {actor: b}]}")))

    assert (warn("en", "en"), warn("en", "tr")) == (1, 0)


@pytest.mark.parametrize("name", ["Turkey", "Georgia", "Chad", "may", "Will", "US", "Mali", "JORDAN"])
def test_names_that_are_common_words_need_company(name: str) -> None:
    actors = f"actors:\n  a: {{kind: state, names: {{en: [{name}]}}}}\n"
    (warning,) = _warnings(actors + _rule("{all: [{actor: a}, storm]}"))
    assert f'"{name}" alone is also a common word' in warning
    assert f"{{text: {name}, " in warning


@pytest.mark.parametrize("name", ["Turkey Creek", "Turkiye", "'turke*'", "{text: Turkey, needs: [b]}", "Armenia"])
def test_other_names_do_not(name: str) -> None:
    actors = f"actors:\n  a: {{kind: state, names: {{en: [{name}]}}}}\n  b: {{kind: place, names: [Ankara]}}\n"
    assert _warnings(actors + _rule("{any: [{actor: a}, {actor: b}]}")) == []


def test_common_words_are_judged_by_the_language_of_the_name() -> None:
    def warn(language: str) -> int:
        return len(_warnings(f"actors:\n  a: {{kind: person, names: {{{language}: [Мороз]}}}}\n" + _rule("{actor: a}")))

    assert (warn("ru"), warn("uk")) == (1, 0)


def test_a_name_that_no_rule_asks_for_does_no_harm() -> None:
    assert _warnings("actors:\n  a: {kind: state, names: [Turkey]}\n", _rule("storm")) == []


def test_a_rule_without_examples_is_named() -> None:
    assert _warnings(_rule("storm", "status: draft")) == [
        '1.yaml:3:3: warning: rule "r" has no examples; add "tests:" with a "hit" and a "miss"'
    ]
    assert _warnings(_rule("storm", '"status": off')) == []


def test_many_rules_without_examples_are_one_warning() -> None:
    rules = "".join(f"  r{number}: {{match: storm}}\n" for number in range(500))
    (warning,) = _warnings(f"rules:\n{rules}")
    assert warning.startswith("1.yaml:3:3: warning: this rule and 499 others of this file have no examples;")


@pytest.mark.parametrize(
    "match",
    [
        "the",
        "{any: [storm, said]}",
        "{all: [the, {any: [of, storm]}, {none: [x]}]}",
        "'of the'",
        "{near: [the, of], within: sentence}",
        "'the*'",
        "'the?'",
        "{any: ['gover*', storm]}",
        "{text: said, forms: inflected}",
    ],
)
def test_a_very_frequent_word_alone_is_told(match: str) -> None:
    (warning,) = _warnings(_rule(match))
    assert "is enough for it to match, and stands in nearly every article" in warning


@pytest.mark.parametrize(
    "match",
    [
        "storm",
        "{all: [the, storm]}",
        "{all: [{any: [the, of]}, storm]}",
        "'state of emergency'",
        "{near: [the, storm], within: sentence}",
        "to be or not to be",
        "'thex*'",
        "{text: The, exact: true}",
    ],
)
def test_a_frequent_word_beside_a_rarer_one_is_not(match: str) -> None:
    assert _warnings(_rule(match)) == []


def test_a_frequent_word_counts_in_the_rules_own_languages() -> None:
    assert _warnings(_rule("die", f"where: {{language: en}}, {_TESTED}")) == []
    assert len(_warnings(_rule("die", f"where: {{language: de}}, {_TESTED}"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rules: 5\n",
        "actors: [x]\n",
        "actors:\n  a: 5\n  b: {names: 7, part_of: {x: y}, acts_for: {}}\n",
        "rules:\n  r: {match: {all: 5}}\n",
        "rules:\n  r: [x]\nconcepts: {c: 5}\n",
        "actors: {a: {kind: state, part_of: a, names: [A B]}}\nrules: {r: {match: {actor: a}}}\n",
    ],
)
def test_broken_files_are_passed_over(text: str) -> None:
    _warnings(text)


def test_a_name_of_two_letters_is_told_unless_case_or_company_decides() -> None:
    names = "[ZQ, Zr, {text: ZX, exact: true}, {text: ZW, needs: [a]}, ZQX, 西門]"
    actors = f"actors:\n  a: {{kind: state, names: {names}}}\n"
    told = _warnings(actors + _rule("{actor: a}"))
    assert ["ZQ" in warning or "Zr" in warning for warning in told] == [True, True]
    assert told[0].endswith("{text: ZQ, exact: true}")
    assert told[1].endswith("{text: Zr, needs: [ids of actors]}")


def test_a_short_term_of_a_concept_is_told_only_in_capitals() -> None:
    concept = "concepts:\n  c: {terms: {en: [ZQ, no], ru: [не]}}\n"
    (told,) = _warnings(concept + _rule("{all: [{concept: c}, king]}"))
    assert '"ZQ" is only 2 letters' in told


_OFFICES = """actors:
  state: {{kind: state, names: [Syldavia]}}
  one: {{kind: person, names: [Ottokar], acts_for: [{{actor: state, role: {role}, from: 1930-01-01{to}}}]}}
  two: {{kind: person, names: [Muskar], acts_for: [{{actor: state, role: {role}, from: 1940-05-01}}]}}
"""


@pytest.mark.parametrize(
    ("role", "to", "told"),
    [
        ("king", "", True),
        ("Deputy Prime Minister", "", True),
        ("foreign minister", ", to: 1940-05-02", True),
        ("king", ", to: 1940-05-01", False),
        ("king", ", to: 1939-01-01", False),
        ("spokesperson", "", False),
    ],
)
def test_two_holders_of_one_office_are_told_when_their_days_overlap(role: str, to: str, told: bool) -> None:
    warnings = _warnings(_OFFICES.format(role=role, to=to) + _rule("{actor: state}"))
    assert ['and "two" from 1940-05-01 on' in warning for warning in warnings] == [True] * told


def test_one_person_twice_in_one_office_is_told() -> None:
    periods = "[{actor: state, role: king}, {actor: state, role: king, from: 1940-05-01}]"
    one = f"one: {{kind: person, names: [Ottokar], acts_for: {periods}}}"
    text = f"actors:\n  state: {{kind: state, names: [Syldavia]}}\n  {one}\n"
    (told,) = _warnings(text + _rule("{actor: state}"))
    assert 'actor "one" is king of state without an end, and from 1940-05-01 on once more' in told


@pytest.mark.parametrize(
    ("where", "told"), [("{language: fr}", True), ("{language: [fr, de]}", False), ("{tier: 1}", False)]
)
def test_patterns_of_a_language_that_the_rule_passes_over_are_told(where: str, told: bool) -> None:
    text = "concepts:\n  throne: {terms: {de: ['thron*']}}\n"
    rule = _rule("{all: [king, {any: [{concept: throne}]}, {concept: throne}]}", f"where: {where}, {_TESTED}")
    assert ["patterns of de" in warning for warning in _warnings(text + rule)] == [True] * told


def test_several_frequent_words_that_are_enough_are_told() -> None:
    (told,) = _warnings(_rule("{at_least: 2, of: [the, king, and]}"))
    assert '"the" is enough' in told
    assert _warnings(_rule("{at_least: 2, of: [the, king, queen]}")) == []


def test_languages_that_no_article_is_found_to_be_in_are_told() -> None:
    text = _rule("king", f"where: {{language: am}}, {_TESTED}")
    rule_set, definitions = load_rules([("1.yaml", text)]), collect_definitions([("1.yaml", text)])
    (told,) = find_warnings(rule_set, definitions, ("en", "hy"))
    assert 'no article is found to be in am, only in en, hy; name it among the "languages"' in told.message
    assert find_warnings(rule_set, definitions, ("en", "am")) == ()
    assert find_warnings(rule_set, definitions) == ()
