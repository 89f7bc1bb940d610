"""The words of an article in one row: where each field begins and ends, and where the words stand that fit an atom.

A word that nothing fits stands between two fields, so no phrase runs from one field into the next.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.match.atoms import FIELD_END_CLASS, AtomTable
from monitor.match.postings import Numbers
from monitor.match.scope import DEFAULT_SCOPE, kind_of_field
from monitor.model import Article
from monitor.text.fold import ROW_GAP, Words, fold_row, join_row, locate_row

# Places of a row and atoms both fit into half a number.
_HALF = 32
_LOWER_HALF = (1 << _HALF) - 1


class FieldWords(NamedTuple):
    """A field of the article and which words of the row are its own: from `first` up to, not including, `last`.

    `base` is where its text begins among the texts of all fields.
    """

    path: str
    kind: str
    text: str
    first: int
    last: int
    base: int


class WordRow:
    """The words of one article as one table of atoms knows them."""

    def __init__(self, article: Article, table: AtomTable) -> None:
        texts = article.fields()
        self.class_row = table.classes_of(fold_row(texts.values()))
        ends = (self.class_row == FIELD_END_CLASS).nonzero()[0].tolist()
        fields = []
        first = base = 0
        for (path, text), last in zip(texts.items(), ends, strict=True):
            fields.append(FieldWords(path, kind_of_field(path), text, first, last, base))
            first = last + 1
            base += len(text) + len(ROW_GAP)
        self.fields = tuple(fields)
        self.table = table

    @cached_property
    def classes(self) -> list[int]:
        """For each word its class in the table of atoms."""
        classes: list[int] = self.class_row.tolist()
        return classes

    @cached_property
    def places(self) -> "AtomPlaces":
        """Where words stand, by the atoms that they fit."""
        return AtomPlaces(*self.table.atoms_of(self.class_row))

    @cached_property
    def own_places(self) -> "AtomPlaces":
        """The same of the article's own text, where clauses look unless told otherwise."""
        is_own = self.is_own[self.places.places]
        return AtomPlaces(self.places.atoms[is_own], self.places.places[is_own])

    @cached_property
    def atoms(self) -> frozenset[int]:
        """The atoms that occur."""
        return frozenset(self.places.atoms.tolist())

    @cached_property
    def is_own(self) -> NDArray[np.bool_]:
        """For each word whether it belongs to the article's own text."""
        is_own = np.zeros(len(self.class_row), dtype=bool)
        for field in self.fields:
            if field.kind in DEFAULT_SCOPE.places:
                is_own[field.first : field.last] = True
        return is_own

    def stands_at(self, atoms: tuple[int, ...], start: int) -> bool:
        """Whether the words from `start` on fit these atoms, one each."""
        found = self.classes[max(start, 0) : start + len(atoms)]
        classes = self.table.classes
        return len(found) == len(atoms) and all(
            atom in classes[number] for atom, number in zip(atoms, found, strict=True)
        )

    @cached_property
    def located(self) -> Words:
        """Where the words stand among the texts of all fields."""
        return locate_row(join_row([field.text for field in self.fields]))

    @cached_property
    def field_numbers(self) -> list[int]:
        """For each word the number of its field."""
        numbers = []
        for number, field in enumerate(self.fields):
            numbers += [number] * (field.last - field.first + 1)
        return numbers


class AtomPlaces:
    """Atoms and the places of the words that fit them, side by side, word by word."""

    def __init__(self, atoms: Numbers, places: Numbers) -> None:
        self.atoms = atoms
        self.places = places
        self._known: dict[int, list[int]] = {}

    def find(self, atom: int) -> list[int]:
        """Where words that fit an atom stand, in order."""
        found = self._known.get(atom)
        if found is None:
            found = self._known[atom] = self.places[self.atoms == atom].tolist()
        return found

    def find_runs(self, atoms: Numbers) -> tuple[Numbers, Numbers]:
        """For each of these atoms where its places begin, and end, among all places `by_atom`."""
        runs = self._sorted.searchsorted((np.stack((atoms, atoms + 1))) << _HALF)
        return runs[0], runs[1]

    def has(self, atoms: Numbers, places: Numbers) -> NDArray[np.bool_]:
        """For each atom whether a word that fits it stands at the place beside it."""
        wanted = (atoms << _HALF) | places
        found = self._sorted.searchsorted(wanted)
        found[found == len(self._sorted)] = 0
        is_there: NDArray[np.bool_] = self._sorted[found] == wanted
        return is_there

    @cached_property
    def by_atom(self) -> Numbers:
        """The places of each atom side by side and in order."""
        return self._sorted & _LOWER_HALF

    @cached_property
    def _sorted(self) -> Numbers:
        joined: Numbers = (self.atoms << _HALF) | self.places
        joined.sort()
        return joined
