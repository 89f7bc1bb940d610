"""The compiled rules against one article: candidates from the index, each held against its clauses.

A rule that fails on an article is named in the outcome, and the others still speak.
"""

from collections.abc import Iterable, Sequence
from time import perf_counter_ns

from monitor.errors import Problem
from monitor.match.clauses import find_score
from monitor.match.conjunctions import Conjunctions, read_conjunction
from monitor.match.evidence import Mentions, locate_mentions
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
        # Rules are read as conjunctions when they are first candidates; None of those that are none.
        self._conjunctions = Conjunctions(len(rule_set.table))
        self._conjunction_numbers: dict[int, int | None] = {}
        # For each rule that was ever a candidate: how often it was asked, how often it held, nanoseconds.
        self._usage: dict[int, list[int]] = {}
        self.rules: tuple[Rule, ...] = tuple(compiled.rule for compiled in self._compiled)

    def match(self, article: Article, source: Source | None = None) -> MatchOutcome:
        """The rules that hold for an article, in the order of their ids. `source` is what it came from, if known."""
        view = ArticleView(article, self._table, source)
        matches: list[Match] = []
        problems: list[Problem] = []
        candidates = self._index.find_candidates(view)
        begun = perf_counter_ns()
        shown = self._show_conjunctions(candidates, view)
        # What was done for several at once is charged to each alike.
        share = (perf_counter_ns() - begun) // len(shown) if shown else 0
        for number in candidates:
            compiled = self._compiled[number]
            begun = perf_counter_ns()
            try:
                mentions = shown[number] if number in shown else find_mentions(compiled, view)
                found = None if mentions is None else _make_match(compiled, view, mentions)
            except Exception as error:  # noqa: BLE001  one rule that fails must not hide the matches of the others
                message = f'rule "{compiled.rule.id}" failed on this article: {type(error).__name__}: {error}'
                problems.append(Problem(article.id, 0, 0, message))
                found = None
            if found is not None:
                matches.append(found)
            self._note(number, found is not None, perf_counter_ns() - begun + (share if number in shown else 0))
        return MatchOutcome(matches=tuple(matches), problems=tuple(problems))

    def _show_conjunctions(self, candidates: Sequence[int], view: ArticleView) -> dict[int, Mentions | None]:
        """Of the candidates that are conjunctions what each shows, None where it does not hold."""
        try:
            self._read_conjunctions(candidates)
            numbers = self._conjunction_numbers
            open_ = {
                rule: number
                for rule in candidates
                if (number := numbers[rule]) is not None and _is_open(self._compiled[rule], view)
            }
            return dict(zip(open_, self._conjunctions.find(tuple(open_.values()), view), strict=True)) if open_ else {}
        except Exception:  # noqa: BLE001  each is then asked by itself, and the one that fails is named
            return {}

    def _read_conjunctions(self, rules: Iterable[int]) -> None:
        """Number those of these rules that are conjunctions and have no number yet."""
        unread = [rule for rule in rules if rule not in self._conjunction_numbers]
        if unread:
            read = {rule: read_conjunction(self._compiled[rule].clause) for rule in unread}
            found = {rule: conjunction for rule, conjunction in read.items() if conjunction is not None}
            numbers: dict[int, int | None] = dict.fromkeys(unread)
            numbers.update(zip(found, self._conjunctions.add(tuple(found.values())), strict=True))
            self._conjunction_numbers.update(numbers)

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
    """The match of one rule, by its filters and clauses; None when it does not hold for the article."""
    mentions = find_mentions(compiled, view)
    return None if mentions is None else _make_match(compiled, view, mentions)


def find_mentions(compiled: CompiledRule, view: ArticleView) -> Mentions | None:
    """What shows that it holds."""
    if not _is_open(compiled, view):
        return None
    occurrences = compiled.clause.find(view)
    return None if occurrences is None else locate_mentions(occurrences, view)


def _is_open(compiled: CompiledRule, view: ArticleView) -> bool:
    where = compiled.where
    return not where.filters or where.find_refusal(view) is None


def _make_match(compiled: CompiledRule, view: ArticleView, mentions: Mentions) -> Match:
    rule = compiled.rule
    return Match(
        rule=rule.id,
        version=rule.version,
        article=view.article.id,
        severity=rule.severity,
        score=find_score(compiled.clause, view) if compiled.is_scored else None,
        mentions=mentions,
    )
