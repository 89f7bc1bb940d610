"""The sentences that matched as plain lines, for archives: what monitor.render.highlight cuts, without its marks.

An article of an archive may bring a dozen matches that quote the same sentences, so each is cut once.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from monitor.model import Article, Mention
from monitor.render.highlight import LONGEST, excerpts_of, label_of
from monitor.text.sentences import sentence_spans


class Quote(NamedTuple):
    """A sentence, or the surroundings of its mentions, and what the field it stands in is called."""

    label: str
    text: str


class _Field(NamedTuple):
    """A field's text with the edges of its sentences; `first` is the number of the first among those of all fields."""

    text: str
    starts: list[int]
    ends: list[int]
    first: int


class Quotes:
    """Quotes of one article, for any of its matches."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._fields: dict[str, _Field] = {}
        self._quotes: list[Quote] = []

    def of(self, mentions: Sequence[Mention], *, limit: int) -> tuple[Quote, ...]:
        """The label and the text of each of `excerpts_of` the same mentions."""
        clauses = self._clauses_by_sentence(mentions)
        if clauses is None:
            return tuple(
                Quote(excerpt.label, excerpt.text) for excerpt in excerpts_of(self._article, mentions, limit=limit)
            )
        chosen = sorted(sorted(clauses), key=lambda sentence: -len(clauses[sentence]))[:limit]
        return tuple([self._quotes[sentence] for sentence in chosen])

    def _clauses_by_sentence(self, mentions: Sequence[Mention]) -> dict[int, set[str]] | None:
        """For each sentence with mentions their clauses; None where it takes more than to quote whole sentences."""
        fields = self._fields or self._cut()
        clauses: dict[int, set[str]] = {}
        for clause, path, start, end, found, _, _, _ in mentions:
            if path not in fields:
                return None
            text, starts, ends, first = fields[path]
            number = bisect_right(starts, start) - 1
            if number < 0 or end > ends[number] or text[start:end] != found or ends[number] - starts[number] > LONGEST:
                return None
            if first + number in clauses:
                clauses[first + number].add(clause)
            else:
                clauses[first + number] = {clause}
        return clauses

    def _cut(self) -> dict[str, _Field]:
        for path, text in self._article.fields().items():
            spans = sentence_spans(text)
            starts, ends = [start for start, _ in spans], [end for _, end in spans]
            self._fields[path] = _Field(text, starts, ends, len(self._quotes))
            label = label_of(path)
            self._quotes += [Quote(label, text[start:end]) for start, end in spans]
        return self._fields
