"""Articles and rules of sizes and shapes that nobody means to write: right, and no step worse than linear."""

import gc
import json
import sys
import tracemalloc
from time import thread_time
from types import FrameType
from typing import Any, NamedTuple

import pytest

from monitor.match import proximity
from monitor.match.clauses.nearness import MOST_NEAR
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import RuleSet, load_rules
from monitor.model import Article
from tests.builders import make_article

# Of a text eight times as long; what grows with the square takes sixty-four times as long.
_TIMES = 8
_MOST_TIMES_AS_LONG = 24


def _load(rules: dict[str, Any], **definitions: Any) -> RuleSet:
    rule_set = load_rules([("r.json", json.dumps({**definitions, "rules": rules}))])
    assert rule_set.problems == ()
    return rule_set


def _matched(rule_set: RuleSet, article: Article) -> list[str]:
    outcome = RuleMatcher(rule_set).match(article)
    assert outcome.problems == ()
    for match in outcome.matches:
        for mention in match.mentions:
            text = article.text_of(mention.field)
            assert text is not None
            assert text[mention.start : mention.end] == mention.text
    return [match.rule for match in outcome.matches]


_EVERY_CLAUSE: dict[str, Any] = {
    "near": {"near": ["word", "other"], "within": "3 words"},
    "same-word": {"near": ["word", "word"], "within": "2 words", "order": "given"},
    "sentence": {"near": ["word", "other"], "within": "sentence"},
    "paragraph": {"near": ["word", "wor?", "word*"], "within": "paragraph"},
    "not-near": {"all": [{"text": "word", "not_near": {"of": ["other"], "within": "1 words"}}]},
    "times": {"times": 1000, "of": "word"},
    "phrase": "word word word",
    "exact": {"text": "Word", "exact": True},
    "first": {"text": "word", "in": ["first 50 words"]},
    "query": {"query": "word NEAR/2 word AND NOT absent"},
}


@pytest.mark.parametrize("clause", _EVERY_CLAUSE.values(), ids=_EVERY_CLAUSE)
def test_equal_words_by_the_ten_thousand_take_linear_time(clause: Any) -> None:
    matcher = RuleMatcher(_load({"r": {"match": clause}}))
    matcher.match(make_article("word other. " * 100))
    short, long = (_least_time(matcher, _equal_words(count)) for count in (2_500, 2_500 * _TIMES))
    assert long < _MOST_TIMES_AS_LONG * max(short, 0.001)


def _equal_words(count: int) -> Article:
    return make_article("Word word. " * (count // 2) + "other", key=str(count))


def _least_time(matcher: RuleMatcher, article: Article) -> float:
    """The least of five: what else the machine does only adds to it.

    Without the collector, which would go through everything that all the tests before have left.
    """
    times = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            begun = thread_time()
            matcher.match(article)
            times.append(thread_time() - begun)
    finally:
        gc.enable()
    return min(times)


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("gap", [3, None])
def test_the_same_word_for_eight_clauses_takes_hardly_more_steps_a_mention_than_for_two(
    gap: int | None, ordered: bool
) -> None:
    two, eight = (_count_steps(operands, 400, gap, ordered) / (operands * 400) for operands in (2, MOST_NEAR))
    assert eight < 2 * two
    assert _count_steps(MOST_NEAR, 1600, gap, ordered) < 4.4 * _count_steps(MOST_NEAR, 400, gap, ordered)


def _count_steps(operands: int, words: int, gap: int | None, ordered: bool) -> int:
    """The lines that the search runs through: unlike time, the same on a machine that has other things to do."""
    steps = 0

    def count(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal steps
        if frame.f_code.co_filename != proximity.__file__:
            return None
        steps += event == "line"
        return count

    mentions = [_Word(place, place + 1) for place in range(words)]
    tracer = sys.gettrace()
    sys.settrace(count)
    try:
        found = proximity.find_chained([mentions] * operands, [0] * words, gap=gap, ordered=ordered)
    finally:
        sys.settrace(tracer)
    assert len(found[0]) >= words - operands
    return steps


class _Word(NamedTuple):
    start: int
    end: int


def test_eight_clauses_over_an_article_of_one_word_need_no_memory_to_speak_of() -> None:
    near = [f"word{'*' * number}" if number < 2 else {"any": ["word", f"other{number}"]} for number in range(MOST_NEAR)]
    matcher = RuleMatcher(_load({"r": {"match": {"near": near, "within": "3 words"}}}))
    tracemalloc.start()
    try:
        (match,) = matcher.match(_equal_words(2_000)).matches
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert match.mentions
    assert most < 40_000_000


def test_ten_thousand_terms_in_one_rule_are_each_found() -> None:
    rule_set = _load({"r": {"match": {"any": [f"term{number}" for number in range(10_000)]}}})
    matcher = RuleMatcher(rule_set)
    for number in (0, 5_000, 9_999):
        (match,) = matcher.match(make_article(f"a term{number} here")).matches
        assert [mention.term for mention in match.mentions] == [f"term{number}"]
    assert matcher.match(make_article("term10000")).matches == ()


def test_a_concept_of_five_thousand_rules_is_looked_up_once() -> None:
    rules = {f"r{number}": {"match": {"all": [{"concept": "c"}, f"own{number}"]}} for number in range(5_000)}
    rule_set = _load(rules, concepts={"c": [f"term{number}" for number in range(500)]})
    assert _matched(rule_set, make_article("term7 and own4321")) == ["r4321"]
    lexicons = {getattr(compiled.clause.parts[0], "lexicon", None) for compiled in rule_set.rules}
    assert len(lexicons) == 1


@pytest.mark.parametrize("text", ["word", "", " \n\n ", "\u0301", "\U0001f600", "…", "\u200f\u200e"])
def test_the_smallest_articles_are_read_like_any_other(text: str) -> None:
    rule_set = _load({name: {"match": clause} for name, clause in _EVERY_CLAUSE.items()})
    expected = {"word": ["first", "not-near"]}
    assert _matched(rule_set, make_article(text, title="")) == expected.get(text, [])


def test_an_article_of_300_kilobytes_is_searched_to_its_end() -> None:
    rule_set = _load({"r": {"match": {"near": ["needle", "haystack"], "within": "sentence"}}})
    body = "Nothing of note happened here today. " * 8_300 + "A needle in a haystack."
    assert len(body) > 300_000
    assert _matched(rule_set, make_article(body)) == ["r"]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("fire", "A fire 🔥🔥🔥 fire👩‍👩‍👧‍👦!"),
        ("cafe", "the cafe\u0301 and the CAFÉ"),
        ("zalgo", "z\u0335\u0301a\u0334\u0310l\u0336g\u0337o\u0338 comes"),
        ("سلام", "قال: \u202bالسلام\u202c سلام\u064c عليكم"),
        ("שלום", "אמר שָׁלוֹם לכולם"),
        ("Հայաստան", "«Հայաստան»։ Երևան"),
        ("核", "这是核问题"),
    ],
    ids=["emoji", "accents", "piled marks", "Arabic", "Hebrew with points", "Armenian", "Chinese"],
)
def test_mentions_cut_the_displayed_text_in_every_script(term: str, text: str) -> None:
    assert _matched(_load({"r": {"match": term}}), make_article(text)) == ["r"]
