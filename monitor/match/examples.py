"""Run the tests beside the rules through the same path as articles take, and say what failed and at which clause."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from monitor.errors import Problem
from monitor.match.cases import Case, Verdict
from monitor.match.explain import Explanation, explain_rule, find_nearest_failure
from monitor.match.matcher import match_rule
from monitor.match.rules import CompiledRule, RuleSet
from monitor.match.view import ArticleView
from monitor.model import Article, RuleId

_MOST_SHOWN = 3

Detect = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleOutcome:
    """What came of one test; `problem` is None when the rule said what the test expects."""

    rule: RuleId
    verdict: Verdict
    matched: bool
    problem: Problem | None = None


def run_examples(rule_set: RuleSet, *, detect: Detect | None = None) -> tuple[ExampleOutcome, ...]:
    """Every test of every rule, in order. `detect` tells the language of a text that gives none."""
    return tuple(_run_case(compiled, case, detect) for compiled, case in rule_set.tests)


def _run_case(compiled: CompiledRule, case: Case, detect: Detect | None) -> ExampleOutcome:
    article = _with_language(case.article, compiled, detect)
    has_matched = match_rule(compiled, ArticleView(article, compiled.table)) is not None
    if has_matched == (case.verdict == "hit"):
        return ExampleOutcome(rule=compiled.rule.id, verdict=case.verdict, matched=has_matched)
    message = _say_why(case.verdict, explain_rule(compiled, article))
    if case.article.language is None and article.language not in (None, *compiled.languages):
        message += f' (the text was taken for "{article.language}"; "language:" says what it is)'
    line, column = case.position
    problem = Problem(case.file, line, column, f'rule "{compiled.rule.id}": {message}')
    return ExampleOutcome(rule=compiled.rule.id, verdict=case.verdict, matched=has_matched, problem=problem)


def _with_language(article: Article, compiled: CompiledRule, detect: Detect | None) -> Article:
    """The language given, else the one detected, else the first that the rule names."""
    if article.language is not None:
        return article
    text = "\n\n".join(part for part in (article.title, article.standfirst, article.body) if part)
    detected = detect(text) if detect else None
    return replace(article, language=detected or next(iter(compiled.languages), None))


def _say_why(verdict: Verdict, explanation: Explanation) -> str:
    """What is wrong, the rule not having said what the test expects."""
    if verdict == "known_miss":
        return f'known_miss is mended: it matches now ({_shown(explanation)}); write "hit" instead'
    if verdict == "miss":
        return f"miss failed: it matches ({_shown(explanation)})"
    failure = find_nearest_failure(explanation) or explanation
    return f"hit failed: clause {failure.clause} ({failure.description}) does not hold"


def _shown(explanation: Explanation) -> str:
    shown = [f'"{mention.text}" at {mention.clause}' for mention in explanation.mentions[:_MOST_SHOWN]]
    return ", ".join(shown) or "nothing to show"


def list_failures(outcomes: Iterable[ExampleOutcome]) -> tuple[Problem, ...]:
    """The problems of the tests that failed, in order."""
    return tuple(outcome.problem for outcome in outcomes if outcome.problem is not None)
