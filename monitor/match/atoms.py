"""Every word pattern of a rule set as a small number, and which of them a word fits, worked out once per word.

Prefixes and other patterns so cost nothing per article: after a day's news nearly every word has been met. The table
is filled while rules load and only looked up afterwards.
"""

from array import array
from collections.abc import Mapping, Sequence, Set
from threading import Lock
from typing import Any

from monitor.match.postings import Numbers, Postings, as_numbers
from monitor.match.remembered import RememberedClasses
from monitor.match.terms import WordPattern
from monitor.text.fold import FIELD_END

# Distinct words remembered; a year of many-language news stays far below what this takes (about 100 MB).
_MOST_REMEMBERED = 1_000_000
# To remember a word alone takes as long as to find out its class ten times.
_AT_A_TIME = 500
_UNKNOWN = -1
FIELD_END_CLASS = 1
"""The class of monitor.text.fold.FIELD_END, which no pattern fits and no word is of."""


class AtomTable:
    """Numbers for word patterns; equal patterns share one.

    Words that fit the same patterns are one class: `classes` has the atoms of each, none for class 0 and for the end of
    a field. A word that is itself an atom has its class to itself.
    """

    def __init__(self) -> None:
        self.classes: list[tuple[int, ...]] = [(), ()]
        self._atoms_by_class = _no_postings()
        self._lock = Lock()
        self._class_numbers: dict[tuple[int, ...], int] = {(): 0}
        self._remembered: RememberedClasses | None = None
        self._recent: dict[str, int] = {}
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
        words = self._foreseen_words()
        foreseen = words, self.classes_of(words).tolist()
        return self._size, self.classes, foreseen, self._words, self._listed, self._beginnings, self._lengths

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """A table that is read back is full: it takes no more patterns."""
        self._numbers = {}
        self._size, self.classes, foreseen, self._words, self._listed, self._beginnings, self._lengths = state
        self._remembered = self._remember(*foreseen)
        self._recent = {}
        self._class_numbers = dict(zip(self.classes, range(len(self.classes)), strict=True))
        self._atoms_by_class = _no_postings()
        self._lock = Lock()

    def number_of(self, pattern: WordPattern) -> int:
        """The pattern's atom, given now if it has none yet."""
        known = self._numbers.get(pattern)
        if known is not None:
            return known
        if self._size > len(self._numbers):
            raise RuntimeError("a table that was read back takes no more patterns")
        number = self._numbers[pattern] = self._size
        self._size += 1
        self._remembered = None
        self._recent = {}
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
        return int(self.classes_of([word])[0])

    def classes_of(self, words: Sequence[str]) -> Numbers:
        """The class of each of these folded words."""
        remembered = self._number_classes() if self._remembered is None else self._remembered
        classes = remembered.find(words)
        if self._lengths:
            unknown = (classes == _UNKNOWN).nonzero()[0].tolist()
            if unknown:
                met = self._meet({words[place] for place in unknown})
                classes[unknown] = [met[words[place]] for place in unknown]
        return classes

    def _meet(self, words: Set[str]) -> Mapping[str, int]:
        """The classes of words that were not met before, or only just; they are remembered, many at a time."""
        recent = self._recent
        met = {word: recent[word] if word in recent else self._find_class(word) for word in words}
        recent.update(met)
        if len(recent) >= _AT_A_TIME:
            self._recent = {}
            if self._remembered is None or len(self._remembered) + len(recent) > _MOST_REMEMBERED:
                self._remembered = self._number_classes()
            self._remembered.add(tuple(recent), tuple(recent.values()))
        return met

    def atoms_of(self, classes: Numbers) -> tuple[Numbers, Numbers]:
        """The atoms of these classes, one after the other, and for each the place of its class among `classes`."""
        if self._atoms_by_class.size < len(self.classes):
            with self._lock:
                self._take_up_classes()
        return self._atoms_by_class.gather_with_places(classes)

    def _take_up_classes(self) -> None:
        first, last = self._atoms_by_class.size, len(self.classes)
        owners, atoms = array("q"), array("q")
        for number in range(first, last):
            for atom in self.classes[number]:
                owners.append(number)
                atoms.append(atom)
        self._atoms_by_class.extend(as_numbers(owners), as_numbers(atoms), last)

    def _number_classes(self) -> RememberedClasses:
        """Number the classes that can be foreseen, so that articles bring few new ones."""
        words = self._foreseen_words()
        remembered = self._remembered = self._remember(words, [self._find_class(word) for word in words])
        for beginning in self._beginnings:
            self._find_class(f"{beginning}\n")
        return remembered

    def _foreseen_words(self) -> list[str]:
        """Short ones first, as they are frequent, and what is often needed together should lie together."""
        return sorted({*self._words, *self._listed}, key=len)

    def _remember(self, words: Sequence[str], classes: Sequence[int]) -> RememberedClasses:
        # Without patterns only the words of the rules fit, and others need not be remembered.
        unknown = _UNKNOWN if self._lengths else 0
        return RememberedClasses([FIELD_END, *words], [FIELD_END_CLASS, *classes], unknown)

    def _find_class(self, word: str) -> int:
        """The class of a folded word, worked out anew."""
        atoms = tuple(self._find_atoms(word))
        if not atoms:
            return 0
        number = self._class_numbers.setdefault(atoms, len(self.classes))
        if number == len(self.classes):
            self.classes.append(atoms)
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


def _no_postings() -> Postings:
    return Postings(as_numbers([]), as_numbers([]), 0)
