"""What each filter of `where` lets pass: what is not known passes, everywhere."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.match.explain import explain_rule, find_nearest_failure
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import CompiledRule, load_rules
from monitor.model import Article, Source, SourceId
from tests.builders import make_article

_SEEN = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
_SOURCE = Source(
    id=SourceId("wire"), kind="feed", address="https://example.org/feed", tags=("wire", "world"), tier=2, country="GB"
)


def _compile(where: Any) -> CompiledRule:
    rule_set = load_rules([("r.json", json.dumps({"rules": {"r": {"match": "alpha", "where": where}}}))])
    assert [str(problem) for problem in rule_set.problems] == []
    return rule_set.rules[0]


def _passes(where: Any, article: Article, source: Source | None) -> bool:
    rule_set = load_rules([("r.json", json.dumps({"rules": {"r": {"match": "alpha", "where": where}}}))])
    assert [str(problem) for problem in rule_set.problems] == []
    return bool(RuleMatcher(rule_set).match(article, source).matches)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"source": "wire"}, True),
        ({"source": ["bbc", "wi*"]}, True),
        ({"source": "wir"}, False),
        ({"source": "Wire"}, False),
        ({"source_tags": ["world", "sport"]}, True),
        ({"source_tags": "sport"}, False),
        ({"tier": 2}, True),
        ({"tier": [1, 3]}, False),
        ({"country": ["fr", "gb"]}, True),
        ({"country": "FR"}, False),
        ({"language": "en", "tier": 1}, False),
    ],
)
def test_sources_are_chosen_by_id_tags_tier_and_country(where: Any, expected: bool) -> None:
    assert _passes(where, make_article("alpha", language="en"), _SOURCE) is expected


@pytest.mark.parametrize("where", [{"source_tags": "sport"}, {"tier": 1}, {"country": "FR"}])
def test_an_article_from_no_configured_source_passes(where: Any) -> None:
    assert _passes(where, make_article("alpha"), None)


@pytest.mark.parametrize("where", [{"tier": 1}, {"country": "FR"}])
def test_what_a_source_does_not_say_passes(where: Any) -> None:
    assert _passes(
        where, make_article("alpha"), Source(id=SourceId("wire"), kind="feed", address="https://example.org")
    )


@pytest.mark.parametrize(
    ("where", "words", "expected"),
    [
        ({"at_least": 5}, 5, True),
        ({"at_least": 5}, 4, False),
        ({"at_most": 5}, 5, True),
        ({"at_most": 5}, 6, False),
        ({"at_least": 4, "at_most": 5}, 3, False),
    ],
)
def test_words_are_those_of_title_standfirst_and_body(where: Any, words: int, expected: bool) -> None:
    article = make_article(
        "alpha " + "word " * (words - 3), title="One", standfirst="two", url="https://example.org/a/b/c"
    )
    assert _passes({"words": where}, article, None) is expected


@pytest.mark.parametrize(
    ("age", "precision", "expected"),
    [
        (timedelta(hours=47, minutes=59), "second", True),
        (timedelta(hours=48), "second", True),
        (timedelta(hours=48, seconds=1), "second", False),
        (timedelta(hours=72), "day", True),
        (timedelta(hours=72, seconds=1), "day", False),
        (timedelta(hours=-5), "second", True),
        (None, None, True),
    ],
)
def test_published_within_compares_with_the_moment_a_live_source_showed_it(
    age: timedelta | None, precision: Any, expected: bool
) -> None:
    published = None if age is None else _SEEN - age
    article = make_article("alpha", published=published, published_precision=precision, fetched_at=_SEEN)
    assert _passes({"published_within": "48h"}, article, _SOURCE) is expected


def test_articles_of_archives_have_no_such_moment() -> None:
    article = make_article("alpha", published=_SEEN - timedelta(days=900), published_precision="day", fetched_at=_SEEN)
    archive = Source(id=SourceId("old"), kind="archive", address="old.zip")
    assert _passes({"published_within": "48h"}, article, archive)
    assert _passes({"published_within": "48h"}, article, None)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"tier": 1}, "tier 1 (the article's is 2)"),
        ({"source_tags": ["sport", "arts"]}, "source tags sport or arts (the article's is wire, world)"),
        ({"words": {"at_least": 80, "at_most": 90}}, "words at least 80 and at most 90 (the article's is 1)"),
        ({"published_within": "2d"}, "published within 2d (the article's is 3d)"),
        ({"country": "FR"}, "country FR (the article's is GB)"),
        ({"source": "bbc-*"}, "source bbc-* (the article's is wire)"),
    ],
)
def test_a_refusal_says_what_the_filter_wanted_and_found(where: Any, said: str) -> None:
    article = make_article("alpha", published=_SEEN - timedelta(days=3), published_precision="second", fetched_at=_SEEN)
    failure = find_nearest_failure(explain_rule(_compile(where), article, _SOURCE))
    assert failure is not None
    assert failure.description == said


def test_a_test_beside_a_rule_passes_its_filters_of_sources_unless_it_names_one() -> None:
    rule = {
        "match": "alpha",
        "where": {"source": "wire", "tier": 1, "published_within": "1h"},
        "tests": [{"hit": "alpha"}, {"miss": {"body": "alpha", "source": "bbc"}}],
    }
    (compiled,) = load_rules([("r.json", json.dumps({"rules": {"r": rule}}))]).rules
    assert [explain_rule(compiled, case.article).holds for case in compiled.tests] == [True, False]
