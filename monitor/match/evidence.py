"""What was found, which counts words, to mentions, which cut the displayed text. Done for matches only.

Mentions come in reading order; of one clause none that lies inside another, and at most a hundred.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.match.clauses import Lookup, Occurrence
from monitor.match.display import Shown, cut_hits, pick_outermost, sorting_key
from monitor.match.lexicon import Hit
from monitor.match.postings import Numbers, number_range
from monitor.match.row import WordRow
from monitor.match.view import ArticleView
from monitor.model import Mention

_SPAN = itemgetter(0, 1)
_RULE = attrgetter("rule")
# The upper half of a number tells the rule, the lower the place, so that one sort does for both.
_HALF = 32

Mentions = tuple[Mention, ...]


class WordsFound(NamedTuple):
    """What rules found by single words, or by two side by side: of each entry, and of each place of one.

    Side by side, rule by rule, are `entries`, `rules`, `widths` in words, `lookups` and the `counts` of places. Side by
    side are then `owners`, which of the former each place belongs to, and the place in the row, those of each owner in
    order.
    """

    entries: Numbers
    rules: Numbers
    widths: Numbers
    lookups: Sequence[Lookup]
    counts: Numbers
    owners: Numbers
    places: Numbers

    def of_rules(self, holds: NDArray[np.bool_]) -> "WordsFound":
        """Only the places of rules that hold."""
        kept = holds[self.rules][self.owners]
        return self._replace(owners=self.owners[kept], places=self.places[kept])


class Answer(NamedTuple):
    """What a list shows that a rule asked, by one of the rule's entries."""

    rule: int
    entry: int
    lookup: Lookup
    shown: Shown


def locate_mentions(occurrences: Iterable[Occurrence], view: ArticleView) -> Mentions:
    """The mentions of what a clause found."""
    by_clause: dict[str, list[Occurrence]] = {}
    for occurrence in occurrences:
        by_clause.setdefault(occurrence.source.path, []).append(occurrence)
    kept = [occurrence for group in by_clause.values() for occurrence in pick_outermost(group)]
    kept.sort(key=_SPAN)
    places = cut_hits(view.row, [Hit(start, end, term) for start, end, term, _ in kept])
    sources = (occurrence.source for occurrence in kept)
    return tuple(
        Mention(source.path, *place, source.concept, source.actor)
        for source, place in zip(sources, places, strict=True)
    )


def show_rules(words: WordsFound, answers: Sequence[Answer], rule_count: int, row: WordRow) -> list[Mentions]:
    """The mentions of each of so many rules. No two entries of a rule are of one clause, and answers come by rule."""
    # By rule, then by the first word; of those that begin together the shorter ones come first.
    keys = (words.rules[words.owners] << _HALF) | (words.places << 1) | (words.widths[words.owners] - 1)
    order = keys.argsort(kind="stable")
    keys, places, owners = keys[order], words.places[order], words.owners[order]
    mentions = _cut_words(row, words, places.tolist(), owners.tolist())
    bounds = keys.searchsorted(number_range(rule_count + 1) << _HALF).tolist()
    shown = [tuple(mentions[first:last]) for first, last in pairwise(bounds)]
    for rule, group in groupby(answers, key=_RULE):
        part = slice(bounds[rule], bounds[rule + 1])
        starts, widths, entries = places[part], words.widths[owners[part]], words.entries[owners[part]]
        spans = zip(starts.tolist(), (starts + widths).tolist(), entries.tolist(), shown[rule], strict=True)
        shown[rule] = _merge(((sorting_key(start, end), entry, found) for start, end, entry, found in spans), group)
    return shown


def _cut_words(row: WordRow, words: WordsFound, places: list[int], owners: list[int]) -> list[Mention]:
    heads = [
        (lookup.path, lookup.lexicon.headword, lookup.concept, lookup.actor, width - 1)
        for lookup, width in zip(words.lookups, words.widths.tolist(), strict=True)
    ]
    starts, ends = row.located.starts, row.located.ends
    fields, numbers = row.fields, row.field_numbers
    new = tuple.__new__  # an article may have hundreds of mentions: by itself, each takes twice as long
    mentions = []
    for place, owner in zip(places, owners, strict=True):
        clause, term, concept, actor, further = heads[owner]
        field, _, text, _, _, base = fields[numbers[place]]
        start, end = starts[place] - base, ends[place + further] - base
        mentions.append(new(Mention, (clause, field, start, end, text[start:end], term, concept, actor)))
    return mentions


def _merge(words: Iterable[tuple[int, int, Mention]], answers: Iterable[Answer]) -> Mentions:
    """Mentions by sorting key and entry, and what lists show, in reading order; at one place in the rule's order."""
    found = list(words)
    for _, entry, lookup, (keys, places) in answers:
        for key, place in zip(keys, places, strict=True):
            found.append((key, entry, Mention(lookup.path, *place, lookup.concept, lookup.actor)))
    found.sort(key=_SPAN)
    return tuple([mention for _, _, mention in found])
