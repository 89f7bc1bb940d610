"""The compiled rules against one article: candidates from the index, each held against its clauses.

A rule that fails on an article is named in the outcome, and the others still speak.
"""

from collections.abc import Iterable
from time import perf_counter_ns

from monitor.errors import Problem
from monitor.match.clauses import find_score
from monitor.match.evidence import locate_mentions
from monitor.match.index import CandidateIndex
from monitor.match.needs import needs_of
from monitor.match.pause import paused_collection
from monitor.match.rules import CompiledRule, RuleSet
from monitor.match.slots import SlotTable
from monitor.match.view import ArticleView
from monitor.model import Article, Match, Rule, RuleUsage, Source
from monitor.ports import MatchOutcome


class RuleMatcher:
    """Implements monitor.ports.Matcher for the rules of a set that are live or drafts."""

    @paused_collection()
    def __init__(self, rule_set: RuleSet) -> None:
        self._compiled = rule_set.active
        self._table = rule_set.table
        self._index = CandidateIndex(slots_of(rule_set), rule_set.table)
        # For each rule that was ever a candidate: how often it was asked, how often it held, nanoseconds.
        self._usage: dict[int, list[int]] = {}
        self.rules: tuple[Rule, ...] = tuple(compiled.rule for compiled in self._compiled)

    def match(self, article: Article, source: Source | None = None) -> MatchOutcome:
        """The rules that hold for an article, in the order of their ids. `source` is what it came from, if known."""
        view = ArticleView(article, self._table, source)
        matches: list[Match] = []
        problems: list[Problem] = []
        for number in self._index.find_candidates(view):
            compiled = self._compiled[number]
            begun = perf_counter_ns()
            try:
                found = match_rule(compiled, view)
            except Exception as error:  # noqa: BLE001  one rule that fails must not hide the matches of the others
                message = f'rule "{compiled.rule.id}" failed on this article: {type(error).__name__}: {error}'
                problems.append(Problem(article.id, 0, 0, message))
                found = None
            if found is not None:
                matches.append(found)
            self._note(number, found is not None, perf_counter_ns() - begun)
        return MatchOutcome(matches=tuple(matches), problems=tuple(problems))

    def take_usage(self) -> tuple[RuleUsage, ...]:
        """See monitor.ports."""
        taken, self._usage = self._usage, {}
        return tuple(
            RuleUsage(rule=self._compiled[number].rule.id, asked=asked, matched=matched, nanoseconds=spent)
            for number, (asked, matched, spent) in sorted(taken.items())
        )

    def _note(self, number: int, has_matched: bool, spent: int) -> None:
        usage = self._usage.get(number)
        if usage is None:
            self._usage[number] = [1, int(has_matched), spent]
        else:
            usage[0] += 1
            usage[1] += has_matched
            usage[2] += spent

    def match_batch(self, articles: Iterable[Article]) -> tuple[MatchOutcome, ...]:
        """The same for each of several articles, in their order."""
        return tuple(map(self.match, articles))


def slots_of(rule_set: RuleSet) -> SlotTable:
    """What the index knows of the active rules."""
    active, prepared = rule_set.active, rule_set.prepared
    if prepared is not None and prepared.rules == active:
        return prepared.slots
    return SlotTable([needs_of(compiled.clause) for compiled in active])


def match_rule(compiled: CompiledRule, view: ArticleView) -> Match | None:
    """The match of one rule, or None when it does not hold for the article."""
    if compiled.where.find_refusal(view) is not None:
        return None
    occurrences = compiled.clause.find(view)
    if occurrences is None:
        return None
    rule = compiled.rule
    return Match(
        rule=rule.id,
        version=rule.version,
        article=view.article.id,
        severity=rule.severity,
        score=find_score(compiled.clause, view) if compiled.is_scored else None,
        mentions=locate_mentions(occurrences, view),
    )
