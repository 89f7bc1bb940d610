"""The engine against an evaluator that tries everything: same verdicts, same mentions, index on or off."""

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monitor.match.evidence import locate_mentions
from monitor.match.matcher import RuleMatcher, find_mentions
from monitor.match.rules import RuleSet, load_rules
from monitor.match.stored import dump_rules, restore_rules
from monitor.match.view import ArticleView
from monitor.model import Article
from monitor.text.fold import fold_words
from tests.match.naive import NaiveArticle, add_up, evaluate
from tests.match.strategies import (
    VOCABULARY,
    articles,
    clauses,
    conjunctions,
    many_conjunctions,
    repetitive_articles,
    scores,
)

_THOROUGH = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _load(*matches: Any) -> RuleSet:
    rules = {f"r{number}": {"match": match} for number, match in enumerate(matches)}
    rule_set = load_rules([("random.json", json.dumps({**VOCABULARY, "rules": rules}))])
    problems = [str(problem) for problem in rule_set.problems]
    assume(not any("can never hold" in problem for problem in problems))
    assert problems == []
    return rule_set


@_THOROUGH
@given(clause=clauses, article=articles())
def test_every_clause_finds_what_trying_everything_finds(clause: Any, article: Article) -> None:
    compiled = _load(clause).rules[0]
    view = ArticleView(article, compiled.table)
    found = compiled.clause.find(view)
    expected = evaluate(clause, NaiveArticle(article), VOCABULARY)
    assert (found is None) == (expected is None)
    spans = set()
    for occurrence in found or ():
        field = view.fields[view.field_numbers[occurrence.start]]
        spans.add((field.path, occurrence.start - field.first, occurrence.end - field.first))
    assert spans == (expected or set())


@_THOROUGH
@given(matches=st.lists(clauses, min_size=1, max_size=5), article=articles())
def test_the_index_loses_no_match_and_invents_none(matches: list[Any], article: Article) -> None:
    rule_set = _load(*matches)
    naive = NaiveArticle(article)
    expected = [f"r{number}" for number, match in enumerate(matches) if evaluate(match, naive, VOCABULARY) is not None]
    outcome = RuleMatcher(rule_set).match(article)
    assert [match.rule for match in outcome.matches] == expected
    assert outcome.problems == ()


@_THOROUGH
@given(matches=st.lists(conjunctions(), min_size=1, max_size=5), article=articles())
def test_rules_decided_together_find_and_show_what_each_does_alone(matches: list[Any], article: Article) -> None:
    _check_together(matches, article)


@settings(_THOROUGH, max_examples=60)
@given(matches=many_conjunctions(), article=repetitive_articles())
def test_many_rules_of_words_and_pairs_of_words_find_together_what_each_does_alone(
    matches: list[Any], article: Article
) -> None:
    _check_together(matches, article)


def _check_together(matches: list[Any], article: Article) -> None:
    rule_set = _load(*matches)
    naive = NaiveArticle(article)
    expected = {f"r{number}" for number, match in enumerate(matches) if evaluate(match, naive, VOCABULARY) is not None}
    outcome = RuleMatcher(rule_set).match(article)
    view = ArticleView(article, rule_set.table)
    alone = {rule.rule.id: find_mentions(rule, view) for rule in rule_set.rules}
    assert {name for name, mentions in alone.items() if mentions is not None} == expected
    assert {match.rule: match.mentions for match in outcome.matches} == {
        name: mentions for name, mentions in alone.items() if mentions is not None
    }


@settings(_THOROUGH, max_examples=150)
@given(matches=st.lists(clauses, min_size=1, max_size=3), article=articles())
def test_rules_read_back_find_what_they_found_before(matches: list[Any], article: Article) -> None:
    rule_set = _load(*matches)
    restored = restore_rules(dump_rules(rule_set))
    assert RuleMatcher(restored).match(article) == RuleMatcher(rule_set).match(article)


@_THOROUGH
@given(clause=clauses, article=articles())
def test_a_mention_cuts_exactly_its_words_out_of_its_field(clause: Any, article: Article) -> None:
    compiled = _load(clause).rules[0]
    view = ArticleView(article, compiled.table)
    for mention in locate_mentions(compiled.clause.find(view) or (), view):
        text = article.text_of(mention.field)
        assert text is not None
        assert text[mention.start : mention.end] == mention.text
        assert len(fold_words(mention.text)) == len(mention.term.split())


@_THOROUGH
@given(match=scores, article=articles())
def test_a_match_has_the_points_of_its_score(match: Any, article: Article) -> None:
    total, _ = add_up(match, NaiveArticle(article), VOCABULARY)
    matches = RuleMatcher(_load(match)).match(article).matches
    assert [found.score for found in matches] == ([total] if total >= match["at_least"] else [])
