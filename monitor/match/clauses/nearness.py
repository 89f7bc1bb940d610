"""Near and not near: clauses that look at where the mentions of their clauses stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.match.clauses.base import Clause, Compound, Occurrences, find_each, join_described
from monitor.match.clauses.required import require_each
from monitor.match.proximity import drop_near, find_chained
from monitor.match.rarity import Requirement
from monitor.match.view import ArticleView

# The search over chains keeps sets of clauses as bits; more than this is a rule written in the wrong shape.
MOST_NEAR = 8


@dataclass(frozen=True, slots=True)
class Within:
    """How near is near: so many words between, or in one sentence or paragraph."""

    unit: Literal["words", "sentence", "paragraph"]
    words: int = 0

    @property
    def gap(self) -> int | None:
        """The most words between two neighbours; None where the unit alone decides."""
        return self.words if self.unit == "words" else None

    def units(self, view: ArticleView) -> Sequence[int]:
        """For each word the number of the part of the article that neighbours must share."""
        if self.unit == "words":
            return view.field_numbers
        return view.sentence_numbers if self.unit == "sentence" else view.paragraph_numbers

    def __str__(self) -> str:
        if self.unit != "words":
            return f"one {self.unit}"
        return f"{self.words} word{'' if self.words == 1 else 's'}"


@dataclass(frozen=True, slots=True, eq=False)
class Near(Compound):
    """Holds where one mention of each clause stands with the others; shows every mention that does."""

    within: Within
    ordered: bool = False

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        return self.clauses

    def find(self, view: ArticleView) -> Occurrences | None:
        found = find_each(self.clauses, view)
        if found is None:
            return None
        members = find_chained(found, self.within.units(view), gap=self.within.gap, ordered=self.ordered)
        kept = tuple(part[number] for part, numbers in zip(found, members, strict=True) for number in sorted(numbers))
        return kept or None

    def required(self) -> tuple[Requirement, ...]:
        return require_each(self.clauses)

    def describe(self) -> str:
        order = " in this order" if self.ordered else ""
        return f"{join_described(self.clauses, 'near')} within {self.within}{order}"


@dataclass(frozen=True, slots=True, eq=False)
class NotNear(Clause):
    """A clause without those of its mentions that stand near a mention of one of `excluded`."""

    clause: Clause
    excluded: tuple[Clause, ...]
    within: Within

    @property
    def parts(self) -> tuple[Clause, ...]:
        return (self.clause, *self.excluded)

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        return (self.clause,)

    def find(self, view: ArticleView) -> Occurrences | None:
        found = self.clause.find(view)
        if not found:
            return found
        others = [other for clause in self.excluded for other in clause.find(view) or ()]
        if not others:
            return found
        stays = drop_near(found, others, self.within.units(view), gap=self.within.gap)
        return tuple(occurrence for occurrence, stay in zip(found, stays, strict=True) if stay) or None

    def required(self) -> tuple[Requirement, ...]:
        return self.clause.required()

    def describe(self) -> str:
        return f"{self.clause.describe()} not near {join_described(self.excluded, 'or')} within {self.within}"
