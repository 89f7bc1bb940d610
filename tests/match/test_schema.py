"""The JSON Schema of rule files: what loads is valid, what is misspelt is not, no table is left out."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitor.config.files import read_yaml_files
from monitor.match.rules import load_rules
from monitor.match.schema import rule_file_schema
from monitor.match.syntax import CLAUSES, MODIFIERS
from monitor.samples import samples_directory
from monitor.text.yaml import parse_yaml


def _errors(text: str) -> list[str]:
    data = json.loads(json.dumps(parse_yaml(text, "x.yaml").data, default=str))
    return [error.message for error in jsonschema.Draft202012Validator(rule_file_schema()).iter_errors(data)]


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(rule_file_schema())


@pytest.mark.parametrize(("name", "text"), read_yaml_files(samples_directory("rules"))[0])
def test_shipped_rules_are_valid(name: str, text: str) -> None:
    assert _errors(text) == []


_MANUAL = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", re.findall(r"^```yaml\n(.*?)^```", _MANUAL, re.DOTALL | re.MULTILINE))
def test_every_sample_of_the_manual_is_valid(text: str) -> None:
    assert _errors(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "rulez: {}",
        "version: 2",
        "rules: {Not_An_Id: {match: x}}",
        "rules: {r: {title: x}}",
        "rules: {r: {match: {contains: x}}}",
        "rules: {r: {match: [x]}}",
        "rules: {r: {match: {all: []}}}",
        "rules: {r: {match: 5}}",
        "rules: {r: {match: {near: [x, y]}}}",
        "rules: {r: {match: {near: [x, y], within: 4}}}",
        "rules: {r: {match: {near: [x, y], within: 4 letters}}}",
        "rules: {r: {match: {near: [x], within: sentence}}}",
        "rules: {r: {match: {text: x, in: headline}}}",
        "rules: {r: {match: {text: x, not_near: {within: sentence}}}}",
        "rules: {r: {match: {actor: x, include: [children]}}}",
        "rules: {r: {match: x, severity: urgent}}",
        "rules: {r: {match: x, status: on}}",
        "rules: {r: {match: x, where: {langauge: en}}}",
        "rules: {r: {match: x, where: {language: english}}}",
        "rules: {r: {match: x, tests: [{hits: x}]}}",
        "rules: {r: {match: x, tests: [{hit: {text: x}}]}}",
        "rules: {r: {match: x, volume: {}}}",
        "actors: {a: {names: [x]}}",
        "actors: {a: {kind: robot, names: [x]}}",
        "actors: {a: {kind: state, names: {english: [x]}}}",
        "actors: {a: {kind: state, names: [{name: x}]}}",
        "actors: {a: {kind: person, names: [x], acts_for: [{role: x}]}}",
        "actors: {a: {kind: person, names: [x], acts_for: [{actor: b, from: last year}]}}",
        "concepts: {c: []}",
        "concepts: {c: {codes: {x: y}}}",
    ],
)
def test_what_the_loader_refuses_is_not_valid(text: str) -> None:
    assert _errors(text)
    assert load_rules([("x.yaml", text)]).problems


@pytest.mark.parametrize("span", ["90s", "15m", "48h", "3d", "2w", "1y", "1 y", "0h", "3x", "1.5h", "y", "-1d"])
def test_durations_are_valid_where_the_loader_reads_them(span: str) -> None:
    text = f"rules: {{r: {{match: strelsau, where: {{published_within: {span}}}}}}}"
    assert bool(_errors(text)) == bool(load_rules([("x.yaml", text)]).problems)


def _shapes_of(key: str) -> list[dict[str, Any]]:
    clauses = rule_file_schema()["$defs"]["clause"]["anyOf"]
    return [clause["properties"] for clause in clauses if next(iter(clause.get("properties", ())), None) == key]


@pytest.mark.parametrize("key", CLAUSES)
def test_every_clause_of_the_reader_has_a_shape_with_its_options(key: str) -> None:
    (shape,) = _shapes_of(key)
    assert set(shape) == {key, *CLAUSES[key].options, *MODIFIERS}
    assert all(shape.values()), f"monitor.match.schema does not know {[name for name in shape if not shape[name]]}"


def _accepted(text: str) -> set[str]:
    """The keys that the reader says it expects where it met one it does not know."""
    problems = load_rules([("x.yaml", text)]).problems
    (listed,) = [str(problem) for problem in problems if "qqqqqq" in str(problem)]
    return set(re.findall(r'"(\w+)"', listed.partition("expected")[2]))


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("rule", "rules: {r: {match: x, qqqqqq: 1}}"),
        ("actor", "actors: {a: {kind: state, names: [x], qqqqqq: 1}}"),
        ("where", "rules: {r: {match: x, where: {qqqqqq: 1}}}"),
        ("not_near", "rules: {r: {match: {text: x, not_near: {of: [y], within: sentence, qqqqqq: 1}}}}"),
    ],
)
def test_keys_are_those_of_the_reader(definition: str, text: str) -> None:
    assert set(rule_file_schema()["$defs"][definition]["properties"]) == _accepted(text)


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        ("name", "actors: {a: {kind: state, names: [{text: x, qqqqqq: 1}]}}"),
        ("term", "concepts: {c: {terms: [{text: x, qqqqqq: 1}]}}"),
        ("concept", "concepts: {c: {terms: [x], qqqqqq: 1}}"),
    ],
)
def test_keys_of_the_long_form_are_those_of_the_reader(definition: str, text: str) -> None:
    (_, long_form) = rule_file_schema()["$defs"][definition]["anyOf"]
    assert set(long_form["properties"]) == _accepted(text)


_BROKEN = Path(__file__).parent / "broken_rules" / "rules"
# What only the loader can know: what other definitions say, what a query or a term comes to, and what never holds.
_BEYOND_A_SCHEMA = {
    "strelsau", "hentzau", "nameless", "duel", "misspelt-concept", "unknown-actor", "only-none", "near-nothing",
    "excluded-none", "asked-and-denied", "all-dropped", "two-fields", "more-than-there-are", "score-out-of-reach",
    "query-unclosed", "query-side-by-side", "query-unknown-operator", "query-only-not", "query-short-wildcard",
    "odd-words",
}  # fmt: skip


def test_of_the_broken_rules_the_schema_refuses_what_the_loader_refuses_and_nothing_else() -> None:
    texts, _ = read_yaml_files(_BROKEN)
    told = {problem.message for problem in load_rules(texts).problems if problem.level == "error"}
    differing = set()
    for name, text in texts:
        data = parse_yaml(text, name).data
        for section in ("actors", "concepts", "rules"):
            for key, value in (data.get(section) or {}).items() if isinstance(data, dict) else ():
                refused = any(re.match(rf'(\w+ )?"{key}"(:| is no id)', message) for message in told)
                valid = not _errors(json.dumps({section: {key: value}}, default=str))
                differing |= {key} if refused == valid else set()
    assert differing == _BEYOND_A_SCHEMA
