"""What the engine is measured beside: folding the words alone, and mokaccino, a percolator written in Rust."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from monitor.match.scope import DEFAULT_SCOPE, kind_of_field
from monitor.model import Article
from monitor.text.fold import fold_words

try:
    import mokaccino
except ImportError:  # the extra "bench" is not installed
    mokaccino = None

_WORD, _PAIR = "word", "pair"


def fold_article(article: Article) -> int:
    """What any engine does at least: the folded words of every field."""
    return sum(len(fold_words(text)) for text in article.fields().values())


class UnsupportedRuleError(Exception):
    """A rule that cannot be said in mokaccino's terms."""


class Percolator:
    """mokaccino with the same folding before it: an article is its set of words, and of word pairs that rules name."""

    def __init__(self, rules: dict[str, Any]) -> None:
        if mokaccino is None:
            raise UnsupportedRuleError('mokaccino is not installed: pip install "media-monitor[bench]"')
        self._pairs: set[tuple[str, str]] = set()
        self._names = list(rules)
        percolator = mokaccino.Percolator()
        for number, match in enumerate(rules.values()):
            percolator.add_query_id(self._query(match), number)
        self._percolator = percolator

    def match(self, article: Article) -> list[str]:
        """The names of the rules that hold, in no order."""
        document = mokaccino.Document()
        for words in _iter_texts(article):
            for word in words:
                document.add_value(_WORD, word)
            for pair in self._pairs.intersection(pairwise(words)):
                document.add_value(_PAIR, " ".join(pair))
        return [self._names[number] for number in self._percolator.percolate_list(document)]

    def _query(self, match: Any) -> Any:
        if isinstance(match, str):
            return self._term(match)
        ((kind, parts),) = match.items()
        queries = [self._query(part) for part in parts] if kind in ("all", "any", "none") else []
        if not queries:
            raise UnsupportedRuleError(f'mokaccino knows no "{kind}"')
        if kind == "all":
            return mokaccino.Query.from_and(queries)
        either = mokaccino.Query.from_or(queries)
        return mokaccino.Query.from_not(either) if kind == "none" else either

    def _term(self, text: str) -> Any:
        words = fold_words(text)
        is_prefix = text.endswith("*")
        if len(words) == 1:
            build = mokaccino.Query.from_kprefix if is_prefix else mokaccino.Query.from_kv
            return build(_WORD, words[0])
        if len(words) > 2 or is_prefix:
            raise UnsupportedRuleError(f'mokaccino knows no phrases of several words such as "{text}"')
        self._pairs.add((words[0], words[1]))
        return mokaccino.Query.from_kv(_PAIR, " ".join(words))


def _iter_texts(article: Article) -> Iterator[list[str]]:
    """The words of each field of the article's own text, as our rules look at it."""
    for path, text in article.fields().items():
        if kind_of_field(path) in DEFAULT_SCOPE.places:
            yield fold_words(text)
