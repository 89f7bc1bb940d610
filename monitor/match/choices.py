"""Many clauses of which few can hold: an article is asked only about those of whose words it has one.

A list of twenty names costs an article one look at all of them together, and one at each name that it may hold.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Generic, Protocol, TypeVar

# Of fewer it costs less to ask each.
_FEW = 4


class _Anchored(Protocol):
    @property
    def anchors(self) -> Iterable[int] | None: ...


class _HasAtoms(Protocol):
    @property
    def atoms(self) -> frozenset[int]: ...


AnchoredT = TypeVar("AnchoredT", bound=_Anchored)


def find_common(atoms: frozenset[int], keyed: Mapping[int, object]) -> Set[int]:
    """The atoms that are keys, found by going through the shorter of both."""
    return atoms.intersection(keyed) if len(keyed) < len(atoms) else keyed.keys() & atoms


class Choices(Generic[AnchoredT]):
    """Clauses by the atoms that they are anchored to; sorted out when first asked for, as most never are."""

    __slots__ = ("_by_atom", "_clauses", "_unanchored")

    def __init__(self, clauses: Sequence[AnchoredT]) -> None:
        self._clauses = clauses
        self._by_atom: Mapping[int, Sequence[int]] | None = None
        self._unanchored: Sequence[int] = ()

    def find_likely(self, view: _HasAtoms) -> Sequence[AnchoredT]:
        """Those that may hold for the article, in their order. All others certainly do not."""
        if len(self._clauses) < _FEW:
            return self._clauses
        if self._by_atom is None:
            self._by_atom = self._sort_out()
        present = find_common(view.atoms, self._by_atom)
        if not present and not self._unanchored:
            return ()
        numbers = {*self._unanchored, *(number for atom in present for number in self._by_atom[atom])}
        return [self._clauses[number] for number in sorted(numbers)]

    def _sort_out(self) -> Mapping[int, Sequence[int]]:
        by_atom: dict[int, list[int]] = {}
        unanchored = []
        for number, clause in enumerate(self._clauses):
            anchors = clause.anchors
            if anchors is None:
                unanchored.append(number)
            for atom in anchors or ():
                by_atom.setdefault(atom, []).append(number)
        self._unanchored = unanchored
        return by_atom
