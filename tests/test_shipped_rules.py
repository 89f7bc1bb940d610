"""The rules that ship: each has examples of what it takes and of what it leaves, and all of them hold."""

from monitor.config.project import read_rule_set
from monitor.match.examples import run_examples
from monitor.samples import samples_directory
from monitor.text.yaml import parse_yaml

_RULES = samples_directory("rules")


def test_the_shipped_rules_load_without_a_problem() -> None:
    rule_set, problems = read_rule_set(_RULES)
    assert [str(problem) for problem in problems] == []
    assert len(rule_set.rules) >= 5


def test_every_example_of_the_shipped_rules_holds() -> None:
    rule_set, _ = read_rule_set(_RULES)
    outcomes = run_examples(rule_set)
    assert [str(outcome.problem) for outcome in outcomes if outcome.problem is not None] == []
    assert len(outcomes) >= 4 * len(rule_set.rules)


def test_every_shipped_rule_has_hits_and_misses() -> None:
    for path in sorted(_RULES.rglob("*.yaml")):
        document = parse_yaml(path.read_text(encoding="utf-8"), path.name)
        for rule, definition in document.data.get("rules", {}).items():
            kinds = {kind for test in definition["tests"] for kind in test}
            assert {"hit", "miss"} <= kinds, f"{path.name}: {rule}"
