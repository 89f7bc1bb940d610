"""What every clause is: a node of a rule that finds what shows that it holds.

A clause answers with its occurrences, or None when it does not hold; an empty answer holds and has nothing to show
(`none`). Every clause also says what an article must contain for it to hold, so that the index may leave it unasked.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from monitor.match.choices import Choices
from monitor.match.lexicon import Lexicon
from monitor.match.rarity import Requirement
from monitor.match.scope import DEFAULT_SCOPE, WHOLE_ARTICLE, Scope
from monitor.match.terms import Term
from monitor.match.view import ArticleView


class Occurrence(NamedTuple):
    """Words of an article's row, from `start` up to, not including, `end`, in which a clause found a term."""

    start: int
    end: int
    term: Term
    source: "Lookup"


Occurrences = tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Clause(ABC):
    """A node of a rule. `path` is where it stands in the rule: "match.all[1]"."""

    path: str

    # Whether it can have mentions for another clause to stand near to.
    points: ClassVar[bool] = True

    @property
    def parts(self) -> "tuple[Clause, ...]":
        """The clauses inside it."""
        return ()

    @property
    def needed_parts(self) -> "tuple[Clause, ...]":
        """Those of its parts without which it cannot hold."""
        return ()

    @property
    def anchors(self) -> Iterable[int] | None:
        """Atoms of which an article that it holds for has one; None where it cannot be told so."""
        return None

    def iter_tree(self) -> "Iterator[Clause]":
        """The clause and all inside it."""
        yield self
        for part in self.parts:
            yield from part.iter_tree()

    @abstractmethod
    def find(self, view: ArticleView) -> Occurrences | None:
        """What shows that it holds; None when it does not."""

    @abstractmethod
    def required(self) -> tuple[Requirement, ...]:
        """Each of these is met by every article it holds for; empty when it may hold for any article."""

    @abstractmethod
    def describe(self) -> str:
        """The clause in words, for messages."""


@dataclass(frozen=True, slots=True, eq=False)
class Lookup(Clause):
    """A text, a concept or an actor: holds where one of its terms occurs within the scope."""

    lexicon: Lexicon
    scope: Scope
    text: str = ""
    concept: str | None = None
    actor: str | None = None

    @property
    def anchors(self) -> Iterable[int] | None:
        return self.lexicon.phrases.keys()

    def find(self, view: ArticleView) -> Occurrences | None:
        hits = view.find_hits(self.lexicon, self.scope)
        return tuple([Occurrence(*hit, self) for hit in hits]) if hits else None

    def required(self) -> tuple[Requirement, ...]:
        return (self.lexicon.required,)

    def describe(self) -> str:
        named = (("concept", self.concept), ("actor", self.actor))
        what = next((f"{kind} {name}" for kind, name in named if name), f'"{self.text}"')
        return what if self.scope in (DEFAULT_SCOPE, WHOLE_ARTICLE) else f"{what} in {self.scope}"


@dataclass(frozen=True, slots=True, eq=False)
class Compound(Clause, ABC):
    """A clause made of clauses."""

    clauses: tuple[Clause, ...]
    choices: Choices[Clause] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", Choices(self.clauses))

    @property
    def parts(self) -> tuple[Clause, ...]:
        return self.clauses


def find_each(clauses: Iterable[Clause], view: ArticleView) -> list[Occurrences] | None:
    """What each clause shows; None as soon as one does not hold."""
    found = []
    for clause in clauses:
        occurrences = clause.find(view)
        if occurrences is None:
            return None
        found.append(occurrences)
    return found


def join_described(clauses: Iterable[Clause], word: str) -> str:
    return f" {word} ".join(f"({text})" if " or " in text else text for text in (part.describe() for part in clauses))
