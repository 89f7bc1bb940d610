"""An article as weighted features: what reports of one event have in common, however they are worded.

Features are the words and pairs of words of the headline, the standfirst and the beginning of the body, which is where
a report says what happened. In languages that inflect much, a word longer than four letters counts by its sequences of
four letters instead, so that its cases still meet. A feature weighs more the fewer articles have it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

from monitor.model import Article
from monitor.story.shingles import hash_of
from monitor.text.common_words import FREQUENT
from monitor.text.fold import fold_words

INFLECTED = frozenset(["ru", "uk", "bg", "sr", "pl", "cs", "el", "tr", "az", "hy", "ka", "kk"])
"""Languages whose words change so much that their letters are compared instead."""

_BEGINNING = 180
_TITLE_COUNTS = 2
_GRAM = 4
# As if so many articles had been counted before the first: the weights of a new store do not jump.
_PRIOR = 40
_PAIR = 1.3


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
    """What of an article is compared. `single` and `pairs` hold hashes; a pair remembers its two words."""

    single: Mapping[int, float]
    pairs: Mapping[int, tuple[float, int, int]]


def count_words(article: Article) -> Words:
    """How often each word and each pair of neighbours occurs; the headline counts twice, frequent words not at all."""
    ignored = FREQUENT.get(article.language or "", frozenset())
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for words, times in _iter_parts(article):
        told = [word for word in words if word not in ignored]
        for word in told:
            single[word] += times
        for pair in pairwise(told):
            pairs[pair] += times
    if article.language in INFLECTED:
        return Words(_count_grams(single), {})
    hashes = {word: hash_of(word) for word in single}
    return Words(
        single={hashes[word]: _damp(times) for word, times in single.items()},
        pairs={
            hash_of(f"{one} {other}"): (_damp(times), hashes[one], hashes[other])
            for (one, other), times in pairs.items()
        },
    )


def weigh_words(words: Words, frequencies: Frequencies) -> dict[int, float]:
    """The features of an article by their hash, scaled to a length of 1; empty when it has no words."""
    weights = {word: times * frequencies.weigh(word) for word, times in words.single.items()}
    for pair, (times, one, other) in words.pairs.items():
        weights[pair] = times * _PAIR * (frequencies.weigh(one) + frequencies.weigh(other)) / 2
    return scale(weights)


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


def _count_grams(words: Mapping[str, int]) -> dict[int, float]:
    grams: Counter[str] = Counter()
    for word, times in words.items():
        for start in range(max(1, len(word) - _GRAM + 1)):
            grams[word[start : start + _GRAM]] += times
    return {hash_of(gram): _damp(times) for gram, times in grams.items()}


def _damp(times: float) -> float:
    """The fifth occurrence says less than the second."""
    return 1 + log(times)
