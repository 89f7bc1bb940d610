import json
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import pytest

from monitor.match.clauses import Lookup
from monitor.match.index import CandidateIndex
from monitor.match.matcher import RuleMatcher, find_mentions, slots_of
from monitor.match.rules import RuleSet, load_rules
from monitor.match.view import ArticleView
from monitor.model import RuleId, RuleUsage, Severity
from tests.builders import make_article


def _load(rules: dict[str, Any], **definitions: Any) -> RuleSet:
    rule_set = load_rules([("r.json", json.dumps({**definitions, "rules": rules}))])
    assert rule_set.problems == ()
    return rule_set


def test_live_and_draft_rules_match_and_rules_that_are_off_do_not() -> None:
    rules = {
        name: {"match": "word", "status": status} for name, status in (("b", "draft"), ("a", "live"), ("c", "off"))
    }
    matcher = RuleMatcher(_load(rules))
    assert [rule.id for rule in matcher.rules] == ["a", "b"]
    assert [match.rule for match in matcher.match(make_article("a word")).matches] == ["a", "b"]


def test_a_match_names_article_rule_version_and_severity() -> None:
    matcher = RuleMatcher(_load({"a": {"match": "word", "severity": "critical"}}))
    article = make_article("a word")
    (match,) = matcher.match(article).matches
    assert (match.article, match.rule, match.severity) == (article.id, "a", Severity.CRITICAL)
    assert match.version == matcher.rules[0].version != ""


def test_an_article_in_another_language_is_not_looked_at() -> None:
    matcher = RuleMatcher(_load({"a": {"match": "word", "where": {"language": ["en", "ru"]}}}))
    spoken = {language: bool(matcher.match(make_article("word", language=language)).matches)
              for language in ("en", "en-US", "ru", "de", None)}  # fmt: skip
    assert spoken == {"en": True, "en-US": True, "ru": True, "de": False, None: True}


@dataclass(frozen=True, slots=True, eq=False)
class _FailingLookup(Lookup):
    def find(self, view: ArticleView) -> NoReturn:
        raise ZeroDivisionError("as asked")


def test_a_failing_rule_does_not_hide_other_matches() -> None:
    rule_set = _load({"a": {"match": "word"}, "b": {"match": "word"}, "c": {"match": "word"}})
    first, middle, last = rule_set.rules
    assert isinstance(middle.clause, Lookup)
    broken = replace(
        middle,
        body=replace(middle.body.get(), clause=_FailingLookup("match", middle.clause.lexicon, middle.clause.scope)),
    )
    outcome = RuleMatcher(replace(rule_set, rules=(first, broken, last))).match(make_article("word"))
    assert [match.rule for match in outcome.matches] == ["a", "c"]
    (problem,) = outcome.problems
    assert problem.message == 'rule "b" failed on this article: ZeroDivisionError: as asked'


def test_ten_thousand_rules_are_not_asked_one_by_one() -> None:
    rules = {f"r{number}": {"match": {"all": [f"word{number}", "the"]}} for number in range(10_000)}
    rule_set = _load(rules)
    index = CandidateIndex(slots_of(rule_set), rule_set.table)
    view = ArticleView(make_article("the word7 and word4321 and words"), rule_set.table)
    asked = [rule_set.rules[number].rule.id for number in index.find_candidates(view)]
    assert sorted(asked) == ["r4321", "r7"]


def test_a_rule_is_asked_only_where_all_its_lists_have_a_word() -> None:
    rule_set = _load(
        {
            "a": {"match": {"all": [{"concept": "c"}, "rare"]}},
            "b": {"match": {"near": ["use of force", "rare"], "within": "sentence"}},
        },
        concepts={"c": ["one", "two"]},
    )
    index = CandidateIndex(slots_of(rule_set), rule_set.table)
    asked = {
        text: index.find_candidates(ArticleView(make_article(text), rule_set.table))
        for text in ("rare", "two", "one rare", "rare force of use", "rare use of force")
    }
    assert asked == {"rare": [], "two": [], "one rare": [0], "rare force of use": [], "rare use of force": [1]}


def test_no_rules_match_nothing() -> None:
    assert RuleMatcher(_load({})).match(make_article("word")).matches == ()


def test_a_rule_is_charged_only_for_the_articles_it_was_asked_about() -> None:
    matcher = RuleMatcher(
        _load({"a": {"match": "word"}, "b": {"match": {"near": ["word", "other"], "within": "0 words"}}})
    )
    for text in ("word", "word and other", "nothing"):
        matcher.match(make_article(text, key=text))
    usage = matcher.take_usage()
    assert [(each.rule, each.asked, each.matched) for each in usage] == [("a", 2, 2), ("b", 1, 0)]
    assert all(each.nanoseconds > 0 for each in usage)
    assert matcher.take_usage() == ()


@pytest.mark.parametrize(("asked", "milliseconds", "is_slow"), [(20, 6, True), (19, 6, False), (20, 5, False)])
def test_a_rule_is_slow_when_it_takes_long_more_than_a_few_times(asked: int, milliseconds: int, is_slow: bool) -> None:
    usage = RuleUsage(rule=RuleId("a"), asked=asked, matched=0, nanoseconds=asked * milliseconds * 1_000_000)
    assert usage.is_slow is is_slow


@pytest.mark.parametrize("phrase", ["beta gamma", "gamma beta", "beta beta", "gam* beta", "bet* gam*"])
@pytest.mark.parametrize("times", [99, 100, 101, 150])
def test_phrases_of_a_word_that_is_everywhere_are_found_as_by_their_clause(phrase: str, times: int) -> None:
    rule_set = _load({"a": {"match": {"all": [phrase, {"any": ["beta", "gamma"]}]}}})
    article = make_article(f"gamma {'beta ' * times}gamma beta. Gamma!")
    (found,) = RuleMatcher(rule_set).match(article).matches
    assert found.mentions == find_mentions(rule_set.rules[0], ArticleView(article, rule_set.table))
