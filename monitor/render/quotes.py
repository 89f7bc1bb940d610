"""The sentences that matched as plain lines, for archives: what monitor.render.highlight cuts, without its marks.

An article of an archive may bring a dozen matches that quote the same sentences, so each is cut once.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from monitor.model import Article, Mention
from monitor.render.highlight import LONGEST, cut_sentence, excerpts_of, label_of
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
        # By sentence; None for those that are too long to be quoted whole.
        self._quotes: list[Quote | None] = []

    def of(self, mentions: Sequence[Mention], *, limit: int) -> tuple[Quote, ...]:
        """The label and the text of each of `excerpts_of` the same mentions."""
        by_sentence = self._sort_by_sentence(mentions)
        if by_sentence is None:
            excerpts = excerpts_of(self._article, mentions, limit=limit)
            return tuple(Quote(excerpt.label, excerpt.text) for excerpt in excerpts)
        clauses = {sentence: len({mention[0] for mention in found}) for sentence, found in by_sentence.items()}
        chosen = sorted(sorted(clauses), key=lambda sentence: -clauses[sentence])[:limit]
        return tuple([self._quotes[sentence] or self._shorten(by_sentence[sentence]) for sentence in chosen])

    def _sort_by_sentence(self, mentions: Sequence[Mention]) -> dict[int, list[Mention]] | None:
        """The mentions by the number of their sentence; None where one reaches over the end of a sentence."""
        fields = self._fields or self._cut()
        by_sentence: dict[int, list[Mention]] = {}
        for mention in mentions:
            _, path, start, end, found, _, _, _ = mention
            if path not in fields:
                return None
            text, starts, ends, first = fields[path]
            number = bisect_right(starts, start) - 1
            if number < 0 or end > ends[number] or text[start:end] != found:
                return None
            if first + number in by_sentence:
                by_sentence[first + number].append(mention)
            else:
                by_sentence[first + number] = [mention]
        return by_sentence

    def _cut(self) -> dict[str, _Field]:
        for path, text in self._article.fields().items():
            spans = sentence_spans(text)
            starts, ends = [start for start, _ in spans], [end for _, end in spans]
            self._fields[path] = _Field(text, starts, ends, len(self._quotes))
            label = label_of(path)
            self._quotes += [Quote(label, text[start:end]) if end - start <= LONGEST else None for start, end in spans]
        return self._fields

    def _shorten(self, mentions: Sequence[Mention]) -> Quote:
        """The surroundings of these mentions of one long sentence."""
        path, start = mentions[0].field, mentions[0].start
        text, starts, ends, _ = self._fields[path]
        number = bisect_right(starts, start) - 1
        segments = cut_sentence(text, (starts[number], ends[number]), mentions)
        return Quote(label_of(path), "".join([segment.text for segment in segments]))
