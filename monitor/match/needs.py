"""What an article must hold, and must not hold, for a clause to have a chance: all that the index knows of a rule.

Both sides are only necessary. Whether a rule really holds is always its clauses' to say.
"""

from typing import NamedTuple

from monitor.match.clauses import AnyOf, Clause, Lookup, NoneOf
from monitor.match.rarity import Key, Requirement
from monitor.match.scope import DEFAULT_SCOPE


class Needs(NamedTuple):
    """Each of `required` must be met, anywhere in the article; no key of `excluded` may stand in its own text."""

    required: tuple[Requirement, ...]
    excluded: frozenset[Key] = frozenset()


def needs_of(clause: Clause) -> Needs:
    """What every article that the clause holds for has, and has not."""
    return Needs(clause.required(), _excluded_by(clause))


def _excluded_by(clause: Clause) -> frozenset[Key]:
    if isinstance(clause, NoneOf):
        return frozenset().union(*(_sufficient_for(part) for part in clause.clauses))
    return frozenset().union(*(_excluded_by(part) for part in clause.needed_parts))


def _sufficient_for(clause: Clause) -> frozenset[Key]:
    """Keys of which any, standing in the article's own text, makes the clause hold."""
    if isinstance(clause, Lookup):
        return clause.lexicon.certain if clause.scope.places >= DEFAULT_SCOPE.places else frozenset()
    if isinstance(clause, AnyOf):
        return frozenset().union(*(_sufficient_for(part) for part in clause.clauses))
    return frozenset()
