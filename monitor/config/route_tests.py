"""Run the tests of routes that stand in the configuration, and say of each that fails what would come instead."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.config.assembly import Config
from monitor.config.cases import CaseShape, GivenShape
from monitor.config.shapes import Definition
from monitor.errors import Problem
from monitor.model import Rule, RuleId, Severity, SubscriberId
from monitor.route.cases import Expectation, Given, Miss, run_case
from monitor.route.routes import Audience


def run_route_tests(config: Config, rules: Iterable[Rule]) -> tuple[Problem, ...]:
    """A problem at each expectation that does not come true.

    None of them can be judged while the configuration has errors: they would speak of routes that are not there. A
    test of a rule that did not load is passed over; the rule's own problem is told elsewhere.
    """
    if any(problem.level == "error" for problem in config.problems):
        return ()
    by_id = {rule.id: rule for rule in rules}
    return tuple(problem for case in config.cases for problem in _run(case, config, by_id))


def _run(case: Definition[CaseShape], config: Config, rules: dict[RuleId, Rule]) -> Iterator[Problem]:
    rule = rules.get(RuleId(case.shape.given.rule))
    if rule is None:
        return
    expected = {SubscriberId(name): expectation for name, expectation in case.shape.expect.items()}
    given = _read_given(case.shape.given, rule, config)
    audience = Audience(config.routes, config.subscribers)
    for miss in run_case(given, expected, audience, nobody_else=case.shape.nobody_else):
        yield _describe(case, miss, expected)


def _read_given(shape: GivenShape, rule: Rule, config: Config) -> Given:
    sources = {source.id: source for source in config.sources}
    return Given(
        rule=rule if shape.tags is None else replace(rule, tags=shape.tags),
        severity=Severity(shape.severity) if shape.severity else rule.severity,
        at=shape.at,
        source=next((source for name, source in sources.items() if name == shape.source), None),
        language=shape.language,
        actors=shape.actor,
    )


def _describe(case: Definition[CaseShape], miss: Miss, expected: dict[SubscriberId, Expectation]) -> Problem:
    if miss.subscriber not in expected:
        text = f'"{miss.subscriber}" would get "{miss.found}" ({miss.why}), expected nobody else to get it'
        return case.problem(("nobody_else",), text)
    text = f'"{miss.subscriber}" would get "{miss.found}" ({miss.why}), expected "{miss.expected}"'
    return case.problem(("expect", miss.subscriber), text)
