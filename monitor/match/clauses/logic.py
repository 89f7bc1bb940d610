"""All of, any of, none of, so many of: clauses that count which of their clauses hold."""

from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import ClassVar

from monitor.match.clauses.base import Clause, Compound, Occurrences, find_each, join_described
from monitor.match.clauses.required import one_of, require_each, require_threshold
from monitor.match.rarity import Requirement
from monitor.match.view import ArticleView

_WEIGHT = attrgetter("weight")


@dataclass(frozen=True, slots=True, eq=False)
class AllOf(Compound):
    """Holds when each of its clauses does."""

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        return self.clauses

    def find(self, view: ArticleView) -> Occurrences | None:
        found = find_each(self.clauses, view)
        return None if found is None else tuple(chain.from_iterable(found))

    def required(self) -> tuple[Requirement, ...]:
        return require_each(self.clauses)

    def describe(self) -> str:
        return "all of " + join_described(self.clauses, "and")


@dataclass(frozen=True, slots=True, eq=False)
class AnyOf(Compound):
    """Holds when one of its clauses does; shows all that do."""

    def find(self, view: ArticleView) -> Occurrences | None:
        found = [
            occurrences for clause in self.choices.find_likely(view) if (occurrences := clause.find(view)) is not None
        ]
        return tuple(occurrence for part in found for occurrence in part) if found else None

    def required(self) -> tuple[Requirement, ...]:
        cheapest = []
        for clause in self.clauses:
            needed = clause.required()
            if not needed:
                return ()
            cheapest.append(min(needed, key=_WEIGHT))
        return (one_of(cheapest),)

    def describe(self) -> str:
        return join_described(self.clauses, "or")


@dataclass(frozen=True, slots=True, eq=False)
class NoneOf(Compound):
    """Holds when none of its clauses does; it has nothing to show."""

    points: ClassVar[bool] = False

    def find(self, view: ArticleView) -> Occurrences | None:
        return None if any(clause.find(view) is not None for clause in self.choices.find_likely(view)) else ()

    def required(self) -> tuple[Requirement, ...]:
        return ()

    def describe(self) -> str:
        return "none of " + join_described(self.clauses, "or")


@dataclass(frozen=True, slots=True, eq=False)
class AtLeast(Compound):
    """Holds when so many different ones of its clauses do; shows all that do."""

    least: int

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        return self.clauses if self.least == len(self.clauses) else ()

    def find(self, view: ArticleView) -> Occurrences | None:
        found = [
            occurrences for clause in self.choices.find_likely(view) if (occurrences := clause.find(view)) is not None
        ]
        return tuple(chain.from_iterable(found)) if len(found) >= self.least else None

    def required(self) -> tuple[Requirement, ...]:
        return require_threshold([(clause, 1) for clause in self.clauses], self.least)

    def describe(self) -> str:
        return f"at least {self.least} of {join_described(self.clauses, 'or')}"
