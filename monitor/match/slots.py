"""The sets of keys that rules need, each a number: a slot, which an article switches when it holds one of the keys.

A slot of presence is off until switched, a slot of absence is on until switched. Equal sets, such as a concept that
thousands of rules use, are one slot.
"""

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.match.needs import Needs
from monitor.match.postings import as_numbers
from monitor.match.rarity import Key

# Always on: stands where a rule has nothing further to ask.
ALWAYS = 0


class SlotTable:
    """The slots of a sequence of needs: presences after `ALWAYS`, absences from `first_absence` on.

    `rules` and `slots` tell, side by side, which rule asks for which slot; `unlisted` are the rules that ask for none.
    """

    def __init__(self, needs: Sequence[Needs]) -> None:
        self.unlisted = [number for number, each in enumerate(needs) if not each.required]
        presences: dict[frozenset[Key], int] = {}
        absences: dict[frozenset[Key], int] = {}
        rules, asked = array("q"), array("q")
        weights = [0.0]
        for rule, (required, excluded) in enumerate(needs):
            for keys, weight in required:
                slot = presences.setdefault(keys, len(presences) + 1)
                if slot == len(weights):
                    weights.append(weight)
                rules.append(rule)
                asked.append(slot)
            if excluded and required:
                rules.append(rule)
                asked.append(-1 - absences.setdefault(excluded, len(absences)))
        self.first_absence = len(presences) + 1
        self.count = self.first_absence + len(absences)
        self.weights: NDArray[np.float64] = np.array(weights + [0.0] * len(absences))
        self.rules = as_numbers(rules)
        self.slots = as_numbers(asked)
        self.slots[self.slots < 0] = self.first_absence - 1 - self.slots[self.slots < 0]
        self._list_members([*presences, *absences])

    def _list_members(self, sets: Sequence[frozenset[Key]]) -> None:
        """Which slots each key switches; pairs are numbered as they come."""
        pairs: dict[tuple[str, str], int] = {}
        atoms, pair_numbers = array("q"), array("q")
        by_atom, by_pair = array("q"), array("q")
        for slot, keys in enumerate(sets, start=1):
            for key in keys:
                if isinstance(key, int):
                    atoms.append(key)
                    by_atom.append(slot)
                else:
                    pair_numbers.append(pairs.setdefault(key, len(pairs)))
                    by_pair.append(slot)
        self.pairs = tuple(pairs)
        self.by_atom = as_numbers(atoms), as_numbers(by_atom)
        self.by_pair = as_numbers(pair_numbers), as_numbers(by_pair)

    def __getstate__(self) -> tuple[Any, ...]:
        """Arrays as plain bytes, so that what is read back names no class of numpy."""
        arrays = (self.weights, self.rules, self.slots, *self.by_atom, *self.by_pair)
        plain = tuple((each.dtype.char, each.tobytes()) for each in arrays)
        return self.unlisted, self.first_absence, self.count, self.pairs, plain

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.unlisted, self.first_absence, self.count, self.pairs, plain = state
        self.weights, self.rules, self.slots, *members = (
            np.frombuffer(bytearray(data), dtype=kind) for kind, data in plain
        )
        self.by_atom, self.by_pair = (members[0], members[1]), (members[2], members[3])
