"""So many mentions, and points: clauses that add up what their clauses find."""

from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

from monitor.match.clauses.base import Clause, Compound, Occurrences, join_described
from monitor.match.clauses.logic import NoneOf
from monitor.match.clauses.nearness import NotNear
from monitor.match.clauses.required import require_threshold
from monitor.match.rarity import Requirement
from monitor.match.view import ArticleView

_END = itemgetter(1)


@dataclass(frozen=True, slots=True, eq=False)
class Times(Clause):
    """A clause with so many mentions, no two sharing a word."""

    clause: Clause
    least: int

    @property
    def parts(self) -> tuple[Clause, ...]:
        return (self.clause,)

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        return (self.clause,)

    def find(self, view: ArticleView) -> Occurrences | None:
        found = self.clause.find(view)
        return found if found and count_apart(found) >= self.least else None

    def required(self) -> tuple[Requirement, ...]:
        return self.clause.required()

    def describe(self) -> str:
        return f"{self.least} mention{'' if self.least == 1 else 's'} of {join_described([self.clause], '')}"


@dataclass(frozen=True, slots=True, eq=False)
class Score(Compound):
    """Holds when the points of those of its clauses that do add up to `least`; shows those that speak for it."""

    points_of: tuple[int, ...]
    least: int

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        total = sum(points for points in self.points_of if points > 0)
        pairs = zip(self.clauses, self.points_of, strict=True)
        return tuple(clause for clause, points in pairs if total - points < self.least)

    def find(self, view: ArticleView) -> Occurrences | None:
        total, found = self._add_up(view)
        return tuple(chain.from_iterable(found)) if total >= self.least else None

    def total(self, view: ArticleView) -> int:
        """The points of an article, whether they suffice or not."""
        return self._add_up(view)[0]

    def _add_up(self, view: ArticleView) -> tuple[int, list[Occurrences]]:
        total = 0
        shown = []
        for clause, points in zip(self.clauses, self.points_of, strict=True):
            occurrences = clause.find(view)
            if occurrences is not None:
                total += points
                if points > 0:
                    shown.append(occurrences)
        return total, shown

    def required(self) -> tuple[Requirement, ...]:
        return require_threshold(list(zip(self.clauses, self.points_of, strict=True)), self.least)

    def describe(self) -> str:
        entries = zip(self.clauses, self.points_of, strict=True)
        return f"a score of {self.least} from " + ", ".join(
            f"{join_described([clause], '')} ({points:+d})" for clause, points in entries
        )


def find_score(clause: Clause, view: ArticleView) -> int | None:
    """The points of the outermost scores that hold, together; None where there are none."""
    if isinstance(clause, Score):
        total = clause.total(view)
        return total if total >= clause.least else None
    if isinstance(clause, NoneOf) or clause.find(view) is None:
        return None
    parts = clause.needed_parts if isinstance(clause, NotNear) else clause.parts
    found = [points for part in parts if (points := find_score(part, view)) is not None]
    return sum(found) if found else None


def count_apart(occurrences: Occurrences) -> int:
    """How many of them can be taken so that no two share a word: each that ends first of what is left."""
    count = last = 0
    for start, end, _, _ in sorted(occurrences, key=_END):
        if start >= last:
            count += 1
            last = end
    return count
