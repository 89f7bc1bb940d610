"""What an article must hold for clauses to hold together: each of them, or so many of them."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import attrgetter

from monitor.match.clauses.base import Clause
from monitor.match.rarity import Requirement

_WEIGHT = attrgetter("weight")


def require_each(clauses: Iterable[Clause]) -> tuple[Requirement, ...]:
    return tuple(requirement for clause in clauses for requirement in clause.required())


def require_threshold(entries: Sequence[tuple[Clause, int]], least: int) -> tuple[Requirement, ...]:
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
    required = require_each(needed)
    lacking = list(accumulate(points for _, points in choices))
    enough = bisect_right(lacking, spare)
    if enough == len(choices):
        return required
    return (*required, one_of([requirement for requirement, _ in choices[: enough + 1]]))


def one_of(requirements: Sequence[Requirement]) -> Requirement:
    if len(requirements) == 1:
        return requirements[0]
    keys = frozenset().union(*(requirement.keys for requirement in requirements))
    return Requirement(keys, sum(requirement.weight for requirement in requirements))
