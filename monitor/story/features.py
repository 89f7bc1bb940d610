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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model import Article, Outline, Vector
from monitor.story.shingles import hash_of, sample_shingles
from monitor.story.vectors import scale
from monitor.text.common_words import FREQUENT
from monitor.text.fold import fold_words

_BEGINNING = 180
_TITLE_COUNTS = 2
_GRAM = 4
_STEM = 6
_LEADING_STEMS = 16
_LEADING_PAIRS = 16
# Odd, so that no two words are mapped to one, and the order of a pair counts.
_FIRST_OF_PAIR = np.int64(-0x61C8864680B583EB)
# As if so many articles had been counted before the first: the weights of a new store do not jump.
_PRIOR = 40


@dataclass(frozen=True, slots=True, eq=False)
class Frequencies:
    """In how many of `total` counted articles a word occurred: `articles[n]` for `words[n]`, hashes that rise."""

    total: int
    words: NDArray[np.int64]
    articles: NDArray[np.int64]

    def weigh(self, words: NDArray[np.int64]) -> NDArray[np.float64]:
        """The rarer a word, the more: the inverse document frequency, smoothed."""
        places = self._find(words)
        counts = self.articles[places] * (self.words[places] == words)
        rarities: NDArray[np.float64] = np.log((self.total + _PRIOR) / (counts + 1) + 1)
        return rarities

    def has(self, words: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of the words is among those whose counts are here."""
        is_here: NDArray[np.bool_] = self.words[self._find(words)] == words
        return is_here

    def _find(self, words: NDArray[np.int64]) -> NDArray[np.intp]:
        """The place of each word that is here; that of some other for one that is not."""
        return np.minimum(self.words.searchsorted(words), len(self.words) - 1)


# With a word that no text has: something can be looked up in it.
NOTHING_COUNTED = Frequencies(0, np.zeros(1, np.int64), np.zeros(1, np.int64))
"""Before the first article: every word is as rare as any other."""


def outline_article(article: Article) -> Outline:
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
    hashed_grams, gram_weights, _ = _hash_all(grams)
    hashed_stems, stem_weights, places = _hash_all(stems)
    pair_stems = np.array([(places[one], places[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    return Outline(
        shingles=sample_shingles(article),
        grams=hashed_grams,
        gram_weights=gram_weights,
        stems=hashed_stems,
        stem_weights=stem_weights,
        # As good as a hash of both words, and there already.
        pairs=hashed_stems[pair_stems[:, 0]] * _FIRST_OF_PAIR ^ hashed_stems[pair_stems[:, 1]],
        pair_weights=_damp(pairs),
        pair_stems=pair_stems,
    )


def list_counted(outline: Outline) -> NDArray[np.int64]:
    """All of an article that it matters for in how many articles it occurs."""
    return np.concatenate((outline.grams, outline.stems))


def weigh_grams(outline: Outline, frequencies: Frequencies) -> Vector:
    """The features of an article, scaled to a length of 1; none when it has no words."""
    return scale(outline.grams, outline.gram_weights * frequencies.weigh(outline.grams))


def list_leading(outline: Outline, frequencies: Frequencies) -> tuple[int, ...]:
    """What leads to an article's story: the beginnings of words that weigh most, and the pairs that do."""
    rarities = frequencies.weigh(outline.stems)
    stems = _find_strongest(outline.stems, outline.stem_weights * rarities, _LEADING_STEMS)
    of_pairs = outline.pair_weights * rarities[outline.pair_stems].sum(axis=1)
    pairs = _find_strongest(outline.pairs, of_pairs, _LEADING_PAIRS)
    return (*outline.stems[stems].tolist(), *outline.pairs[pairs].tolist())


def _find_strongest(features: NDArray[np.int64], weights: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """The places of those that weigh most, the strongest first."""
    return np.lexsort((features, -weights))[:most]


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


def _hash_all(texts: Mapping[str, int]) -> tuple[NDArray[np.int64], NDArray[np.float64], Mapping[str, int]]:
    """The hashes of counted texts, rising, with the weights of their counts, and the place that each text has there."""
    hashes = np.fromiter(map(_hash, texts), np.int64, len(texts))
    order = np.argsort(hashes)
    places = np.argsort(order).tolist()
    return hashes[order], _damp(texts)[order], dict(zip(texts, places, strict=True))


def _damp(times: Mapping[Any, int]) -> NDArray[np.float64]:
    """The fifth occurrence says less than the second."""
    return 1 + np.log(np.fromiter(times.values(), np.float64, len(times)))
