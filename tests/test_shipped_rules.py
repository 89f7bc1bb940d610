"""The rules that ship: they load without a word of complaint, and do what their tests say."""

from collections import Counter
from pathlib import Path

import pytest

from monitor.match.examples import list_failures, run_examples
from monitor.match.files import collect_definitions
from monitor.match.lint import find_warnings
from monitor.match.rules import RuleSet, load_rules

_ROOT = Path(__file__).parents[1]
_FILES = sorted((_ROOT / "rules").rglob("*.yaml"))


_TEXTS = [(str(path.relative_to(_ROOT)), path.read_text(encoding="utf-8")) for path in _FILES]


@pytest.fixture(scope="module")
def shipped() -> RuleSet:
    return load_rules(_TEXTS)


def test_every_shipped_rule_loads(shipped: RuleSet) -> None:
    assert [str(problem) for problem in shipped.problems] == []
    assert {"karabakh-use-of-force", "sanctions-on-states"} <= {compiled.rule.id for compiled in shipped.rules}
    assert len(shipped.rules) >= 20


def test_no_shipped_rule_deserves_a_warning(shipped: RuleSet) -> None:
    assert [str(warning) for warning in find_warnings(shipped, collect_definitions(_TEXTS))] == []


def test_most_shipped_rules_are_tried_in_two_languages_or_more(shipped: RuleSet) -> None:
    hits = {
        compiled.rule.id: {case.article.language or "en" for case in compiled.tests if case.verdict == "hit"}
        for compiled in shipped.rules
    }
    assert sum(len(languages) > 1 for languages in hits.values()) >= 20


def test_every_shipped_test_passes(shipped: RuleSet) -> None:
    assert [str(problem) for problem in list_failures(run_examples(shipped))] == []


def test_every_shipped_rule_has_hits_and_misses_and_says_why(shipped: RuleSet) -> None:
    for compiled in shipped.rules:
        verdicts = Counter(case.verdict for case in compiled.tests)
        assert verdicts["hit"] >= 2, compiled.rule.id
        assert verdicts["miss"] >= 1, compiled.rule.id
        assert compiled.rule.why
        assert compiled.rule.owner


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_every_shipped_file_begins_by_teaching(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_every_shipped_concept_and_actor_is_used_or_belongs_to_one_that_is(shipped: RuleSet) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in _FILES)
    for concept in shipped.concepts:
        assert f"concept: {concept}" in text, concept
    for name, actor in shipped.actors.items():
        is_named = f"actor: {name}" in text or f"unless: [{name}]" in text
        assert is_named or actor.part_of or actor.offices, name
