"""How frequent words are, as far as it was looked up lately: those of everyday language come in every article.

What was looked up, and added to by what this process counts, is exact as long as nobody else counts, which the number
of all articles shows. Where others count, too, it is believed for a while: it weighs words, and nothing is decided on
a single count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.story.features import NOTHING_COUNTED, Frequencies

BELIEVED_FOR = timedelta(minutes=10)

# Of 16 bytes each, which are copied for every batch that brings a new one.
_MOST_WORDS = 200_000


class KnownWords:
    """The counts of words that were looked up, and are still believed."""

    def __init__(self) -> None:
        self._known = NOTHING_COUNTED
        self._is_exact = True
        self._since: datetime | None = None

    def is_old(self, now: datetime) -> bool:
        """Whether it is time to ask how many articles are counted."""
        return self._since is None or not timedelta(0) <= now - self._since < BELIEVED_FOR

    def confirm(self, total: int, now: datetime) -> None:
        """Go on with what is known if `total` articles are counted, and all of the last ones here; else forget it."""
        if not self._is_exact or total != self._known.total:
            self._known = replace(NOTHING_COUNTED, total=total)
        self._is_exact, self._since = True, now

    def list_unknown(self, words: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those that have to be looked up, rising and each once; all of them when too much is known."""
        if len(self._known.words) > _MOST_WORDS:
            self._known = replace(NOTHING_COUNTED, total=self._known.total)
        return np.unique(words[~self._known.has(words)])

    def learn(self, words: NDArray[np.int64], total: int, articles: Mapping[int, int]) -> Frequencies:
        """Take in what was found of words that were unknown; all that is known."""
        self._is_exact = self._is_exact and total == self._known.total
        counts = np.array([articles.get(word, 0) for word in words.tolist()], np.int64)
        places = self._known.words.searchsorted(words)
        self._known = Frequencies(
            total, np.insert(self._known.words, places, words), np.insert(self._known.articles, places, counts)
        )
        return self._known

    def count(self, articles_words: Iterable[NDArray[np.int64]]) -> None:
        """Articles that were counted, each given by its distinct words."""
        counts = self._known.articles.copy()
        total = self._known.total
        for words in articles_words:
            total += 1
            counts[self._known.words.searchsorted(words[self._known.has(words)])] += 1
        self._known = Frequencies(total, self._known.words, counts)
