"""How frequent words are, as far as it was looked up lately: those of everyday language come in every article.

What was looked up is believed for a while, with what this process has counted since added; what others count meanwhile
is seen after that. It weighs words, and nothing is decided on a single count.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from monitor.story.features import Frequencies

BELIEVED_FOR = timedelta(minutes=10)

# About 100 bytes each.
_MOST_WORDS = 200_000


class KnownWords:
    """The counts of words that were looked up within the last minutes."""

    def __init__(self) -> None:
        self._total = 0
        self._articles: dict[int, int] = {}
        self._since: datetime | None = None

    def list_unknown(self, words: Iterable[int], now: datetime) -> list[int]:
        """Those that have to be looked up; all of them when what is known has become old, or too much."""
        is_old = self._since is None or not timedelta(0) <= now - self._since < BELIEVED_FOR
        if is_old or len(self._articles) > _MOST_WORDS:
            self._articles.clear()
            self._since = now
        return [word for word in words if word not in self._articles]

    def learn(self, words: Iterable[int], total: int, articles: Mapping[int, int]) -> Frequencies:
        """Take in what was found of `words`; all that is known."""
        self._total = total
        self._articles.update((word, articles.get(word, 0)) for word in words)
        return Frequencies(self._total, self._articles)

    def count(self, articles_words: Iterable[Iterable[int]]) -> None:
        """Articles that were counted, each given by its distinct words."""
        for words in articles_words:
            self._total += 1
            for word in words:
                if word in self._articles:
                    self._articles[word] += 1
