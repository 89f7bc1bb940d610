"""One article as clauses look at it: folded words in one row, and what was already looked up in them.

Words of all fields stand in one list, a word that nothing fits between two fields, so no phrase runs from one field
into the next. Everything beyond the words is worked out when first asked for; most articles are asked for nothing.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from monitor.match.atoms import AtomTable
from monitor.match.lexicon import Hit, Lexicon, Phrase
from monitor.match.scope import DEFAULT_SCOPE, RUNNING_TEXT, Scope, kind_of_field
from monitor.model import Article
from monitor.text.fold import Words, fold_words, locate_words
from monitor.text.sentences import Span, paragraph_spans, sentence_spans

_BETWEEN_FIELDS = "\n"


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field of the article and which words of the row are its own: from `first` up to, not including, `last`."""

    path: str
    kind: str
    text: str
    first: int
    last: int


class Cut(NamedTuple):
    """Characters of a field as displayed: `text` is what stands from `start` up to, not including, `end`."""

    field: str
    start: int
    end: int
    text: str


class ArticleView:
    """Belongs to one article and one table of atoms; holds nothing that outlives them."""

    def __init__(self, article: Article, table: AtomTable) -> None:
        self.article = article
        self.day: date = (article.published or article.fetched_at).date()
        self.language = primary_language(article.language) if article.language else None
        self._table = table
        self.words: list[str] = []
        self.fields = tuple(self._add_field(path, text) for path, text in article.fields().items())
        self._hits: dict[Lexicon, list[Hit]] = {}
        self._scoped: dict[tuple[Lexicon, Scope], list[Hit]] = {}
        self._cuts: dict[Span, Cut] = {}
        self._ranges: dict[Scope, list[Span]] = {}
        self._located: dict[str, Words] = {}

    def _add_field(self, path: str, text: str) -> FieldWords:
        first = len(self.words)
        self.words.extend(fold_words(text))
        last = len(self.words)
        self.words.append(_BETWEEN_FIELDS)
        return FieldWords(path, kind_of_field(path), text, first, last)

    @cached_property
    def atoms(self) -> dict[int, list[str]]:
        """The atoms that occur, each with the different words that fit it."""
        found: dict[int, list[str]] = {}
        for word in dict.fromkeys(self.words):
            for atom in self._table.atoms_of(word):
                found.setdefault(atom, []).append(word)
        return found

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            places.setdefault(word, []).append(place)
        return places

    # ------------------------------------------------------------------------------------------ terms

    def find_hits(self, lexicon: Lexicon, scope: Scope) -> list[Hit]:
        """Where terms of the lexicon stand within the scope, by start and end; overlapping ones all count."""
        hits = self._scoped.get((lexicon, scope))
        if hits is None:
            anywhere = self._hits.get(lexicon)
            if anywhere is None:
                anywhere = self._hits[lexicon] = self._look_up(lexicon)
            hits = self._scoped[lexicon, scope] = self._within(anywhere, scope) if anywhere else []
        return hits

    def _look_up(self, lexicon: Lexicon) -> list[Hit]:
        hits = []
        for atom in lexicon.phrases.keys() & self.atoms.keys():
            for phrase in lexicon.phrases[atom]:
                alias = phrase.alias
                if self._speaks(alias.term.language) and alias.holds_on(self.day):
                    hits += self._needed(self._find_phrase(phrase, atom), alias.needs)
        hits.sort(key=lambda hit: hit[:2])
        return hits

    def _speaks(self, language: str | None) -> bool:
        return language is None or self.language is None or language == self.language

    def _find_phrase(self, phrase: Phrase, atom: int) -> list[Hit]:
        length = len(phrase.atoms)
        term = phrase.alias.term
        starts = [place - phrase.anchor for word in self.atoms[atom] for place in self._places[word]]
        if length == 1:
            return [Hit(start, start + 1, term) for start in starts]
        return [Hit(start, start + length, term) for start in starts if self._stands_at(phrase.atoms, start)]

    def _stands_at(self, atoms: tuple[int, ...], start: int) -> bool:
        words = self.words[max(start, 0) : start + len(atoms)]
        atoms_of = self._table.atoms_of
        return len(words) == len(atoms) and all(atom in atoms_of(word) for atom, word in zip(atoms, words, strict=True))

    def _needed(self, hits: list[Hit], needs: Lexicon | None) -> list[Hit]:
        """The hits beside which something of `needs` is named in other words, anywhere in the article's own text."""
        if needs is None or not hits:
            return hits
        others = self.find_hits(needs, DEFAULT_SCOPE)
        return [hit for hit in hits if any(other.end <= hit.start or hit.end <= other.start for other in others)]

    # ------------------------------------------------------------------------------------------ places

    def _within(self, hits: list[Hit], scope: Scope) -> list[Hit]:
        ranges = self._ranges.get(scope)
        if ranges is None:
            ranges = self._ranges[scope] = self._resolve(scope)
        starts = [first for first, _ in ranges]
        kept = []
        for hit in hits:
            number = bisect_right(starts, hit.start) - 1
            if number >= 0 and hit.end <= ranges[number][1]:
                kept.append(hit)
        return kept

    def _resolve(self, scope: Scope) -> list[Span]:
        """The words of a scope as ranges that do not overlap, in order."""
        left = scope.first_words
        ranges = []
        for words in self.fields:
            size = words.last - words.first
            reach = size if words.kind in scope.places else 0
            if "lead" in scope.places:
                reach = max(reach, self._lead_of(words))
            if words.kind in RUNNING_TEXT:
                reach = max(reach, min(left, size))
                left = max(0, left - size)
            if reach:
                ranges.append((words.first, words.first + reach))
        return ranges

    @staticmethod
    def _lead_of(words: FieldWords) -> int:
        """How many words of a field belong to the lead: all of title and standfirst, one paragraph of the body."""
        if words.kind not in RUNNING_TEXT:
            return 0
        if words.kind != "body":
            return words.last - words.first
        paragraphs = paragraph_spans(words.text)
        return len(fold_words(words.text[: paragraphs[0][1]])) if paragraphs else 0

    @cached_property
    def field_numbers(self) -> list[int]:
        """For each word of the row the number of its field."""
        numbers = []
        for number, words in enumerate(self.fields):
            numbers += [number] * (words.last - words.first + 1)
        return numbers

    @cached_property
    def sentence_numbers(self) -> list[int]:
        """For each word of the row the number of its sentence; no two fields share one."""
        return self._number_by([sentence_spans(words.text) for words in self.fields])

    @cached_property
    def paragraph_numbers(self) -> list[int]:
        """For each word of the row the number of its paragraph; no two fields share one."""
        return self._number_by([paragraph_spans(words.text) for words in self.fields])

    def _number_by(self, spans_of_fields: list[tuple[Span, ...]]) -> list[int]:
        numbers: list[int] = []
        before = 0
        for words, spans in zip(self.fields, spans_of_fields, strict=True):
            starts = [start for start, _ in spans]
            numbers += [before + bisect_right(starts, start) for start in self.locate(words).starts]
            before += len(spans) + 1
            numbers.append(before)
        return numbers

    # ------------------------------------------------------------------------------------------ display

    def locate(self, words: FieldWords) -> Words:
        """Where the words of a field stand in its text."""
        located = self._located.get(words.path)
        if located is None:
            located = self._located[words.path] = locate_words(words.text)
        return located

    def field_at(self, place: int) -> FieldWords:
        """The field that a word of the row belongs to."""
        return self.fields[self.field_numbers[place]]

    def cut(self, start: int, end: int) -> Cut:
        """What the words from `start` up to, not including, `end` look like in their field."""
        found = self._cuts.get((start, end))
        if found is None:
            words = self.field_at(start)
            located = self.locate(words)
            first, last = located.starts[start - words.first], located.ends[end - 1 - words.first]
            found = self._cuts[start, end] = Cut(words.path, first, last, words.text[first:last])
        return found


def primary_language(language: str) -> str:
    """ "en" of "en-GB": terms and articles are compared by their language alone, not by region or script."""
    return language.replace("_", "-").split("-", 1)[0].casefold()
