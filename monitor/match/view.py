"""One article as clauses look at it: where terms stand, in which sentence, and how that is displayed.

Everything beyond the words (monitor.match.row) is worked out when first asked for; most articles are asked for nothing.
"""

from bisect import bisect_right
from datetime import date
from functools import cached_property
from operator import itemgetter

from monitor.match.atoms import AtomTable
from monitor.match.choices import find_common
from monitor.match.display import Shown, find_displayed, show_hits
from monitor.match.lexicon import Alias, Hit, Lexicon, Phrase
from monitor.match.row import FieldWords, WordRow
from monitor.match.scope import DEFAULT_SCOPE, RUNNING_TEXT, Scope
from monitor.model import Article, Source
from monitor.text.fold import fold_words
from monitor.text.sentences import Span, paragraph_spans, sentence_spans

_SPAN = itemgetter(0, 1)


class ArticleView:
    """Belongs to one article and one table of atoms; holds nothing that outlives them.

    `source` is the one the article came from, None where it came from elsewhere than a configured one.
    """

    def __init__(self, article: Article, table: AtomTable, source: Source | None = None) -> None:
        self.article = article
        self.source = source
        self.day: date = (article.published or article.fetched_at).date()
        self.language = primary_language(article.language) if article.language else None
        self.row = WordRow(article, table)
        # Nearly every clause looks in the default scope, and to hash a scope takes longer than the rest.
        self._hits: dict[Lexicon, list[Hit]] = {}
        self._shown: dict[Lexicon, Shown] = {}
        self._scoped_hits: dict[tuple[Lexicon, Scope], list[Hit]] = {}
        self._ranges: dict[Scope, tuple[list[int], list[int]]] = {}

    @property
    def fields(self) -> tuple[FieldWords, ...]:
        """The fields with the words of each."""
        return self.row.fields

    @property
    def atoms(self) -> frozenset[int]:
        """The atoms that occur."""
        return self.row.atoms

    @cached_property
    def word_count(self) -> int:
        """Of title, standfirst and body."""
        return sum(words.last - words.first for words in self.fields if words.kind in RUNNING_TEXT)

    # ------------------------------------------------------------------------------------------ terms

    def find_hits(self, lexicon: Lexicon, scope: Scope) -> list[Hit]:
        """Where terms of the lexicon stand within the scope, by start and end; overlapping ones all count."""
        if scope is DEFAULT_SCOPE:
            hits = self._hits.get(lexicon)
            if hits is None:
                hits = self._hits[lexicon] = self._within(self._look_up(lexicon), scope)
            return hits
        hits = self._scoped_hits.get((lexicon, scope))
        if hits is None:
            hits = self._scoped_hits[lexicon, scope] = self._within(self._look_up(lexicon), scope)
        return hits

    def show(self, lexicon: Lexicon, scope: Scope) -> Shown:
        """The same as displayed; of hits inside others, and of very many, not all."""
        if scope is not DEFAULT_SCOPE:
            return show_hits(self.row, self.find_hits(lexicon, scope))
        shown = self._shown.get(lexicon)
        if shown is None:
            shown = self._shown[lexicon] = show_hits(self.row, self.find_hits(lexicon, scope))
        return shown

    def _look_up(self, lexicon: Lexicon) -> list[Hit]:
        hits: list[Hit] = []
        anchors = lexicon.phrases
        for atom in anchors if len(anchors) == 1 else find_common(self.row.atoms, anchors):
            for phrase in anchors[atom]:
                alias = phrase.alias
                if alias is None:
                    hits += self._find_phrase(phrase, atom)
                elif self._speaks(alias.term.language) and alias.holds_on(self.day):
                    hits += self._in_company(self._find_phrase(phrase, atom), alias)
        if len(anchors) > 1:
            hits.sort(key=_SPAN)
        return hits

    def _speaks(self, language: str | None) -> bool:
        return language is None or self.language is None or language == self.language

    def _find_phrase(self, phrase: Phrase, atom: int) -> list[Hit]:
        length = len(phrase.atoms)
        term = phrase.term
        places = self.row.places.find(atom)
        if length == 1:
            # An article has hundreds of these: by itself, `Hit` takes twice as long.
            return [tuple.__new__(Hit, (place, place + 1, term)) for place in places]
        starts = [place - phrase.anchor for place in places]
        return [Hit(start, start + length, term) for start in starts if self.row.stands_at(phrase.atoms, start)]

    def _in_company(self, hits: list[Hit], alias: Alias) -> list[Hit]:
        """The hits that count, by how they are displayed and by what else the article's own text names."""
        if alias.term.exact:
            hits = [hit for hit in hits if find_displayed(self.row, hit.start, alias.term)]
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

    @property
    def field_numbers(self) -> list[int]:
        """For each word of the row the number of its field."""
        return self.row.field_numbers

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
            starts = [words.base + start for start, _ in spans]
            located = self.row.located.starts[words.first : words.last]
            numbers += [before + bisect_right(starts, start) for start in located]
            before += len(spans) + 1
            numbers.append(before)
        return numbers


def primary_language(language: str) -> str:
    """ "en" of "en-GB": terms and articles are compared by their language alone, not by region or script."""
    return language.replace("_", "-").split("-", 1)[0].casefold()
