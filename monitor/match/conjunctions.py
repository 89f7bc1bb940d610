"""Rules that ask for a word of each of several lists and for none of others: decided and shown many at a time.

Most rules are such conjunctions. What they find is what their clauses find (a property test holds them together), but
all of an article's candidates are looked at together, and of their lists only those of which the article has a word:
what a match costs is little more than its mentions.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.match.clauses import AllOf, AnyOf, Clause, Lookup, NoneOf
from monitor.match.display import MOST_MENTIONS
from monitor.match.evidence import Answer, Mentions, WordsFound, show_rules
from monitor.match.postings import Column, Numbers, as_numbers, number_range, spread
from monitor.match.row import WordRow
from monitor.match.scope import DEFAULT_SCOPE
from monitor.match.view import ArticleView

# Anchors; longer lists are shared by many rules, so each of these asks the list instead of holding its words again.
_SHORT = 8
_MOST_WORDS = 2
# Places of a first word, by the width of what is found by it, up to which nobody has to ask the lookup. Of a word that
# comes so often, few places may be the beginning of a phrase, and each rule would try them all.
_MOST_PLACES = as_numbers([-1, sys.maxsize, MOST_MENTIONS])
# As many as there are bits to tell which were found.
_MOST_GROUPS = 60


class Conjunction(NamedTuple):
    """One rule: of each group one lookup must be found, of `excluded` none."""

    groups: tuple[tuple[Lookup, ...], ...]
    excluded: tuple[Lookup, ...]


class _Present(NamedTuple):
    """Numbers of entries of which an article has the word, and side by side which of the candidates each belongs to."""

    entries: Numbers
    rules: Numbers


class Conjunctions:
    """Conjunctions by number, each a stretch of entries. `atom_count`: no entry's atom is as high.

    An entry is one way to find a lookup, by an atom. Its bit tells the group; 0 is what must not be found. Where the
    word, or it and the next or the last word, is all that the lookup looks for in the article's own text, the entry
    says so, and nobody has to ask the lookup.
    """

    def __init__(self, atom_count: int) -> None:
        self._starts, self._lengths = Column(), Column()
        self._wanted: list[int] = []
        self._atoms = Column()
        self._widths = Column()  # of what is found so: one word or two; 0 where the lookup is to be asked
        self._others = Column()  # the atom of the second word, and how far from the first it stands
        self._distances = Column()
        self._lookups: list[Lookup] = []
        self._bits: list[int] = []
        # One article at a time uses this. The last stands for lists that are asked in any case.
        self._is_present = np.zeros(atom_count + 1, dtype=bool)
        self._is_present[-1] = True
        self._lock = Lock()

    def add(self, conjunctions: Sequence[Conjunction]) -> range:
        """Their numbers from now on. Several at once, because few take as long as many."""
        with self._lock:
            first = len(self._wanted)
            entries: list[tuple[int, int, int, int]] = []
            lengths = []
            for conjunction in conjunctions:
                before = len(entries)
                for lookup, bit in _iter_bits(conjunction):
                    found = self._list_entries(lookup)
                    entries += found
                    self._lookups += [lookup] * len(found)
                    self._bits += [bit] * len(found)
                lengths.append(len(entries) - before)
                self._wanted.append((1 << len(conjunction.groups)) - 1)
            counts = as_numbers(lengths)
            self._starts.extend(len(self._lookups) - len(entries) + counts.cumsum() - counts)
            self._lengths.extend(counts)
            columns = as_numbers(entries).reshape(-1, 4).T
            for column, numbers in zip(self._columns, columns, strict=True):
                column.extend(numbers)
            return range(first, len(self._wanted))

    @property
    def _columns(self) -> tuple[Column, ...]:
        return self._atoms, self._widths, self._others, self._distances

    def find(self, numbers: Sequence[int], view: ArticleView) -> list[Mentions | None]:
        """For each of some conjunctions the mentions that show it; None where it does not hold."""
        present = self._find_present(as_numbers(numbers), view.row)
        found, others = self._find_words(present, view.row)
        answers = self._ask(others, view)
        has_any = found.counts > 0
        pairs = list(zip(found.rules[has_any].tolist(), found.entries[has_any].tolist(), strict=True))
        pairs += [(answer.rule, answer.entry) for answer in answers]
        holds = self._decide(numbers, pairs)
        answers = [answer for answer in answers if holds[answer.rule]]
        shown = show_rules(found.of_rules(np.array(holds, dtype=bool)), answers, len(numbers), view.row)
        return [mentions if stands else None for mentions, stands in zip(shown, holds, strict=True)]

    def _list_entries(self, lookup: Lookup) -> list[tuple[int, int, int, int]]:
        """The atom, the width, the atom of the second word and its distance, of each entry of a lookup."""
        sole = lookup.lexicon.sole
        if sole is None:
            anchors = lookup.lexicon.phrases
            # The longer ones are asked in any case.
            return [(atom, 0, 0, 0) for atom in (anchors if len(anchors) <= _SHORT else (len(self._is_present) - 1,))]
        atoms, anchor, is_free = sole
        if not is_free or len(atoms) > _MOST_WORDS or lookup.scope is not DEFAULT_SCOPE:
            return [(atoms[anchor], 0, 0, 0)]
        last = len(atoms) - 1
        return [(atoms[anchor], last + 1, atoms[last - anchor], last - 2 * anchor)]

    def _find_present(self, conjunctions: Numbers, row: WordRow) -> _Present:
        """The entries whose words the article has."""
        lengths = self._lengths.take(conjunctions)
        entries = spread(self._starts.take(conjunctions), lengths)
        rules = number_range(len(conjunctions)).repeat(lengths)
        atoms = self._atoms.take(entries)
        with self._lock:
            self._is_present[row.places.atoms] = True
            is_present = self._is_present[atoms]
            self._is_present[row.places.atoms] = False
        return _Present(entries[is_present], rules[is_present])

    def _find_words(self, present: _Present, row: WordRow) -> tuple[WordsFound, _Present]:
        """What the entries that say all find, and the others, whose lookups are to be asked."""
        widths = self._widths.take(present.entries)
        starts, ends = row.own_places.find_runs(self._atoms.take(present.entries))
        counts = ends - starts
        is_told = counts <= _MOST_PLACES[widths]
        others = _Present(present.entries[~is_told], present.rules[~is_told])
        told = (is_told & (counts > 0)).nonzero()[0]
        entries, rules, widths = present.entries[told], present.rules[told], widths[told]
        counts = np.minimum(counts[told], MOST_MENTIONS)
        owners = number_range(len(counts)).repeat(counts)
        places = row.own_places.by_atom[spread(starts[told], counts)]
        if (widths > 1).any():
            stands, places = self._join_words(entries[owners], widths[owners], places, row)
            owners, places = owners[stands], places[stands]
            counts = as_numbers(np.bincount(owners, minlength=len(counts)))
        lookups = [self._lookups[entry] for entry in entries.tolist()]
        return WordsFound(entries, rules, widths, lookups, counts, owners, places), others

    def _join_words(
        self, entries: Numbers, widths: Numbers, places: Numbers, row: WordRow
    ) -> tuple[NDArray[np.bool_], Numbers]:
        """For each place of an entry's atom whether its second word stands beside it, and where both begin."""
        distances = self._distances.take(entries)
        stands = (widths == 1) | row.own_places.has(self._others.take(entries), places + distances)
        return stands, places + np.minimum(distances, 0)

    def _ask(self, present: _Present, view: ArticleView) -> list[Answer]:
        """What the lists show that have anything to show."""
        answers = []
        last = None
        for entry, rule in zip(present.entries.tolist(), present.rules.tolist(), strict=True):
            lookup = self._lookups[entry]
            if lookup is last:
                continue  # found by another of its words
            last = lookup
            shown = view.show(lookup.lexicon, lookup.scope)
            if shown.places:
                answers.append(Answer(rule, entry, lookup, shown))
        return answers

    def _decide(self, numbers: Sequence[int], found: Iterable[tuple[int, int]]) -> list[bool]:
        """Whether each of some conjunctions holds; `found` has the place among them and the number of each entry."""
        met = [0] * len(numbers)
        refused = set()
        for rule, entry in found:
            bit = self._bits[entry]
            met[rule] |= bit
            if not bit:
                refused.add(rule)
        return [
            bits == self._wanted[number] and rule not in refused
            for rule, (number, bits) in enumerate(zip(numbers, met, strict=True))
        ]


