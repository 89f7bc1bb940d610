"""The sentences that matched, cut into segments so that each channel can mark the mentions in its own way.

Texts come out as they stand in the article; making them safe to show is for monitor.render.clean.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from unicodedata import combining

from monitor.model import Article, Mention
from monitor.text.sentences import sentence_spans

Span = tuple[int, int]

LONGEST = 360
"""Characters. Longer sentences are cut down to the surroundings of their mentions."""

_AROUND = 80
# How far a cut may move to fall between two words; scripts without spaces are cut where it stands.
_SNAP = 24
_GAP = " … "
_OF_EACH = 50

_LABELS = {"title": "title", "standfirst": "standfirst", "body": "body", "url": "address"}
_NESTED_LABELS = {"caption": "caption", "credit": "credit", "authors": "author"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, either a mention or what stands between two."""

    text: str
    is_mention: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A sentence with its mentions. `field` is a path into the article; `clauses` counts the different ones in it."""

    field: str
    segments: tuple[Segment, ...]
    clauses: int

    @property
    def text(self) -> str:
        """The sentence without marks."""
        return "".join(segment.text for segment in self.segments)

    @property
    def label(self) -> str:
        """What the field is called: title, standfirst, body, caption, credit, author or address."""
        return label_of(self.field)


def label_of(path: str) -> str:
    """The plain name of a field: "images[0].caption" is a caption."""
    if path in _LABELS:
        return _LABELS[path]
    return next((label for part, label in _NESTED_LABELS.items() if part in path), path)


def excerpts_of(article: Article, mentions: Sequence[Mention], *, limit: int) -> tuple[Excerpt, ...]:
    """At most `limit` sentences that hold mentions, those with the most different clauses first, else in reading order.

    A mention that does not stand where it says is left out; overlapping ones are marked as one.
    """
    by_field: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_field.setdefault(mention.field, []).append(mention)
    found = [
        excerpt
        for field, text in article.fields().items()
        if field in by_field
        for excerpt in _iter_excerpts(field, text, by_field[field])
    ]
    return tuple(sorted(found, key=lambda excerpt: -excerpt.clauses)[:limit])


def some_of_each(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """The first 50 mentions of each clause in each field: enough to show, however long the article is."""
    counts: Counter[tuple[str, str]] = Counter()
    kept = []
    for mention in mentions:
        counts[mention.clause, mention.field] += 1
        if counts[mention.clause, mention.field] <= _OF_EACH:
            kept.append(mention)
    return tuple(kept)


def mark_mentions(text: str, mentions: Iterable[Mention]) -> tuple[Segment, ...]:
    """A whole field, such as the title, with its mentions marked."""
    return tuple(
        _iter_segments(
            text, (0, len(text)), _merge(_span_of(mention) for mention in mentions if _stands_in(text, mention))
        )
    )


def _iter_excerpts(field: str, text: str, mentions: Sequence[Mention]) -> Iterator[Excerpt]:
    standing = [mention for mention in mentions if _stands_in(text, mention)]
    if not standing:
        return
    sentences = _sentences_of(text)
    regions = _merge(_sentence_around(sentences, _span_of(mention)) for mention in standing)
    groups: dict[Span, list[Mention]] = {region: [] for region in regions}
    for mention in standing:
        groups[regions[bisect_right(regions, mention.start, key=itemgetter(0)) - 1]].append(mention)
    for region, group in groups.items():
        segments = tuple(cut_sentence(text, region, group))
        yield Excerpt(field=field, segments=segments, clauses=len({mention.clause for mention in group}))


# The excerpts of many matches of one article are made one after the other.
@lru_cache(maxsize=8)
def _sentences_of(text: str) -> tuple[Span, ...]:
    return tuple(sentence_spans(text))


def _stands_in(text: str, mention: Mention) -> bool:
    return 0 <= mention.start < mention.end and text[mention.start : mention.end] == mention.text


def _span_of(mention: Mention) -> Span:
    return mention.start, mention.end


def _merge(spans: Iterable[Span]) -> list[Span]:
    """The same places, in order, those that overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _sentence_around(sentences: Sequence[Span], span: Span) -> Span:
    """From the beginning of the sentence where the span begins to the end of the one where it ends."""
    start, end = span
    first = bisect_right(sentences, start, key=itemgetter(0)) - 1
    last = bisect_right(sentences, end - 1, key=itemgetter(0)) - 1
    if first < 0:
        return span
    return min(sentences[first][0], start), max(sentences[last][1], end)


def cut_sentence(text: str, sentence: Span, mentions: Iterable[Mention]) -> Iterator[Segment]:
    """The sentence, or the surroundings of its mentions with an ellipsis for what is left out."""
    spans = _merge(map(_span_of, mentions))
    windows = [sentence] if sentence[1] - sentence[0] <= LONGEST else _windows_of(text, sentence, spans)
    if windows[0][0] > sentence[0]:
        yield Segment(_GAP.lstrip())
    for number, window in enumerate(windows):
        if number:
            yield Segment(_GAP)
        yield from _iter_segments(text, window, spans)
    if windows[-1][1] < sentence[1]:
        yield Segment(_GAP.rstrip())


def _windows_of(text: str, sentence: Span, spans: Sequence[Span]) -> list[Span]:
    """Some words around each mention, from the first on, as long as all together are not too long."""
    windows: list[Span] = []
    for span in spans:
        start, end = _window_around(text, sentence, span, spans)
        others = windows
        if windows and start <= windows[-1][1] + len(_GAP):
            start, others = windows[-1][0], windows[:-1]
        if windows and end - start + sum(last - first for first, last in others) > LONGEST:
            break
        windows = [*others, (start, end)]
    return windows


def _window_around(text: str, sentence: Span, span: Span, spans: Sequence[Span]) -> Span:
    """A span and some words on either side, within the sentence, with no other span cut in two."""
    start = _word_start(text, max(sentence[0], span[0] - _AROUND), sentence[0], span[0])
    end = _word_end(text, min(sentence[1], span[1] + _AROUND), sentence[1], span[1])
    for first, last in spans:
        start = first if first < start < last else start
        end = last if first < end < last else end
    return start, end


def _word_start(text: str, start: int, least: int, most: int) -> int:
    if start == least or text[start - 1].isspace():
        return start
    space = text.find(" ", start, min(start + _SNAP, most))
    if space >= 0:
        return space + 1
    while start < most and combining(text[start]):
        start += 1
    return start


def _word_end(text: str, end: int, most: int, least: int) -> int:
    if end == most or text[end].isspace():
        return end
    space = text.rfind(" ", max(end - _SNAP, least), end)
    if space >= 0:
        return space
    while end < most and combining(text[end]):
        end += 1
    return end


def _iter_segments(text: str, window: Span, spans: Sequence[Span]) -> Iterator[Segment]:
    position, stop = window
    for start, end in spans:
        if start < position or end > stop:
            continue
        if start > position:
            yield Segment(text[position:start])
        yield Segment(text[start:end], is_mention=True)
        position = end
    if position < stop:
        yield Segment(text[position:stop])
