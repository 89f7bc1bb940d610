"""Which rules an article could match at all: a cheap test that never loses a match.

Each rule says what an article must hold one of, several times over (monitor.match.clauses). It is listed under the
rarest of these sets; the others guard it. Equal sets, such as a concept that thousands of rules use, are one.
"""

from collections.abc import Sequence
from itertools import pairwise

from monitor.match.rarity import Key, Requirement
from monitor.match.view import ArticleView


class CandidateIndex:
    """Knows rules by their number in the sequence of requirements it was built from."""

    def __init__(self, required: Sequence[tuple[Requirement, ...]]) -> None:
        self._groups: dict[frozenset[Key], int] = {}
        self._rules: list[list[tuple[int, frozenset[int]]]] = []
        self._unlisted = tuple(number for number, needed in enumerate(required) if not needed)
        for number, needed in enumerate(required):
            if needed:
                self._list(number, needed)
        self._by_atom: dict[int, list[int]] = {}
        self._by_pair: dict[tuple[str, str], list[int]] = {}
        for keys, group in self._groups.items():
            for key in keys:
                if isinstance(key, int):
                    self._by_atom.setdefault(key, []).append(group)
                else:
                    self._by_pair.setdefault(key, []).append(group)

    def _list(self, number: int, needed: Sequence[Requirement]) -> None:
        rarest = min(needed, key=lambda requirement: requirement.weight)
        guards = frozenset(self._group_of(requirement.keys) for requirement in needed)
        place = self._group_of(rarest.keys)
        self._rules[place].append((number, guards - {place}))

    def _group_of(self, keys: frozenset[Key]) -> int:
        group = self._groups.setdefault(keys, len(self._groups))
        if group == len(self._rules):
            self._rules.append([])
        return group

    def find_candidates(self, view: ArticleView) -> list[int]:
        """The numbers of the rules that may hold, in rising order. All others certainly do not."""
        present: set[int] = set()
        for atom in self._by_atom.keys() & view.atoms.keys():
            present.update(self._by_atom[atom])
        if self._by_pair:
            for pair in self._by_pair.keys() & set(pairwise(view.words)):
                present.update(self._by_pair[pair])
        found = [
            number for group in present for number, guards in self._rules[group] if not guards or guards <= present
        ]
        return sorted([*found, *self._unlisted])
