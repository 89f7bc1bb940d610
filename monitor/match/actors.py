"""Actors and concepts as defined, and the lexicon each one stands for.

An actor is named by its own names, by those of its parts, and by those of the persons who act for it on the day of
the article. What an article says of them is monitor.match.view's.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from monitor.match.atoms import AtomTable
from monitor.match.lexicon import Alias, Lexicon, Period, build_lexicon
from monitor.match.terms import Term

Include = Literal["parts", "acts_for"]
INCLUDES: tuple[Include, ...] = ("parts", "acts_for")


@dataclass(frozen=True, slots=True)
class ActorName:
    """A name; with `needs` it counts only where one of those actors is named in other words."""

    term: Term
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """That a person acts for an actor, in what role, and from when to when (both included; None is open)."""

    actor: str
    role: str | None = None
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody or something that acts or is acted upon. `languages` are those its names are written under."""

    id: str
    kind: str
    names: tuple[ActorName, ...] = ()
    languages: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    part_of: tuple[str, ...] = ()
    metonym: bool = False
    offices: tuple[Office, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A list of terms for one thing. `codes` are what other catalogues call it."""

    id: str
    terms: tuple[Term, ...] = ()
    languages: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()


class Vocabulary:
    """All actors and concepts of a rule set, and the lexicons made of them, each made once."""

    def __init__(self, actors: Mapping[str, Actor], concepts: Mapping[str, Concept], table: AtomTable) -> None:
        self.actors = actors
        self.concepts = concepts
        self.table = table
        self._parts: dict[str, list[str]] = {}
        self._officers: dict[str, list[tuple[str, Period]]] = {}
        self._lexicons: dict[tuple[object, ...], Lexicon] = {}
        for actor in actors.values():
            for whole in actor.part_of:
                self._parts.setdefault(whole, []).append(actor.id)
            for office in actor.offices:
                period = Period(office.first_on, office.last_on)
                self._officers.setdefault(office.actor, []).append((actor.id, period))

    def text_lexicon(self, term: Term) -> Lexicon:
        """The lexicon of one term."""
        return self._remember(("text", term.written), lambda: build_lexicon([Alias(term)], self.table))

    def concept_lexicon(self, concept: str) -> Lexicon:
        """The terms of a concept; KeyError when there is none of that id."""
        found = self.concepts[concept]
        return self._remember(
            ("concept", concept),
            lambda: build_lexicon([Alias(term) for term in found.terms], self.table, found.languages),
        )

    def actor_lexicon(self, actor: str, include: frozenset[Include]) -> Lexicon:
        """The names of an actor and of those it includes; KeyError when there is none of that id."""
        return self._remember(("actor", actor, include), lambda: self._build_actor(self.actors[actor], include))

    def is_named(self, actor: str) -> bool:
        """Whether it, its parts or those who act for it have any name."""
        return any(self.actors[member].names for member in self.members_of(actor, frozenset(INCLUDES)))

    def members_of(self, actor: str, include: frozenset[Include]) -> dict[str, tuple[Period, ...]]:
        """The actor and whom it includes, with the periods in which each counts (none: always)."""
        wholes = self._with_parts(actor) if "parts" in include else [actor]
        members: dict[str, tuple[Period, ...]] = dict.fromkeys(wholes, ())
        if "acts_for" in include:
            for whole in wholes:
                for officer, period in self._officers.get(whole, ()):
                    if members.get(officer) != ():
                        members[officer] = (*members.get(officer, ()), period)
        return members

    def references_of(self, actor: str) -> set[str]:
        """Every actor whose definition has a say in what an actor's lexicon finds."""
        members = self.members_of(actor, frozenset(INCLUDES))
        needed = {need for member in members for name in self.actors[member].names for need in name.needs}
        return {*members, *(part for need in needed if need in self.actors for part in self._with_parts(need))}

    def _with_parts(self, actor: str) -> list[str]:
        """The actor and all its parts, each once, however they are nested."""
        found = [actor]
        for whole in found:
            found.extend(part for part in self._parts.get(whole, ()) if part not in found)
        return found

    def _build_actor(self, actor: Actor, include: frozenset[Include]) -> Lexicon:
        members = self.members_of(actor.id, include)
        aliases = [alias for member, periods in members.items() for alias in self._aliases_of(member, periods)]
        languages = [language for member in members for language in self.actors[member].languages]
        return build_lexicon(aliases, self.table, languages)

    def _aliases_of(self, member: str, periods: tuple[Period, ...]) -> Iterator[Alias]:
        for name in self.actors[member].names:
            needs = tuple(need for need in name.needs if need in self.actors)
            yield Alias(name.term, periods, self._needed_lexicon(needs) if name.needs else None)

    def _needed_lexicon(self, needs: tuple[str, ...]) -> Lexicon:
        """What names one of these actors on its own: a name that itself needs another cannot vouch for a third."""
        terms = [
            name.term
            for need in needs
            for part in self._with_parts(need)
            for name in self.actors[part].names
            if not name.needs
        ]
        return self._remember(("needs", needs), lambda: build_lexicon([Alias(term) for term in terms], self.table))

    def _remember(self, key: tuple[object, ...], build: Callable[[], Lexicon]) -> Lexicon:
        lexicon = self._lexicons.get(key)
        if lexicon is None:
            lexicon = self._lexicons[key] = build()
        return lexicon
