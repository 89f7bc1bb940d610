"""Every word pattern of a rule set as a small number, and which of them a word fits, worked out once per word.

Prefixes and other patterns so cost nothing per article: after a day's news nearly every word has been met. The table
is filled while rules load and only looked up afterwards.
"""

from monitor.match.terms import WordPattern

# Distinct words remembered; a year of many-language news stays far below what this takes (about 100 MB).
_MOST_REMEMBERED = 1_000_000


class AtomTable:
    """Numbers for word patterns; equal patterns share one."""

    def __init__(self) -> None:
        self._numbers: dict[WordPattern, int] = {}
        self._words: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._prefix_lengths: tuple[int, ...] = ()
        self._globs: dict[str, list[tuple[WordPattern, int]]] = {}
        self._remembered: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number_of(self, pattern: WordPattern) -> int:
        """The pattern's atom, given now if it has none yet."""
        known = self._numbers.get(pattern)
        if known is not None:
            return known
        number = self._numbers[pattern] = len(self._numbers)
        self._remembered.clear()
        if pattern.kind == "word":
            self._words[pattern.text] = number
            return number
        if pattern.kind == "prefix":
            self._prefixes[pattern.text] = number
        else:
            self._globs.setdefault(pattern.literal, []).append((pattern, number))
        self._prefix_lengths = tuple(sorted({*self._prefix_lengths, len(pattern.literal)}))
        return number

    def atoms_of(self, word: str) -> tuple[int, ...]:
        """The atoms that a folded word fits."""
        atoms = self._remembered.get(word)
        if atoms is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            atoms = self._remembered[word] = tuple(self._iter_atoms(word))
        return atoms

    def _iter_atoms(self, word: str) -> list[int]:
        atoms = [self._words[word]] if word in self._words else []
        for length in self._prefix_lengths:
            if length > len(word):
                break
            beginning = word[:length]
            if beginning in self._prefixes:
                atoms.append(self._prefixes[beginning])
            atoms.extend(number for pattern, number in self._globs.get(beginning, ()) if pattern.fits(word))
        return atoms
