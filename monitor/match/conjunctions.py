"""Rules that ask for a word of each of several lists and for none of others: decided and shown many at a time.

Most rules are such conjunctions. What they find is what their clauses find (a property test holds them together), but
all of an article's candidates are looked at together, and of their lists only those of which the article has a word:
what a match costs is little more than its mentions.
"""

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from monitor.match.clauses import AllOf, AnyOf, Clause, Lookup, NoneOf
from monitor.match.display import MOST_MENTIONS
from monitor.match.evidence import Answer, Mentions, WordsFound, show_rules
from monitor.match.postings import Column, Numbers, as_numbers, number_range, spread
from monitor.match.row import WordRow
from monitor.match.scope import DEFAULT_SCOPE
from monitor.match.view import ArticleView

# Anchors; longer lists are shared by many rules, so each of these asks the list instead of holding its words again.
_SHORT = 8
# As many as there are bits to tell which were found.
_MOST_GROUPS = 60


class Conjunction(NamedTuple):
    """One rule: of each group one lookup must be found, of `excluded` none."""

    groups: tuple[tuple[Lookup, ...], ...]
    excluded: tuple[Lookup, ...]


class _Entry(NamedTuple):
    """One way to find a lookup: by an atom. `is_word`: that word, in the article's own text, is all that it looks for.

    `bit` tells the group; 0 is what must not be found.
    """

    atom: int
    is_word: bool
    lookup: Lookup
    bit: int


class _Present(NamedTuple):
    """Numbers of entries of which an article has the word, and side by side which of the candidates each belongs to."""

    entries: Numbers
    rules: Numbers


class Conjunctions:
    """Conjunctions by number, each a stretch of entries. `atom_count`: no entry's atom is as high."""

    def __init__(self, atom_count: int) -> None:
        self._starts, self._lengths = Column(), Column()
        self._wanted: list[int] = []
        self._atoms, self._is_word = Column(), Column()
        self._lookups: list[Lookup] = []
        self._bits: list[int] = []
        # One article at a time uses this. The last stands for lists that are asked in any case.
        self._is_present = np.zeros(atom_count + 1, dtype=bool)
        self._is_present[-1] = True
        self._lock = Lock()

    def add(self, conjunction: Conjunction) -> int:
        """Its number from now on."""
        groups = enumerate(conjunction.groups)
        entries = [entry for number, group in groups for entry in self._list_entries(group, 1 << number)]
        entries += self._list_entries(conjunction.excluded, 0)
        with self._lock:
            self._starts.extend(as_numbers([len(self._lookups)]))
            self._lengths.extend(as_numbers([len(entries)]))
            self._atoms.extend(as_numbers([entry.atom for entry in entries]))
            self._is_word.extend(as_numbers([entry.is_word for entry in entries]))
            self._lookups += [entry.lookup for entry in entries]
            self._bits += [entry.bit for entry in entries]
            self._wanted.append((1 << len(conjunction.groups)) - 1)
            return len(self._wanted) - 1

    def find(self, numbers: Sequence[int], view: ArticleView) -> list[Mentions | None]:
        """For each of some conjunctions the mentions that show it; None where it does not hold."""
        words, others = self._find_present(as_numbers(numbers), view.row)
        starts, ends = view.row.own_places.find_runs(self._atoms.take(words.entries))
        counts = np.minimum(ends - starts, MOST_MENTIONS)
        answers = self._ask(others, view)
        is_here = counts > 0
        found = list(zip(words.rules[is_here].tolist(), words.entries[is_here].tolist(), strict=True))
        found += [(answer.rule, answer.entry) for answer in answers]
        holds = self._decide(numbers, found)
        counts[~np.array(holds, dtype=bool)[words.rules]] = 0
        lookups = [self._lookups[entry] for entry in words.entries.tolist()]
        answers = [answer for answer in answers if holds[answer.rule]]
        shown = show_rules(WordsFound(*words, lookups, starts, counts), answers, len(numbers), view.row)
        return [mentions if stands else None for mentions, stands in zip(shown, holds, strict=True)]

    def _list_entries(self, lookups: Iterable[Lookup], bit: int) -> Iterator[_Entry]:
        for lookup in lookups:
            anchors = lookup.lexicon.phrases
            if len(anchors) > _SHORT:
                yield _Entry(len(self._is_present) - 1, False, lookup, bit)
            else:
                is_word = _is_word(lookup)
                for atom in anchors:
                    yield _Entry(atom, is_word, lookup, bit)

    def _find_present(self, conjunctions: Numbers, row: WordRow) -> tuple[_Present, _Present]:
        """The entries of words alone, and all others."""
        lengths = self._lengths.take(conjunctions)
        entries = spread(self._starts.take(conjunctions), lengths)
        rules = number_range(len(conjunctions)).repeat(lengths)
        atoms = self._atoms.take(entries)
        with self._lock:
            self._is_present[row.places.atoms] = True
            is_present = self._is_present[atoms]
            self._is_present[row.places.atoms] = False
        entries, rules = entries[is_present], rules[is_present]
        is_word = self._is_word.take(entries) != 0
        return _Present(entries[is_word], rules[is_word]), _Present(entries[~is_word], rules[~is_word])

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


def _is_word(lookup: Lookup) -> bool:
    if lookup.scope is not DEFAULT_SCOPE or len(lookup.lexicon.aliases) > 1:
        return False
    ((phrase,),) = lookup.lexicon.phrases.values()
    return phrase.alias is None and len(phrase.atoms) == 1
