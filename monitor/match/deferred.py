"""Lexicons of one term that were stored: put together when somebody asks for more than most of them are asked for.

To find out which of an article's candidates hold takes the atoms of some three hundred such terms, and nothing else
of nearly all of them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from monitor.match.lexicon import Alias, Lexicon, Phrase, SoleTerm, restore_single
from monitor.match.rarity import Key, Requirement
from monitor.match.terms import Term, WordKind, WordPattern


class StoredTerm(NamedTuple):
    """A term that asks for nothing besides its words, and these neither inflected nor stemmed."""

    written: str
    words: Sequence[tuple[WordKind, str]]
    atoms: tuple[int, ...]
    anchor: int


class DeferredLexicon(Lexicon):
    """What monitor.match.lexicon.restore_single makes of the same."""

    __slots__ = ("_bound", "_languages", "_term", "_whole")

    _bound: tuple[str | None, bool]
    _languages: tuple[str, ...]
    _term: StoredTerm
    _whole: Lexicon | None

    def __init__(self, term: StoredTerm, bound: tuple[str | None, bool], languages: tuple[str, ...]) -> None:
        """`bound` is the language of the term, if it has one, and whether it is exact."""
        put = object.__setattr__  # it is as frozen as any lexicon
        put(self, "_term", term)
        put(self, "_bound", bound)
        put(self, "_languages", languages)
        put(self, "_whole", None)

    @property
    def sole(self) -> SoleTerm:
        language, is_exact = self._bound
        return SoleTerm(self._term[2], self._term[3], language is None and not is_exact)

    @property
    def headword(self) -> str:
        return self._term[0]

    @property
    def languages(self) -> tuple[str, ...]:
        return self._languages

    @property
    def aliases(self) -> tuple[Alias, ...]:
        return self._read().aliases

    @property
    def phrases(self) -> Mapping[int, tuple[Phrase, ...]]:
        return self._read().phrases

    @property
    def required(self) -> Requirement:
        return self._read().required

    @property
    def certain(self) -> frozenset[Key]:
        return self._read().certain

    def _read(self) -> Lexicon:
        whole = self._whole
        if whole is None:
            written, words, atoms, _ = self._term
            term = Term(written, tuple([WordPattern(kind, word) for kind, word in words]), *self._bound)
            whole = restore_single(Alias(term), atoms, self._languages)
            object.__setattr__(self, "_whole", whole)
        return whole
