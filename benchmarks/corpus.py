"""Articles and rules made from a fixed seed, shaped like news: few words are frequent, most are rare (Zipf's law).

The words are made up, short ones being frequent as in every language, so nothing here belongs to anybody and every
run sees the same. Some words keep company ("collocations"), so that phrases are found as names are in the press.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from monitor.model import Article, ArticleId, EntryKey, Image, SourceId

_SEED = 20_260_301
_VOCABULARY = 60_000
_WORDS_OF_ARTICLE = 394
_COLLOCATIONS = 20_000
_COLLOCATION_SHARE = 0.04
_WORDS_OF_SENTENCE = 19
_WORDS_OF_PARAGRAPH = 76
_SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "s")]

RuleMatch = dict[str, Any]
"""The `match` of a rule, as in a rule file."""


@dataclass(frozen=True)
class Language:
    """Words by falling frequency, and pairs of them that stand together."""

    words: list[str]
    shares: np.ndarray
    collocations: list[tuple[int, int]]
    generator: np.random.Generator = field(repr=False)


def make_language() -> Language:
    """The same for every run."""
    generator = np.random.default_rng(_SEED)
    shares = 1.0 / np.arange(1, _VOCABULARY + 1) ** 1.05
    ranks = _draw_ranks(generator, 2 * _COLLOCATIONS, 100, 20_000)
    pairs = list(zip(ranks[::2], ranks[1::2], strict=True))
    return Language(_make_words(generator), shares / shares.sum(), pairs, generator)


def _make_words(generator: np.random.Generator) -> list[str]:
    """Distinct words of two to ten letters and more, the frequent ones short."""
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY:
        syllables = 1 + int(np.log10(10 + len(words)) * 0.75 + generator.random())
        word = "".join(_SYLLABLES[number] for number in generator.integers(len(_SYLLABLES), size=syllables))
        words.setdefault(word)
    return list(words)


def _draw_ranks(generator: np.random.Generator, count: int, first: int, last: int) -> list[int]:
    """Ranks between two, each order of magnitude as likely as the next: how people choose words to search for."""
    return [int(rank) for rank in np.exp(generator.uniform(np.log(first), np.log(last), size=count))]


# ---------------------------------------------------------------------------------------------- articles


def make_articles(language: Language, count: int, *, now: Any) -> list[Article]:
    """Articles of 394 words: a title, a standfirst, a caption, and a body of sentences in paragraphs."""
    return [_make_article(language, number, now) for number in range(count)]


def _make_article(language: Language, number: int, now: Any) -> Article:
    words = list(islice(_iter_words(language), _WORDS_OF_ARTICLE))
    title, standfirst, caption, body = words[:9], words[9:31], words[31:41], words[41:]
    identity = f"article-{number}"
    return Article(
        id=ArticleId(identity),
        source=SourceId("benchmark"),
        key=EntryKey(identity),
        title=" ".join(title).capitalize(),
        standfirst=" ".join(standfirst).capitalize() + ".",
        body="\n\n".join(
            _write_paragraph(body[start : start + _WORDS_OF_PARAGRAPH])
            for start in range(0, len(body), _WORDS_OF_PARAGRAPH)
        ),
        url=f"https://news.example/{'-'.join(title[:6])}-{number}",
        authors=(" ".join(words[-2:]).title(),),
        images=(Image(caption=" ".join(caption).capitalize() + "."),),
        language="en",
        fetched_at=now,
        fingerprint=f"1:{number:032x}",
    )


def _iter_words(language: Language) -> Iterator[str]:
    generator = language.generator
    ranks = generator.choice(len(language.words), size=_WORDS_OF_ARTICLE, p=language.shares)
    together = generator.random(_WORDS_OF_ARTICLE) < _COLLOCATION_SHARE
    # Names and set phrases follow Zipf's law too.
    chosen = np.minimum(generator.zipf(1.1, size=_WORDS_OF_ARTICLE), len(language.collocations)) - 1
    for rank, is_pair, pair in zip(ranks, together, chosen, strict=True):
        for each in language.collocations[pair] if is_pair else (rank,):
            yield language.words[each]


def _write_paragraph(words: list[str]) -> str:
    sentences = [words[start : start + _WORDS_OF_SENTENCE] for start in range(0, len(words), _WORDS_OF_SENTENCE)]
    said = " ".join(" ".join(sentence).capitalize() + "." for sentence in sentences[1:])
    # As typeset: most paragraphs of a newspaper quote somebody, and few are pure ASCII.
    return f"“{' '.join(sentences[0]).capitalize()},” – {said}"


# ---------------------------------------------------------------------------------------------- rules


def make_simple_rules(language: Language, count: int) -> dict[str, RuleMatch]:
    """Conjunctions of a name, which is rare, and three to five words as frequent or rare as those of any text."""
    return {f"s{number}": _make_conjunction(language, 3, 5, 1) for number in range(count)}


def make_rare_rules(language: Language, count: int) -> dict[str, RuleMatch]:
    """Conjunctions of a name and two to four words of its topic, none of them among the thirty most frequent."""
    return {f"r{number}": _make_conjunction(language, 2, 4, 30) for number in range(count)}


def _make_conjunction(language: Language, fewest: int, most: int, first: int) -> RuleMatch:
    generator = language.generator
    topic = int(generator.integers(fewest, most + 1))
    ranks = [*_draw_ranks(generator, 1, 5_000, _VOCABULARY), *_draw_ranks(generator, topic, first, _VOCABULARY)]
    return {"all": [language.words[rank] for rank in generator.permutation(ranks)]}


def make_complex_rules(language: Language, count: int) -> dict[str, RuleMatch]:
    """(10 names) AND (20 words, phrases and wildcards of a topic) NOT (3 words), as analysts write them."""
    return {f"c{number}": _make_complex(language) for number in range(count)}


def _make_complex(language: Language) -> RuleMatch:
    generator = language.generator
    names = [*_make_phrases(language, 7), *_make_terms(language, 3)]
    topic = [*_make_terms(language, 11), *_make_phrases(language, 5), *_make_wildcards(language, 4)]
    unwanted = [language.words[rank] for rank in _draw_ranks(generator, 3, 300, 10_000)]
    return {"all": [{"any": names}, {"any": topic}, {"none": unwanted}]}


def _make_terms(language: Language, count: int) -> list[str]:
    return [language.words[rank] for rank in _draw_ranks(language.generator, count, 2_000, _VOCABULARY)]


def _make_phrases(language: Language, count: int) -> list[str]:
    numbers = language.generator.integers(len(language.collocations), size=count)
    return [" ".join(language.words[rank] for rank in language.collocations[number]) for number in numbers]


def _make_wildcards(language: Language, count: int) -> list[str]:
    terms = _make_terms(language, count)
    return [f"{term[: max(4, len(term) - 2)]}*" for term in terms]


def write_rule_file(rules: dict[str, RuleMatch]) -> str:
    """The rules as the JSON that the loader reads."""
    return json.dumps({"version": 1, "rules": {name: {"match": match} for name, match in rules.items()}})
