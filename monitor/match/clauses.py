"""What each clause means: whether it holds for an article, and the mentions that show it.

A clause answers with its occurrences, or None when it does not hold; an empty answer holds and has nothing to show
(`none`). Every clause also says what an article must contain for it to hold, so that the index may leave it unasked.
How clauses are written is monitor.match.syntax's.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from operator import attrgetter, itemgetter
from typing import ClassVar, Literal, NamedTuple

from monitor.match.choices import Choices
from monitor.match.lexicon import Lexicon
from monitor.match.proximity import drop_near, find_chained
from monitor.match.rarity import Requirement
from monitor.match.scope import DEFAULT_SCOPE, WHOLE_ARTICLE, Scope
from monitor.match.terms import Term
from monitor.match.view import ArticleView

# The search over chains keeps sets of clauses as bits; more than this is a rule written in the wrong shape.
MOST_NEAR = 8

_END = itemgetter(1)
_WEIGHT = attrgetter("weight")


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


@dataclass(frozen=True, slots=True, eq=False)
class AllOf(Compound):
    """Holds when each of its clauses does."""

    @property
    def needed_parts(self) -> tuple[Clause, ...]:
        return self.clauses

    def find(self, view: ArticleView) -> Occurrences | None:
        found = _find_each(self.clauses, view)
        return None if found is None else tuple(chain.from_iterable(found))

    def required(self) -> tuple[Requirement, ...]:
        return _require_each(self.clauses)

    def describe(self) -> str:
        return "all of " + _join(self.clauses, "and")


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
        return (_one_of(cheapest),)

    def describe(self) -> str:
        return _join(self.clauses, "or")


@dataclass(frozen=True, slots=True, eq=False)
class NoneOf(Compound):
    """Holds when none of its clauses does; it has nothing to show."""

    points: ClassVar[bool] = False

    def find(self, view: ArticleView) -> Occurrences | None:
        return None if any(clause.find(view) is not None for clause in self.choices.find_likely(view)) else ()

    def required(self) -> tuple[Requirement, ...]:
        return ()

    def describe(self) -> str:
        return "none of " + _join(self.clauses, "or")


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
        return _require_threshold([(clause, 1) for clause in self.clauses], self.least)

    def describe(self) -> str:
        return f"at least {self.least} of {_join(self.clauses, 'or')}"


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
        return f"{self.least} mention{'' if self.least == 1 else 's'} of {_join([self.clause], '')}"


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
        return _require_threshold(list(zip(self.clauses, self.points_of, strict=True)), self.least)

    def describe(self) -> str:
        entries = zip(self.clauses, self.points_of, strict=True)
        return f"a score of {self.least} from " + ", ".join(
            f"{_join([clause], '')} ({points:+d})" for clause, points in entries
        )


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
        found = _find_each(self.clauses, view)
        if found is None:
            return None
        members = find_chained(found, self.within.units(view), gap=self.within.gap, ordered=self.ordered)
        kept = tuple(part[number] for part, numbers in zip(found, members, strict=True) for number in sorted(numbers))
        return kept or None

    def required(self) -> tuple[Requirement, ...]:
        return _require_each(self.clauses)

    def describe(self) -> str:
        order = " in this order" if self.ordered else ""
        return f"{_join(self.clauses, 'near')} within {self.within}{order}"


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
        return f"{self.clause.describe()} not near {_join(self.excluded, 'or')} within {self.within}"


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


def _find_each(clauses: Iterable[Clause], view: ArticleView) -> list[Occurrences] | None:
    """What each clause shows; None as soon as one does not hold."""
    found = []
    for clause in clauses:
        occurrences = clause.find(view)
        if occurrences is None:
            return None
        found.append(occurrences)
    return found


def _require_each(clauses: Iterable[Clause]) -> tuple[Requirement, ...]:
    return tuple(requirement for clause in clauses for requirement in clause.required())


def _require_threshold(entries: Sequence[tuple[Clause, int]], least: int) -> tuple[Requirement, ...]:
    """What every article has in which the points of clauses that hold reach `least`.

    A clause without which the others cannot reach it must hold. Of those left over, some must: the rarest ones
    whose lack would be felt.
    """
    spare = sum(points for _, points in entries if points > 0) - least
    needed = [clause for clause, points in entries if points > spare]
    others = [(clause.required(), points) for clause, points in entries if 0 < points <= spare]
    choices = sorted(
        ((min(found, key=_WEIGHT), points) for found, points in others if found),
        key=lambda choice: choice[0].weight / choice[1],
    )
    required = _require_each(needed)
    lacking = list(accumulate(points for _, points in choices))
    enough = bisect_right(lacking, spare)
    if enough == len(choices):
        return required
    return (*required, _one_of([requirement for requirement, _ in choices[: enough + 1]]))


def _one_of(requirements: Sequence[Requirement]) -> Requirement:
    if len(requirements) == 1:
        return requirements[0]
    keys = frozenset().union(*(requirement.keys for requirement in requirements))
    return Requirement(keys, sum(requirement.weight for requirement in requirements))


def _join(clauses: Iterable[Clause], word: str) -> str:
    return f" {word} ".join(f"({text})" if " or " in text else text for text in (part.describe() for part in clauses))
