"""Lists of terms that are looked for together: one text, all terms of a concept, all names of an actor.

Equal lists are one lexicon, shared by every rule that uses it, and an article looks its hits up once. A lexicon of
ten thousand terms costs no more than the few of its words that the article holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from monitor.match.atoms import AtomTable
from monitor.match.rarity import Key, Requirement, find_handle
from monitor.match.terms import Term


class Hit(NamedTuple):
    """A term found: the words from `start` up to, not including, `end`."""

    start: int
    end: int
    term: Term


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; None is open."""

    first_on: date | None = None
    last_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)


@dataclass(frozen=True, slots=True, eq=False)
class Alias:
    """A term with what it depends on besides its words.

    It counts on the days of one of `periods` (none: always), and only where `needs` is found in other words as well
    and `unless` is not.
    """

    term: Term
    periods: tuple[Period, ...] = ()
    needs: "Lexicon | None" = None
    unless: "Lexicon | None" = None

    @property
    def is_conditional(self) -> bool:
        """Whether it depends on what else the article names."""
        return self.needs is not None or self.unless is not None

    @property
    def is_free(self) -> bool:
        """Whether its words are all that it asks for, in every article."""
        bound = self.term.language is not None or self.term.exact
        return not (bound or self.periods or self.is_conditional)

    def holds_on(self, day: date) -> bool:
        """Whether it counts in an article of that day."""
        return not self.periods or any(period.holds(day) for period in self.periods)


class Phrase(NamedTuple):
    """A term as atoms; `anchor` is the place of the word it is looked up by.

    `alias` is None where the term counts always, which spares looking at what it depends on.
    """

    term: Term
    atoms: tuple[int, ...]
    anchor: int
    alias: Alias | None


class SoleTerm(NamedTuple):
    """The atoms of a term that is all a lexicon has, and which of them it is looked up by.

    It is free where its words are all that it asks for.
    """

    atoms: tuple[int, ...]
    anchor: int
    is_free: bool


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Aliases by the atom of their rarest word. `languages` are those its terms were written under.

    A text in which something of it is found meets `required`; where a key of `certain` stands, something is found.
    """

    aliases: tuple[Alias, ...]
    phrases: Mapping[int, tuple[Phrase, ...]]
    required: Requirement
    certain: frozenset[Key]
    languages: tuple[str, ...] = ()

    @property
    def sole(self) -> SoleTerm | None:
        """Its only term; None where it has several."""
        if len(self.aliases) > 1:
            return None
        ((phrase,),) = self.phrases.values()
        return SoleTerm(phrase.atoms, phrase.anchor, phrase.alias is None)

    @property
    def headword(self) -> str:
        """Its first term as written."""
        return self.aliases[0].term.written


def build_lexicon(aliases: Iterable[Alias], table: AtomTable, languages: Iterable[str] = ()) -> Lexicon:
    """Number the words of the terms and choose what to look each up by."""
    kept = tuple(aliases)
    if len(kept) == 1:
        return _build_single(kept[0], table, tuple(languages))
    phrases: dict[int, list[Phrase]] = {}
    weights: dict[Key, float] = {}
    certain_keys: set[Key] = set()
    for alias in kept:
        atoms = tuple(table.number_of(word) for word in alias.term.words)
        handle = find_handle(alias.term.words, atoms)
        weights[handle.key] = handle.weight
        # Longer phrases are looked up by two of their words, which by themselves show nothing.
        if alias.is_free and len(atoms) == (1 if isinstance(handle.key, int) else 2):
            certain_keys.add(handle.key)
        phrases.setdefault(atoms[handle.anchor], []).append(
            Phrase(alias.term, atoms, handle.anchor, None if alias.is_free else alias)
        )
    by_anchor = {atom: tuple(found) for atom, found in phrases.items()}
    required = Requirement(frozenset(weights), sum(weights.values()))
    certain = frozenset(certain_keys)
    # Nearly always equal, and then one set in memory.
    certain = required.keys if certain == required.keys else certain
    return Lexicon(kept, by_anchor, required, certain, tuple(dict.fromkeys(languages)))


def _build_single(alias: Alias, table: AtomTable, languages: tuple[str, ...]) -> Lexicon:
    """The same for one alias, as most texts in rules are; in half the time."""
    return restore_single(alias, tuple([table.number_of(word) for word in alias.term.words]), languages)


def restore_single(alias: Alias, atoms: tuple[int, ...], languages: tuple[str, ...]) -> Lexicon:
    """The lexicon of one alias whose words are numbered already."""
    handle = find_handle(alias.term.words, atoms)
    keys = frozenset((handle.key,))
    is_free = alias.is_free
    is_certain = is_free and len(atoms) == (1 if isinstance(handle.key, int) else 2)
    phrase = Phrase(alias.term, atoms, handle.anchor, None if is_free else alias)
    required = Requirement(keys, handle.weight)
    certain: frozenset[Key] = keys if is_certain else frozenset()
    return Lexicon((alias,), {atoms[handle.anchor]: (phrase,)}, required, certain, languages)
