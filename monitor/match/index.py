"""Which rules an article could match at all: a cheap test that never loses a match.

Each rule says what an article must hold one of, several times over, and what it must not hold (monitor.match.needs).
These sets are slots, which the words and word pairs of an article switch. All lists are arrays of numbers: an article
costs some twenty numpy calls, whatever the number of rules, and few rules are left to be held against their clauses.

How often a slot is switched is guessed at first (monitor.match.rarity), and counted as articles come.
"""

from threading import Lock

import numpy as np

from monitor.match.atoms import AtomTable
from monitor.match.pairs import PairFinder
from monitor.match.postings import Numbers, Postings, as_numbers
from monitor.match.rows import Rows
from monitor.match.scope import DEFAULT_SCOPE
from monitor.match.slots import ALWAYS, ClassSwitches, SlotTable
from monitor.match.view import ArticleView

# After so many articles the rules are listed anew by what was counted; it takes 60 ms for 100,000 rules.
_LIST_AGAIN_AFTER = frozenset({200, 2_000, 20_000})
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
        self._pairs = PairFinder(as_numbers(first), as_numbers(second)) if slots.pairs else None
        self._by_pair = Postings(*slots.by_pair, len(slots.pairs))
        self._by_class = ClassSwitches(slots, table)
        self._rows = Rows(slots, slots.weights)
        # One article at a time uses these; between two of them everything is as if nothing had been switched.
        self._is_on = np.arange(slots.count) >= slots.first_absence
        self._is_on[ALWAYS] = True
        self._last_place = np.zeros(slots.count, dtype=np.intp)
        self._lock = Lock()
        self._articles = 0
        self._counts = slots.weights * _ARTICLES_GUESSED

    def find_candidates(self, view: ArticleView) -> list[int]:
        """The numbers of the rules that may hold, in rising order. All others certainly do not."""
        with self._lock:
            switched = self._find_switched(view)
            is_absence = switched >= self._first_absence
            self._is_on[switched] = ~is_absence
            try:
                found = self._rows.find(switched[~is_absence], self._is_on)
            finally:
                self._is_on[switched] = is_absence
            self._learn(switched)
        return sorted([*found.tolist(), *self._unlisted])

    def _find_switched(self, view: ArticleView) -> Numbers:
        """The slots that the article's words and pairs switch, each once."""
        own, elsewhere = _part_classes(view) if self._has_absences else (set(view.word_classes), set())
        parts = [self._by_class.gather(own)]
        if elsewhere:
            parts.append(self._presences_of(self._by_class.gather(elsewhere)))
        if self._pairs is not None:
            pairs, places = self._pairs.find(view.class_row)
            if len(pairs):
                is_own = np.array([view.field_at(place).kind in DEFAULT_SCOPE.places for place in places.tolist()])
                parts.append(self._by_pair.gather(pairs[is_own]))
                parts.append(self._presences_of(self._by_pair.gather(pairs[~is_own])))
        switched = np.concatenate(parts)
        order = np.arange(len(switched))
        self._last_place[switched] = order
        once: Numbers = switched[self._last_place[switched] == order]
        return once

    def _presences_of(self, switched: Numbers) -> Numbers:
        """What stands in the address or the authors' names can make a rule hold; it never speaks against one."""
        presences: Numbers = switched[switched < self._first_absence]
        return presences

    def _learn(self, switched: Numbers) -> None:
        self._counts[switched] += 1
        self._articles += 1
        if self._articles in _LIST_AGAIN_AFTER:
            self._rows.list_by(self._counts)


def _part_classes(view: ArticleView) -> tuple[set[int], set[int]]:
    """The classes of the words of the article's own text, and those of which only its other fields have words."""
    classes = view.word_classes
    own: set[int] = set()
    elsewhere: set[int] = set()
    for field in view.fields:
        (own if field.kind in DEFAULT_SCOPE.places else elsewhere).update(classes[field.first : field.last])
    return own, elsewhere - own
