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
    """A name that counts only where one of `needs`, if any, and none of `unless` is named in other words."""

    term: Term
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @property
    def is_conditional(self) -> bool:
        """Whether it says too little by itself."""
        return bool(self.needs or self.unless)


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

    def text_lexicon(self, terms: tuple[Term, ...]) -> Lexicon:
        """The lexicon of one term, given once for each language that it depends on."""
        languages = tuple(term.language for term in terms)
        return self._remember(
            ("text", terms[0].written, terms[0].exact, languages),
            lambda: build_lexicon(map(Alias, terms), self.table, filter(None, languages)),
        )

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
        names = (name for member in members for name in self.actors[member].names)
        others = {other for name in names for other in (*name.needs, *name.unless)}
        return {*members, *(part for other in others if other in self.actors for part in self._with_parts(other))}

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
            yield Alias(name.term, periods, self._company_lexicon(name.needs), self._company_lexicon(name.unless))

    def _company_lexicon(self, actors: tuple[str, ...]) -> Lexicon | None:
        """What names one of these on its own: a name that itself depends on another cannot vouch for a third."""
        if not actors:
            return None
        terms = [
            name.term
            for actor in actors
            if actor in self.actors
            for part in self._with_parts(actor)
            for name in self.actors[part].names
            if not name.is_conditional
        ]
        return self._remember(("company", actors), lambda: build_lexicon(map(Alias, terms), self.table))

    def _remember(self, key: tuple[object, ...], build: Callable[[], Lexicon]) -> Lexicon:
        lexicon = self._lexicons.get(key)
        if lexicon is None:
            lexicon = self._lexicons[key] = build()
        return lexicon
