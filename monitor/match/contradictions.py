"""Clauses that hold for no article, whatever it says: a rule with one would be silent for ever.

Only what can be seen from the clause itself, and only when it is certain.
"""

import re
from collections.abc import Iterable, Iterator
from functools import reduce

from monitor.match.clauses import AllOf, AnyOf, Clause, Lookup, Near, NoneOf, NotNear
from monitor.match.lexicon import Lexicon
from monitor.match.scope import RUNNING_TEXT, Scope
from monitor.match.terms import Term, WordPattern

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def iter_contradictions(clause: Clause) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each clause that can never hold: the steps to it from its rule ("match", "all", 1), and why."""
    reason = _find_reason(clause)
    if reason is not None:
        yield _steps_of(clause.path), f"this can never hold: {reason}"
        return
    for part in clause.parts:
        yield from iter_contradictions(part)


def _find_reason(clause: Clause) -> str | None:
    if isinstance(clause, Lookup):
        return _find_too_long(clause)
    if isinstance(clause, AllOf):
        return _find_denied(clause)
    if isinstance(clause, Near):
        return _find_apart(clause)
    return _find_dropped(clause) if isinstance(clause, NotNear) else None


def _find_too_long(lookup: Lookup) -> str | None:
    """More words than are looked at."""
    if lookup.scope.places:  # of all but a few clauses; a concept may have ten thousand terms
        return None
    fewest = min((len(alias.term.words) for alias in lookup.lexicon.aliases), default=0)
    return f"{lookup.describe()} has {fewest} words" if fewest > lookup.scope.first_words else None


def _find_denied(clause: AllOf) -> str | None:
    """What one clause asks for, and another denies."""
    denied = [part for none in clause.clauses if isinstance(none, NoneOf) for part in _iter_any(none.clauses)]
    for needed in _iter_needed(clause) if denied else ():
        for other in denied:
            if _covers(other.scope, needed.scope) and _is_found_in(other.lexicon, needed.lexicon):
                return f"{needed.describe()} is asked for, and {other.describe()} must not be there"
    return None


def _find_apart(near: Near) -> str | None:
    """Clauses that look in different fields."""
    fields = [_fields_of(part) for part in near.clauses]
    if not fields or reduce(frozenset.intersection, fields):
        return None
    return 'its clauses look in different places, and mentions are near one another only in one; "all" asks for both'


def _find_dropped(clause: NotNear) -> str | None:
    """Mentions each of which stands in what it must not be near to."""
    if not isinstance(clause.clause, Lookup):
        return None
    for other in _iter_any(clause.excluded):
        if _covers(other.scope, clause.clause.scope) and _is_found_in(other.lexicon, clause.clause.lexicon):
            names = clause.clause.describe(), other.describe()
            return f"every mention of {names[0]} is {'near itself' if names[0] == names[1] else 'one of ' + names[1]}"
    return None


def _iter_needed(clause: Clause) -> Iterator[Lookup]:
    """The lookups without which it cannot hold."""
    if isinstance(clause, Lookup):
        yield clause
    for part in clause.needed_parts:
        yield from _iter_needed(part)


def _iter_any(clauses: Iterable[Clause]) -> Iterator[Lookup]:
    """The lookups each of which is enough for one of the clauses to hold."""
    for clause in clauses:
        if isinstance(clause, Lookup):
            yield clause
        elif isinstance(clause, AnyOf):
            yield from _iter_any(clause.clauses)


def _is_found_in(lexicon: Lexicon, other: Lexicon) -> bool:
    """Whether something of a lexicon is found wherever anything of the other is."""
    if lexicon is other:
        return True
    free = [alias.term for alias in lexicon.aliases if alias.is_free and not alias.term.exact]
    return bool(other.aliases) and all(any(_is_part(term, alias.term) for term in free) for alias in other.aliases)


def _is_part(term: Term, whole: Term) -> bool:
    """Whether the words of a term stand in whatever the whole fits."""
    length = len(term.words)
    return any(
        all(_fits_all(wide, narrow) for wide, narrow in zip(term.words, whole.words[start:], strict=False))
        for start in range(len(whole.words) - length + 1)
    )


def _fits_all(wide: WordPattern, narrow: WordPattern) -> bool:
    """Whether every word that fits the narrow pattern fits the wide one."""
    if narrow.kind == "word":
        return wide.fits(narrow.text)
    return wide == narrow or (wide.kind == narrow.kind == "prefix" and narrow.text.startswith(wide.text))


def _covers(wide: Scope, narrow: Scope) -> bool:
    """Whether all that the narrow scope looks at is looked at by the wide one."""
    has_text = wide.places.issuperset(RUNNING_TEXT)
    places = narrow.places - ({"lead"} if has_text else set())
    return wide.places >= places and (has_text or narrow.first_words <= wide.first_words)


def _fields_of(clause: Clause) -> frozenset[str]:
    """The kinds of fields in which its mentions may stand."""
    if not isinstance(clause, Lookup):
        parts = (clause.clause,) if isinstance(clause, NotNear) else clause.parts
        return frozenset[str]().union(*(_fields_of(part) for part in parts))
    places = clause.scope.places
    reaches_text = "lead" in places or clause.scope.first_words
    return places - {"lead"} | (frozenset(RUNNING_TEXT) if reaches_text else frozenset())


def _steps_of(path: str) -> tuple[str | int, ...]:
    """Of what a query stands for, those to the query."""
    query, inside, _ = path.partition("query:")
    return tuple(name or int(number) for name, number in _STEP.findall(query + "query" if inside else path))
