"""The list of rules, healthy and broken, what a rule names, and its clauses as a tree."""

from typing import Any

import pytest

from monitor.match.catalogue import Named, RuleListing, list_named, list_rules
from monitor.match.files import collect_definitions
from monitor.match.rules import load_rules
from monitor.match.sketch import Sketch, sketch_clause

_FILE = """version: 1
actors:
  ruritania: {kind: state, names: {en: [Ruritania], de: [Ruritanien, "ruritan*"]}}
  zenda: {kind: place, part_of: ruritania, names: [Zenda]}
  rudolf:
    kind: person
    names: [{text: Rudolf, needs: [ruritania]}]
    acts_for: [{actor: ruritania, role: king, from: 1894-01-01, to: 1894-06-30}]
concepts:
  plot: [plot, "conspir*"]
rules:
  sound:
    title: Plots in Ruritania
    owner: desk
    tags: [intrigue]
    match: {all: [{actor: ruritania}, {concept: plot}]}
    tests: [hit: A plot in Ruritania, hit: Zenda conspiracy, miss: Nothing]
  broken:
    title: Broken
    severity: high
    match: {all: [{concept: plott}, {contains: x}]}
    tests: [hit: x]
"""


def _list(text: str = _FILE) -> tuple[RuleListing, ...]:
    files = [("x.yaml", text)]
    rule_set = load_rules(files)
    return list_rules(rule_set, collect_definitions(files), rule_set.problems)


def test_sound_and_broken_rules_are_listed_by_id() -> None:
    broken, sound = _list()
    assert (sound.id, sound.title, sound.status, sound.severity) == ("sound", "Plots in Ruritania", "live", "medium")
    assert (sound.owner, sound.tags, dict(sound.examples)) == ("desk", ("intrigue",), {"hit": 2, "miss": 1})
    assert (sound.file, sound.position, sound.problems) == ("x.yaml", (12, 3), ())
    assert len(sound.version) == 16
    assert (broken.id, broken.title, broken.status, broken.severity) == ("broken", "Broken", "broken", "high")
    assert (broken.version, dict(broken.examples)) == ("", {"hit": 1})
    assert [(problem.line, problem.column) for problem in broken.problems] == [(21, 29), (21, 38)]


def test_a_problem_of_a_definition_beside_a_rule_is_not_the_rules() -> None:
    text = "rules:\n  r: {match: x}\nconcepts:\n  c: []\n"
    (listing,) = _list(text)
    assert listing.problems == ()


def test_a_rule_defined_again_elsewhere_leaves_the_first_as_it_is() -> None:
    files = [("a.yaml", "rules:\n  r: {match: x}\n"), ("b.yaml", "rules:\n  r: {match: y}\n")]
    rule_set = load_rules(files)
    (listing,) = list_rules(rule_set, collect_definitions(files), rule_set.problems)
    assert (listing.file, listing.status, listing.problems) == ("a.yaml", "live", ())


@pytest.mark.parametrize(
    "text", ["", "rules: {r: 5}", "rules: {r: {match: x, tests: 7, tags: 1, title: [x]}}", "rules: [x]"]
)
def test_rules_that_are_hardly_rules_are_listed_as_broken(text: str) -> None:
    assert all(listing.status == "broken" for listing in _list(text))


def test_what_a_rule_names_comes_with_all_that_counts_for_it() -> None:
    files = [("x.yaml", _FILE)]
    named = list_named(load_rules(files), collect_definitions(files), "sound")
    assert named == (
        Named(kind="state", id="ruritania", terms=(("en", ("Ruritania",)), ("de", ("Ruritanien", "ruritan*")))),
        Named(kind="place", id="zenda", terms=(("", ("Zenda",)),), because="part of ruritania"),
        Named(
            kind="person",
            id="rudolf",
            terms=(("", ("Rudolf (needs ruritania)",)),),
            because="acts for ruritania: king from 1894-01-01 to 1894-06-30",
        ),
        Named(kind="concept", id="plot", terms=(("", ("plot", "conspir*")),)),
    )


def _show(sketch: Sketch) -> Any:
    return (sketch.label, [_show(part) for part in sketch.parts]) if sketch.parts else sketch.label


@pytest.mark.parametrize(
    ("clause", "shown"),
    [
        ("flood", '"flood"'),
        ({"text": "flood", "in": ["title", "lead"]}, '"flood" · in title, lead'),
        ({"actor": "a", "include": []}, "actor a · include none"),
        ({"all": ["x", {"none": ["y"]}]}, ("all of", ['"x"', ("none of", ['"y"'])])),
        ({"near": ["x", "y"], "within": "2 words"}, ("near one another · within 2 words", ['"x"', '"y"'])),
        (
            {"concept": "c", "not_near": {"words": ["x"], "within": "sentence"}},
            ("concept c", [("not near · within sentence", ['"x"'])]),
        ),
        ({"at_least": 2, "of": ["x", "y"]}, ("at least 2 of", ['"x"', '"y"'])),
        ({"times": 2, "of": {"concept": "c"}}, ("2 mentions of", ["concept c"])),
        (None, "nothing"),
        ({}, "nothing"),
        ([], "nothing"),
    ],
)
def test_clauses_are_sketched_as_they_are_written(clause: Any, shown: Any) -> None:
    assert _show(sketch_clause(clause)) == shown
