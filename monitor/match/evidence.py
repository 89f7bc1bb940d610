"""What was found, which counts words, to mentions, which cut the displayed text. Done for matches only.

Mentions come in reading order; of one clause none that lies inside another, and at most a hundred.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import NamedTuple

from monitor.match.clauses import Lookup, Occurrence
from monitor.match.display import Shown, cut_hits, pick_outermost, sorting_key
from monitor.match.lexicon import Hit
from monitor.match.postings import Numbers, number_range, spread
from monitor.match.row import WordRow
from monitor.match.view import ArticleView
from monitor.model import Mention

_SPAN = itemgetter(0, 1)
_RULE = attrgetter("rule")
# The upper half of a number tells the rule, the lower the place, so that one sort does for both.
_HALF = 32

Mentions = tuple[Mention, ...]


class WordsFound(NamedTuple):
    """Side by side, rule by rule: an entry of a rule, the rule, what it looks for, and its places in the row.

    These are `counts` of the article's own places by atom, from `starts` on.
    """

    entries: Numbers
    rules: Numbers
    lookups: Sequence[Lookup]
    starts: Numbers
    counts: Numbers


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
    which = number_range(len(words.counts)).repeat(words.counts)
    places = row.own_places.by_atom[spread(words.starts, words.counts)]
    keys = (words.rules[which] << _HALF) | places
    order = keys.argsort(kind="stable")
    keys, places, which = keys[order], places[order], which[order]
    mentions = _cut_words(row, places.tolist(), which.tolist(), words.lookups)
    bounds = keys.searchsorted(number_range(rule_count + 1) << _HALF).tolist()
    shown = [tuple(mentions[first:last]) for first, last in pairwise(bounds)]
    for rule, group in groupby(answers, key=_RULE):
        first, last = bounds[rule], bounds[rule + 1]
        entries = words.entries[which[first:last]].tolist()
        singles = zip(places[first:last].tolist(), entries, shown[rule], strict=True)
        shown[rule] = _merge(singles, group)
    return shown


def _cut_words(row: WordRow, places: list[int], which: list[int], lookups: Sequence[Lookup]) -> list[Mention]:
    heads = [(each.path, each.lexicon.aliases[0].term.written, each.concept, each.actor) for each in lookups]
    starts, ends = row.located.starts, row.located.ends
    fields, numbers = row.fields, row.field_numbers
    new = tuple.__new__  # an article may have hundreds of mentions: by itself, each takes twice as long
    mentions = []
    for place, number in zip(places, which, strict=True):
        clause, term, concept, actor = heads[number]
        field, _, text, _, _, base = fields[numbers[place]]
        start, end = starts[place] - base, ends[place] - base
        mentions.append(new(Mention, (clause, field, start, end, text[start:end], term, concept, actor)))
    return mentions


def _merge(singles: Iterable[tuple[int, int, Mention]], answers: Iterable[Answer]) -> Mentions:
    """Words given by place and entry, and what lists show, in reading order; at one place in the order of the rule."""
    found = [(sorting_key(place, place + 1), entry, mention) for place, entry, mention in singles]
    for _, entry, lookup, (keys, places) in answers:
        for key, place in zip(keys, places, strict=True):
            found.append((key, entry, Mention(lookup.path, *place, lookup.concept, lookup.actor)))
    found.sort(key=_SPAN)
    return tuple([mention for _, _, mention in found])
