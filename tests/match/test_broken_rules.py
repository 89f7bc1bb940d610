"""A directory of rules with more than forty different mistakes: each is named with its place, and sound rules live on.

The expected text beside it is read in review: it is what an operator sees. UPDATE_GOLDEN=1 writes it anew.
"""

import os
import re
from pathlib import Path

import pytest

from monitor.config.project import read_definitions, read_rule_set
from monitor.errors import Problem
from monitor.match.examples import list_failures, run_examples
from monitor.match.lint import find_warnings
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet
from tests.builders import make_article

_HERE = Path(__file__).parent / "broken_rules"
_EXPECTED = _HERE / "expected.txt"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> tuple[RuleSet, tuple[Problem, ...]]:
    """As `monitor check --rules rules` does in that directory."""
    monkeypatch.chdir(_HERE)
    rules = Path("rules")
    rule_set, problems = read_rule_set(rules)
    failed = list_failures(run_examples(rule_set))
    warnings = find_warnings(rule_set, read_definitions(rules))
    return rule_set, tuple(sorted({*problems, *failed, *warnings}))


def test_every_mistake_is_named_at_once_with_its_place(read: tuple[RuleSet, tuple[Problem, ...]]) -> None:
    text = "".join(f"{problem}\n" for problem in read[1])
    if os.environ.get("UPDATE_GOLDEN"):
        _EXPECTED.write_text(text, encoding="utf-8")
    assert text == _EXPECTED.read_text(encoding="utf-8")


def test_there_are_more_than_forty_mistakes_and_no_two_messages_say_the_same() -> None:
    lines = _EXPECTED.read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"rules/[a-z/0-9-]+\.(yaml|yml|json):\d+:\d+: ", line) for line in lines)
    said = {re.sub(r'^\S+ |"[^"]*"|\d+', "", line) for line in lines}
    assert len(said) >= 40


def test_the_sound_rules_beside_them_load_and_match(read: tuple[RuleSet, tuple[Problem, ...]]) -> None:
    article = make_article(title="The king", body="The coronation in Ruritania: the king is crowned.")
    found = {match.rule for match in RuleMatcher(read[0]).match(article).matches}
    assert {"a-sound-rule", "another-sound-rule"} <= found


def test_every_rule_with_an_error_is_left_out_and_named(read: tuple[RuleSet, tuple[Problem, ...]]) -> None:
    rule_set, problems = read
    told = {found[1] for problem in problems if (found := re.match(r'rule "([^"]+)"', problem.message))}
    assert {str(rule) for rule in rule_set.refused} <= told | {"twice", "merged"}
    assert not {str(rule) for rule in rule_set.refused} & {compiled.rule.id for compiled in rule_set.rules}
