"""Every word pattern of a rule set as a small number, and which of them a word fits, worked out once per word.

Prefixes and other patterns so cost nothing per article: after a day's news nearly every word has been met. The table
is filled while rules load and only looked up afterwards.
"""

from itertools import repeat
from typing import Any
from weakref import ref

from monitor.match.terms import WordPattern

# Distinct words remembered; a year of many-language news stays far below what this takes (about 100 MB).
_MOST_REMEMBERED = 1_000_000


class AtomTable:
    """Numbers for word patterns; equal patterns share one.

    Words that fit the same patterns are one class: `classes` has the atoms of each, none for class 0. A word that is
    itself an atom has its class to itself.
    """

    def __init__(self) -> None:
        self.classes: list[tuple[int, ...]] = [()]
        self._classes_by_atom: dict[int, list[int]] = {}
        self._class_numbers: dict[tuple[int, ...], int] = {(): 0}
        self._remembered = _ClassesOfWords(self)
        self._numbers: dict[WordPattern, int] = {}
        self._size = 0
        self._words: dict[str, int] = {}
        self._listed: dict[str, list[int]] = {}
        self._beginnings: dict[str, list[tuple[WordPattern | None, int]]] = {}
        self._lengths: tuple[int, ...] = ()

    def __len__(self) -> int:
        return self._size

    def __getstate__(self) -> tuple[Any, ...]:
        """What looking words up takes, and what any rule set foresees of them; no word of any article."""
        foreseen = {word: self._remembered[word] for word in {*self._words, *self._listed}}
        return self._size, self.classes, foreseen, self._words, self._listed, self._beginnings, self._lengths

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """A table that is read back is full: it takes no more patterns."""
        self._numbers = {}
        self._size, self.classes, foreseen, self._words, self._listed, self._beginnings, self._lengths = state
        self._remembered = _ClassesOfWords(self)
        self._remembered.update(foreseen)
        self._class_numbers = dict(zip(self.classes, range(len(self.classes)), strict=True))
        self._classes_by_atom = {}
        for number, atoms in enumerate(self.classes):
            for atom in atoms:
                self._classes_by_atom.setdefault(atom, []).append(number)

    def number_of(self, pattern: WordPattern) -> int:
        """The pattern's atom, given now if it has none yet."""
        known = self._numbers.get(pattern)
        if known is not None:
            return known
        if self._size > len(self._numbers):
            raise RuntimeError("a table that was read back takes no more patterns")
        number = self._numbers[pattern] = self._size
        self._size += 1
        self._remembered.clear()
        if pattern.kind == "word":
            self._words[pattern.text] = number
            return number
        if pattern.kind == "forms":
            for form in pattern.forms:
                self._listed.setdefault(form, []).append(number)
            return number
        beginnings = self._beginnings.setdefault(pattern.literal, [])
        # A word that begins so fits a prefix; other patterns have more to say.
        beginnings.append((None if pattern.kind == "prefix" else pattern, number))
        self._lengths = tuple(sorted({*self._lengths, len(pattern.literal)}))
        return number

    def class_of(self, word: str) -> int:
        """The class of a folded word."""
        return self.classes_of([word])[0]

    def classes_of(self, words: list[str]) -> list[int]:
        """The class of each of these folded words."""
        if not self._remembered:
            self._number_classes()
        if self._lengths:
            return list(map(self._remembered.__getitem__, words))
        # Without patterns only the words of the rules fit, and others need not be remembered.
        return list(map(self._remembered.get, words, repeat(0)))

    def classes_with(self, atom: int) -> list[int]:
        """The classes whose words fit an atom, of the words met so far."""
        return self._classes_by_atom.get(atom, [])

    def _number_classes(self) -> None:
        """Number the classes that can be foreseen, so that articles bring few new ones."""
        # Copied side by side, short and so frequent ones first: what it costs to look words up is memory's time.
        words = " ".join(sorted({*self._words, *self._listed}, key=len)).split()
        self._remembered.update((word, self.find_class(word)) for word in words)
        for beginning in self._beginnings:
            self.find_class(f"{beginning}\n")

    def find_class(self, word: str) -> int:
        """The class of a folded word, worked out anew."""
        atoms = tuple(self._find_atoms(word))
        if not atoms:
            return 0
        number = self._class_numbers.setdefault(atoms, len(self.classes))
        if number == len(self.classes):
            self.classes.append(atoms)
            for atom in atoms:
                self._classes_by_atom.setdefault(atom, []).append(number)
        return number

    def _find_atoms(self, word: str) -> list[int]:
        atoms = [self._words[word]] if word in self._words else []
        atoms += self._listed.get(word, ())
        for length in self._lengths:
            if length > len(word):
                break
            for pattern, number in self._beginnings.get(word[:length], ()):
                if pattern is None or pattern.fits(word):
                    atoms.append(number)
        return atoms


class _ClassesOfWords(dict[str, int]):
    """What a table said of the words met so far; it is asked about a word the first time only."""

    def __init__(self, table: AtomTable) -> None:
        super().__init__()
        # Weakly, so that a table goes at once when its rules do, without waiting to be found in a circle.
        self._table = ref(table)

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        table = self._table()
        number = self[word] = 0 if table is None else table.find_class(word)
        return number