def _iter_bits(conjunction: Conjunction) -> Iterator[tuple[Lookup, int]]:
    for number, group in enumerate(conjunction.groups):
        for lookup in group:
            yield lookup, 1 << number
    for lookup in conjunction.excluded:
        yield lookup, 0


def read_conjunction(clause: Clause) -> Conjunction | None:
    """The clause as a conjunction, if it is one."""
    groups: list[tuple[Lookup, ...]] = []
    excluded: list[Lookup] = []
    for part in _iter_conjuncts(clause):
        lookups = _list_lookups(part.clauses if isinstance(part, NoneOf) else (part,))
        if lookups is None:
            return None
        if isinstance(part, NoneOf):
            excluded += lookups
        else:
            groups.append(tuple(lookups))
    paths = [lookup.path for group in groups for lookup in group]
    # Lookups at one place in a rule, such as those of a query, are one clause of which none lies inside another.
    is_plain = len(set(paths)) == len(paths) and len(groups) <= _MOST_GROUPS
    return Conjunction(tuple(groups), tuple(excluded)) if is_plain else None


def _iter_conjuncts(clause: Clause) -> Iterator[Clause]:
    if isinstance(clause, AllOf):
        for part in clause.clauses:
            yield from _iter_conjuncts(part)
    else:
        yield clause


def _list_lookups(alternatives: Iterable[Clause]) -> list[Lookup] | None:
    """The lookups of which any will do; None where other clauses are among them."""
    lookups = []
    for clause in alternatives:
        if type(clause) is Lookup:
            lookups.append(clause)
            continue
        inner = _list_lookups(clause.clauses) if isinstance(clause, AnyOf) else None
        if inner is None:
            return None
        lookups += inner
    return lookups
