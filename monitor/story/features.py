"""An article as weighted features: what reports of one event have in common, however they are worded.

Two articles are compared by sequences of four letters within their words, so that forms of a word meet in every
language; and only the headline, the standfirst and the beginning of the body count, which is where a report says what
happened. A sequence weighs more the fewer articles have it.

Sequences of letters are in too many articles to look one up by them. What leads to a story is the beginnings of its
rarest words, and pairs of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt

from monitor.model import Article
from monitor.story.shingles import hash_of
from monitor.text.common_words import FREQUENT
from monitor.text.fold import fold_words

_BEGINNING = 180
_TITLE_COUNTS = 2
_GRAM = 4
_STEM = 6
_LEADING_STEMS = 16
_LEADING_PAIRS = 16
# As if so many articles had been counted before the first: the weights of a new store do not jump.
_PRIOR = 40


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of `total` counted articles a word occurred, by the hash of the word."""

    total: int
    articles: Mapping[int, int]

    def weigh(self, word: int) -> float:
        """The rarer the word, the more: the inverse document frequency, smoothed."""
        return log((self.total + _PRIOR) / (self.articles.get(word, 0) + 1) + 1)


NOTHING_COUNTED = Frequencies(0, {})
"""Before the first article: every word is as rare as any other."""


@dataclass(frozen=True, slots=True)
class Words:
    """How often an article has each sequence of letters, each beginning of a word, and each pair of these; by hash.

    A pair remembers its two beginnings.
    """

    grams: Mapping[int, float]
    stems: Mapping[int, float]
    pairs: Mapping[int, tuple[float, int, int]]

    def counted(self) -> set[int]:
        """All that it matters for in how many articles they occur."""
        return {*self.grams, *self.stems}


def count_words(article: Article) -> Words:
    """What an article is compared by; the headline counts twice, words of everyday language not at all."""
    ignored = FREQUENT.get(article.language or "", frozenset())
    grams: Counter[str] = Counter()
    stems: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for words, times in _iter_parts(article):
        told = [word for word in words if word not in ignored]
        beginnings = [f"{word[:_STEM]}-" for word in told]
        # Counting whole lists is left to the interpreter: one by one it takes three times as long.
        for _ in range(times):
            grams.update(_cut(_join_letters(told)))
            stems.update(beginnings)
            pairs.update(pairwise(beginnings))
    return Words(
        grams={_hash(gram): _damp(times) for gram, times in grams.items()},
        stems={_hash(stem): _damp(times) for stem, times in stems.items()},
        pairs={
            hash_of(f"{one} {other}"): (_damp(times), _hash(one), _hash(other)) for (one, other), times in pairs.items()
        },
    )


def weigh_words(words: Words, frequencies: Frequencies) -> dict[int, float]:
    """The features of an article by their hash, scaled to a length of 1; empty when it has no words."""
    return scale({gram: times * frequencies.weigh(gram) for gram, times in words.grams.items()})


def list_leading(words: Words, frequencies: Frequencies) -> tuple[int, ...]:
    """What leads to an article's story: the beginnings of words that weigh most, and the pairs that do."""
    stems = {stem: times * frequencies.weigh(stem) for stem, times in words.stems.items()}
    pairs = {
        pair: times * (frequencies.weigh(one) + frequencies.weigh(other))
        for pair, (times, one, other) in words.pairs.items()
    }
    return (*choose_strongest(stems, _LEADING_STEMS), *choose_strongest(pairs, _LEADING_PAIRS))


def scale(weights: Mapping[int, float]) -> dict[int, float]:
    """The same direction, with a length of 1."""
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return {feature: weight / length for feature, weight in weights.items()} if length else {}


def compare(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    """The cosine of two scaled vectors: 0 for nothing in common, 1 for the same."""
    small, large = sorted((one, other), key=len)
    return sum(weight * large.get(feature, 0.0) for feature, weight in small.items())


def choose_strongest(weights: Mapping[int, float], most: int) -> dict[int, float]:
    """The features that weigh most; of equal ones always the same."""
    strongest = sorted(weights, key=lambda feature: (-weights[feature], feature))[:most]
    return {feature: weights[feature] for feature in strongest}


def _iter_parts(article: Article) -> Iterable[tuple[list[str], int]]:
    yield fold_words(article.title or ""), _TITLE_COUNTS
    yield fold_words(article.standfirst or ""), 1
    yield fold_words(" ".join((article.body or "")[: _BEGINNING * 12].split()[:_BEGINNING])), 1


def _cut(words: Iterable[str]) -> list[str]:
    """The sequences of letters of each word; a short word is one of them."""
    return [word[start : start + _GRAM] for word in words for start in range(max(1, len(word) - _GRAM + 1))]


def _join_letters(words: Iterable[str]) -> Iterable[str]:
    """Letters of scripts without spaces are words of one letter each; pairs of them tell more."""
    listed = list(words)
    if sum(len(word) == 1 for word in listed) * 2 > len(listed):
        return [one + other for one, other in pairwise(listed)]
    return listed


@lru_cache(maxsize=1 << 17)
def _hash(text: str) -> int:
    """Sequences of letters come again and again; naming one costs a microsecond."""
    return hash_of(text)


def _damp(times: float) -> float:
    """The fifth occurrence says less than the second."""
    return 1 + log(times)
