"""Rules as rows of slots: each is listed under its rarest slot, the others guard it."""

import numpy as np
from numpy.typing import NDArray

from monitor.match.postings import Numbers, Postings
from monitor.match.slots import ALWAYS, SlotTable

# Guards that every listed rule has room for; the few rules with more are looked at once more.
_GUARDS = 2


class Rows:
    """All rules that need something. Not to be asked before they are listed by some weights."""

    def __init__(self, slots: SlotTable, weights: NDArray[np.float64]) -> None:
        self._slots = slots
        self.list_by(weights)

    def list_by(self, weights: NDArray[np.float64]) -> None:
        """Choose where to list each rule; `weights` says for each slot how often it is switched."""
        asked, rules = self._slots.slots, self._slots.rules
        # An absence says little, so it comes last.
        frequency = np.where(asked < self._slots.first_absence, weights[asked], np.inf)
        order = np.lexsort((frequency, rules))
        asked, rules = asked[order], rules[order]
        firsts = np.flatnonzero(np.diff(rules, prepend=-1))
        lengths = np.diff(firsts, append=len(rules))
        ranks = np.arange(len(rules)) - firsts.repeat(lengths)
        # Rules that are listed under one slot stand side by side, so that what is read of them lies together.
        by_slot = np.argsort(asked[firsts], kind="stable")
        places = np.empty_like(by_slot)
        places[by_slot] = np.arange(len(firsts))
        self._listed = Postings(asked[firsts], places, self._slots.count)
        self._rules = rules[firsts][by_slot]
        self._guards = []
        for rank in range(1, _GUARDS + 1):
            guard = np.full(len(firsts), ALWAYS, dtype=np.intp)
            guard[lengths > rank] = asked[ranks == rank]
            self._guards.append(guard[by_slot])
        self._has_more = (lengths > _GUARDS + 1)[by_slot]
        is_further = ranks > _GUARDS
        self._further = Postings(places.repeat(lengths)[is_further], asked[is_further], len(firsts))

    def find(self, present: Numbers, is_on: NDArray[np.bool_]) -> Numbers:
        """The rules that are listed under one of the slots `present` and whose other slots are on."""
        rows = self._listed.gather(present)
        for guard in self._guards:
            rows = rows[is_on[guard[rows]]]
        if self._has_more[rows].any():
            guards, places = self._further.gather_with_places(rows)
            refused = places[~is_on[guards]]
            rows = np.delete(rows, refused)
        return self._rules[rows]
