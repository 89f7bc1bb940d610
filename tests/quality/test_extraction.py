"""How well pages are read, against what was written into them: floors that only a sentence in the changelog lowers.

`pages.json` holds what each page under tests/golden/parse/pages was made of. The bodies are compared by runs of four
words, as published benchmarks of extraction do; the other parts by their words.
"""

import json
from hashlib import blake2b
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import trafilatura

from monitor.model import Article, EntryKey, Record, SourceId
from monitor.parse.article import parse_records
from monitor.parse.charset import decode_bytes
from monitor.parse.options import ParseOptions
from monitor.parse.vote import agreement, runs_of
from monitor.text.fold import fold_words
from tests.builders import NOON

_PAGES = Path(__file__).parents[1] / "golden" / "parse" / "pages"
_TRUTH: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("pages.json").read_text(encoding="utf-8"))
_CORPUS = "602eed9cce4e5fde"
_BODY, _TITLE, _STANDFIRST, _CAPTIONS, _CREDITS = 0.999, 1.0, 1.0, 1.0, 1.0


def read(name: str) -> Article:
    record = Record(
        source=SourceId("quality"), key=EntryKey(name), name=name, format="html", data=(_PAGES / name).read_bytes()
    )
    [article] = parse_records([record], NOON, ParseOptions()).articles
    return article


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return {name: read(name) for name in _TRUTH}


def body_score(paragraphs: list[str], truth: dict[str, Any]) -> float:
    return agreement(runs_of(tuple(paragraphs)), runs_of(tuple(truth["paragraphs"])))


def same(one: str | None, other: str | None) -> bool:
    return fold_words(one or "") == fold_words(other or "")


def test_the_corpus_is_the_one_that_the_floors_were_measured_on() -> None:
    digest = blake2b(digest_size=8)
    for name in sorted(_TRUTH):
        digest.update((_PAGES / name).read_bytes())

    assert digest.hexdigest() == _CORPUS


def test_bodies_are_read_at_least_so_well(articles: dict[str, Article]) -> None:
    scores = {name: body_score((articles[name].body or "").split("\n\n"), truth) for name, truth in _TRUTH.items()}

    assert mean(scores.values()) >= _BODY, sorted(scores.items(), key=lambda item: item[1])[:8]


def test_bodies_are_read_better_than_by_one_extractor_alone(articles: dict[str, Article]) -> None:
    alone = [
        body_score(
            (trafilatura.extract(decode_bytes((_PAGES / name).read_bytes()), fast=True) or "").split("\n"), truth
        )
        for name, truth in _TRUTH.items()
    ]
    ours = [body_score((articles[name].body or "").split("\n\n"), truth) for name, truth in _TRUTH.items()]

    assert mean(ours) > mean(alone)


def test_titles_and_standfirsts_are_read_at_least_so_well(articles: dict[str, Article]) -> None:
    titles = [same(articles[name].title, truth["title"]) for name, truth in _TRUTH.items()]
    standfirsts = [same(articles[name].standfirst, truth["standfirst"]) for name, truth in _TRUTH.items()]

    assert mean(titles) >= _TITLE
    assert mean(standfirsts) >= _STANDFIRST


@pytest.mark.parametrize(("part", "floor"), [("caption", _CAPTIONS), ("credit", _CREDITS)])
def test_captions_and_credits_are_read_at_least_so_well(articles: dict[str, Article], part: str, floor: float) -> None:
    found = {
        name: [" ".join(fold_words(text)) for image in article.images if (text := getattr(image, part))]
        for name, article in articles.items()
    }
    right = [
        found[name] == [" ".join(fold_words(text)) for text in truth[part + "s"]] for name, truth in _TRUTH.items()
    ]

    assert mean(right) >= floor
