"""What each clause means: whether it holds for an article, and the mentions that show it.

How clauses are written is monitor.match.syntax's.
"""

from monitor.match.clauses.base import Clause, Compound, Lookup, Occurrence, Occurrences
from monitor.match.clauses.counting import Score, Times, count_apart, find_score
from monitor.match.clauses.logic import AllOf, AnyOf, AtLeast, NoneOf
from monitor.match.clauses.nearness import MOST_NEAR, Near, NotNear, Within

__all__ = [
    "MOST_NEAR",
    "AllOf",
    "AnyOf",
    "AtLeast",
    "Clause",
    "Compound",
    "Lookup",
    "Near",
    "NoneOf",
    "NotNear",
    "Occurrence",
    "Occurrences",
    "Score",
    "Times",
    "Within",
    "count_apart",
    "find_score",
]
