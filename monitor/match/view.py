"""One article as clauses look at it: folded words in one row, and what was already looked up in them.

Words of all fields stand in one list, a word that nothing fits between two fields, so no phrase runs from one field
into the next. Everything beyond the words is worked out when first asked for; most articles are asked for nothing.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from monitor.match.atoms import AtomTable
from monitor.match.choices import find_common
from monitor.match.lexicon import Alias, Hit, Lexicon, Phrase
from monitor.match.postings import Numbers, as_numbers
from monitor.match.scope import DEFAULT_SCOPE, RUNNING_TEXT, Scope, kind_of_field
from monitor.match.terms import Term, exact_pattern
from monitor.model import Article, Source
from monitor.text.fold import Words, fold_words, locate_words
from monitor.text.sentences import Span, paragraph_spans, sentence_spans

_BETWEEN_FIELDS = "\n"
# Where it costs about as much to have gone through all words so many times as to prepare for every question.
_MOST_SCANS = 8
_MOST_QUESTIONS = 60


class FieldWords(NamedTuple):
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
    """Belongs to one article and one table of atoms; holds nothing that outlives them.

    `source` is the one the article came from, None where it came from elsewhere than a configured one.
    """

    def __init__(self, article: Article, table: AtomTable, source: Source | None = None) -> None:
        self.article = article
        self.source = source
        self.day: date = (article.published or article.fetched_at).date()
        self.language = primary_language(article.language) if article.language else None
        self._table = table
        self.words: list[str] = []
        self.fields = tuple(self._add_field(path, text) for path, text in article.fields().items())
        self._firsts = [field.first for field in self.fields]
        self._places: dict[int, list[int]] = {}
        self._questions = self._scans = 0
        self._default_hits: dict[Lexicon, list[Hit]] = {}
        self._hits: dict[Scope, dict[Lexicon, list[Hit]]] = {DEFAULT_SCOPE: self._default_hits}
        self._cuts: dict[Span, Cut] = {}
        self._ranges: dict[Scope, tuple[list[int], list[int]]] = {}
        self._located: dict[str, Words] = {}

    def _add_field(self, path: str, text: str) -> FieldWords:
        first = len(self.words)
        self.words.extend(fold_words(text))
        last = len(self.words)
        self.words.append(_BETWEEN_FIELDS)
        return FieldWords(path, kind_of_field(path), text, first, last)

    @cached_property
    def word_classes(self) -> list[int]:
        """For each word of the row its class in the table of atoms."""
        return self._table.classes_of(self.words)

    @cached_property
    def class_row(self) -> Numbers:
        """The same as an array."""
        return as_numbers(self.word_classes)

    @cached_property
    def _classes(self) -> frozenset[int]:
        return frozenset(self.word_classes)

    @cached_property
    def atoms(self) -> frozenset[int]:
        """The atoms that occur."""
        return frozenset(chain.from_iterable(map(self._table.classes.__getitem__, self._classes)))

    def _places_of(self, atom: int) -> list[int]:
        """Where words that fit an atom stand, those of each class in order."""
        places = self._places.get(atom)
        if places is None:
            found = self._classes.intersection(self._table.classes_with(atom))
            places = self._places[atom] = [place for number in found for place in self._places_of_class(number)]
        return places

    def _places_of_class(self, number: int) -> Iterable[int]:
        """The first few by going through the row; who asks for more is served better by all places sorted by class."""
        self._scans += 1
        if self._scans <= _MOST_SCANS:
            return self._iter_row(number)
        places, spans = self._sorted_places
        return places[slice(*spans[number])]

    def _iter_row(self, number: int) -> Iterator[int]:
        place = -1
        for _ in range(self.word_classes.count(number)):
            place = self.word_classes.index(number, place + 1)
            yield place

    @cached_property
    def _sorted_places(self) -> tuple[list[int], dict[int, tuple[int, int]]]:
        """The places of all words, those of each class side by side and in order; where each class begins and ends."""
        order = self.class_row.argsort(kind="stable")
        classes = self.class_row[order]
        firsts = np.flatnonzero(np.diff(classes, prepend=-1))
        spans = pairwise([*firsts.tolist(), len(classes)])
        return order.tolist(), dict(zip(classes[firsts].tolist(), spans, strict=True))

    @cached_property
    def word_count(self) -> int:
        """Of title, standfirst and body."""
        return sum(words.last - words.first for words in self.fields if words.kind in RUNNING_TEXT)

    # ------------------------------------------------------------------------------------------ terms

    def find_hits(self, lexicon: Lexicon, scope: Scope) -> list[Hit]:
        """Where terms of the lexicon stand within the scope, by start and end; overlapping ones all count."""
        # Nearly every clause looks in the default scope, and to hash a scope takes longer than the rest.
        found = self._default_hits if scope is DEFAULT_SCOPE else self._hits.setdefault(scope, {})
        hits = found.get(lexicon)
        if hits is None:
            if not self._has_any(lexicon):
                return []
            hits = found[lexicon] = self._within(self._look_up(lexicon), scope)
        return hits

    def _look_up(self, lexicon: Lexicon) -> list[Hit]:
        hits = []
        anchors = lexicon.phrases
        for atom in anchors if len(anchors) == 1 else find_common(self.atoms, anchors):
            for phrase in lexicon.phrases[atom]:
                alias = phrase.alias
                if alias is None:
                    hits += self._find_phrase(phrase, atom)
                elif self._speaks(alias.term.language) and alias.holds_on(self.day):
                    hits += self._in_company(self._find_phrase(phrase, atom), alias)
        if len(hits) > 1:
            hits.sort(key=lambda hit: hit[:2])
        return hits

    def _has_any(self, lexicon: Lexicon) -> bool:
        """Whether an atom of the lexicon occurs. Most are asked about in vain, so this is what an article costs."""
        if len(lexicon.phrases) == 1 and self._questions < _MOST_QUESTIONS and "atoms" not in self.__dict__:
            self._questions += 1
            (atom,) = lexicon.phrases
            return not self._classes.isdisjoint(self._table.classes_with(atom))
        return not lexicon.phrases.keys().isdisjoint(self.atoms)

    def _speaks(self, language: str | None) -> bool:
        return language is None or self.language is None or language == self.language

    def _find_phrase(self, phrase: Phrase, atom: int) -> list[Hit]:
        length = len(phrase.atoms)
        term = phrase.term
        starts = [place - phrase.anchor for place in self._places_of(atom)]
        if length == 1:
            return [Hit(start, start + 1, term) for start in starts]
        return [Hit(start, start + length, term) for start in starts if self._stands_at(phrase.atoms, start)]

    def _stands_at(self, atoms: tuple[int, ...], start: int) -> bool:
        found = self.word_classes[max(start, 0) : start + len(atoms)]
        classes = self._table.classes
        return len(found) == len(atoms) and all(
            atom in classes[number] for atom, number in zip(atoms, found, strict=True)
        )

    def _in_company(self, hits: list[Hit], alias: Alias) -> list[Hit]:
        """The hits that count, by how they are displayed and by what else the article's own text names."""
        if alias.term.exact:
            hits = [hit for hit in hits if self._find_displayed(hit.start, alias.term)]
        if hits and alias.needs is not None:
            others = self.find_hits(alias.needs, DEFAULT_SCOPE)
            hits = [hit for hit in hits if any(other.end <= hit.start or hit.end <= other.start for other in others)]
        if hits and alias.unless is not None:
            # A longer name around the hit, "Georgia State" around "Georgia", speaks against it as well.
            named = {other[:2] for other in self.find_hits(alias.unless, DEFAULT_SCOPE)}
            hits = [hit for hit in hits if named <= {hit[:2]}] if len(named) <= 1 else []
        return hits

    # ------------------------------------------------------------------------------------------ places

    def _within(self, hits: list[Hit], scope: Scope) -> list[Hit]:
        if not hits:
            return hits
        ranges = self._ranges.get(scope)
        if ranges is None:
            ranges = self._ranges[scope] = self._resolve(scope)
        starts, ends = ranges
        return [hit for hit in hits if hit.end <= ends[bisect_right(starts, hit.start)]]

    def _resolve(self, scope: Scope) -> tuple[list[int], list[int]]:
        """The words of a scope as ranges that do not overlap, in order: their starts, and their ends after a zero."""
        left = scope.first_words
        starts, ends = [], [0]
        for words in self.fields:
            size = words.last - words.first
            reach = size if words.kind in scope.places else 0
            if "lead" in scope.places:
                reach = max(reach, self._lead_of(words))
            if words.kind in RUNNING_TEXT:
                reach = max(reach, min(left, size))
                left = max(0, left - size)
            if reach:
                starts.append(words.first)
                ends.append(words.first + reach)
        return starts, ends

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
        return self.fields[bisect_right(self._firsts, place) - 1]

    def cut(self, start: int, end: int) -> Cut:
        """What the words from `start` up to, not including, `end` look like in their field."""
        found = self._cuts.get((start, end))
        if found is None:
            words = self.field_at(start)
            located = self.locate(words)
            first, last = located.span(start - words.first)
            if end - start > 1:
                _, last = located.span(end - 1 - words.first)
            found = self._cuts[start, end] = Cut(words.path, first, last, words.text[first:last])
        return found

    def cut_term(self, start: int, end: int, term: Term) -> Cut:
        """The same, with the signs around the words that an exact term was written with."""
        displayed = self._find_displayed(start, term) if term.exact else None
        return Cut(self.field_at(start).path, *displayed.span(), displayed[0]) if displayed else self.cut(start, end)

    def _find_displayed(self, start: int, term: Term) -> re.Match[str] | None:
        """Where an exact term is displayed as written, if it is, its first word being that of the row at `start`."""
        pattern, before = exact_pattern(term.written)
        words = self.field_at(start)
        first = self.locate(words).span(start - words.first)[0] - before
        return pattern.match(words.text, first) if first >= 0 else None


def primary_language(language: str) -> str:
    """ "en" of "en-GB": terms and articles are compared by their language alone, not by region or script."""
    return language.replace("_", "-").split("-", 1)[0].casefold()
