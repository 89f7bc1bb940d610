"""Which rules an article could match at all: a cheap test that never loses a match.

Each rule says what an article must hold one of, several times over, and what it must not hold (monitor.match.needs).
These sets are slots, which the words and word pairs of an article switch. All lists are arrays of numbers: an article
costs some twenty numpy calls, whatever the number of rules, and few rules are left to be held against their clauses.

How often a slot is switched is guessed at first (monitor.match.rarity), and counted as articles come.
"""

from collections.abc import Iterator
from threading import Lock

import numpy as np

from monitor.match.atoms import AtomTable
from monitor.match.pairs import PairFinder
from monitor.match.postings import Numbers, Postings
from monitor.match.row import WordRow
from monitor.match.rows import Rows
from monitor.match.slots import ALWAYS, SlotTable
from monitor.match.view import ArticleView

# After so many articles the rules are listed anew by what was counted; it takes 60 ms for 100,000 rules.
_LIST_AGAIN_AFTER = (200, 2_000)
# A guessed weight of 1 is worth as much as a word that so many of the first articles held.
_ARTICLES_GUESSED = 0.2


class CandidateIndex:
    """Knows rules by their number in the sequence of needs that the slots were made of.

    `table` has numbered every word of the rules and gets no more patterns.
    """

    def __init__(self, slots: SlotTable, table: AtomTable) -> None:
        self._unlisted = slots.unlisted
        self._first_absence = slots.first_absence
        self._has_absences = slots.first_absence < slots.count
        first, second = (table.classes_of([pair[side] for pair in slots.pairs]) for side in (0, 1))
        self._pairs = PairFinder(first, second) if slots.pairs else None
        self._by_pair = Postings(*slots.by_pair, len(slots.pairs))
        self._by_atom = Postings(*slots.by_atom, len(table))
        self._rows = Rows(slots, slots.weights)
        # One article at a time uses these; between two of them everything is as if nothing had been switched.
        self._is_on = np.arange(slots.count) >= slots.first_absence
        self._is_on[ALWAYS] = True
        self._last_place = np.zeros(max(slots.count, len(table)), dtype=np.intp)
        self._lock = Lock()
        self._articles = 0
        self._counts = slots.weights * _ARTICLES_GUESSED

    def find_candidates(self, view: ArticleView) -> list[int]:
        """The numbers of the rules that may hold, in rising order. All others certainly do not."""
        with self._lock:
            switched = self._find_switched(view.row)
            is_absence = switched >= self._first_absence
            self._is_on[switched] = ~is_absence
            try:
                found = self._rows.find(switched[~is_absence] if self._has_absences else switched, self._is_on)
            finally:
                self._is_on[switched] = is_absence
            self._learn(switched)
        return sorted([*found.tolist(), *self._unlisted])

    def _find_switched(self, row: WordRow) -> Numbers:
        """The slots that the article's words and pairs switch, each once."""
        atoms = row.places.atoms
        if self._has_absences:
            parts = [self._by_atom.gather(self._once(row.own_places.atoms))]
            parts += self._presences_of(self._by_atom, atoms[~row.is_own[row.places.places]])
        else:
            parts = [self._by_atom.gather(self._once(atoms))]
        if self._pairs is not None:
            pairs, places = self._pairs.find(row.class_row)
            if len(pairs):
                is_own = row.is_own[places]
                parts += [self._by_pair.gather(pairs[is_own]), *self._presences_of(self._by_pair, pairs[~is_own])]
        return self._once(np.concatenate(parts))

    def _once(self, numbers: Numbers) -> Numbers:
        """Each of some atoms, or of some slots, once."""
        order = np.arange(len(numbers))
        self._last_place[numbers] = order
        once: Numbers = numbers[self._last_place[numbers] == order]
        return once

    def _presences_of(self, postings: Postings, keys: Numbers) -> Iterator[Numbers]:
        """What stands in the address or the authors' names can make a rule hold; it never speaks against one."""
        if len(keys):
            switched = postings.gather(keys)
            yield switched[switched < self._first_absence]

    def _learn(self, switched: Numbers) -> None:
        if self._articles < _LIST_AGAIN_AFTER[-1]:
            self._counts[switched] += 1
            self._articles += 1
            if self._articles in _LIST_AGAIN_AFTER:
                self._rows.list_by(self._counts)
