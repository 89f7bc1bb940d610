"""Warnings about names and terms that find more than was meant: shared, common, or very short; and offices held twice.

Only of actors and concepts that a rule uses: the others can do no harm.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from monitor.errors import Problem
from monitor.match.actors import Actor, Office
from monitor.match.files import Definitions
from monitor.match.nodes import Node
from monitor.match.rules import RuleSet
from monitor.match.terms import Term, TermError, parse_term
from monitor.match.written import WrittenTerm, iter_terms, parents_of
from monitor.text.common_words import FREQUENT, MISTAKEN

Used = set[tuple[str, str]]
"""("actor", id) and ("concept", id) of all that has a say in some rule."""

# Letters of a name that are not told from a word of any language when case makes no difference.
_SHORT = 2
_LATIN_OR_CYRILLIC = re.compile(r"[a-zа-яё]+")
# Offices that one person holds at a time. Spokespersons and envoys may be many.
_SINGULAR = re.compile(
    r"((vice|deputy|acting|interim) )*"
    r"(president|prime minister|premier|chancellor|king|queen|emperor|monarch|pope|[a-z ]+ minister|governor|mayor"
    r"|secretary[- ]general|director[- ]general|chair(man|woman|person)?|ceo|chief executive|commander[- ]in[- ]chief"
    r"|head of (state|government)|chief of (the )?(general )?staff)"
)


def find_doubtful_names(rule_set: RuleSet, definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Every warning about a name, a term or an office, in no particular order."""
    yield from _find_collisions(definitions, used)
    yield from _find_mistaken(definitions, used)
    yield from _find_shared_offices(rule_set, definitions, used)


def _find_collisions(definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Two actors with one name: whoever is meant, both are found."""
    first: dict[tuple[str, ...], list[tuple[str, WrittenTerm]]] = {}
    for actor, name, term in _iter_used(definitions.actors, "actor", None):
        if name.is_conditional:
            continue
        words = tuple(f"{word.kind}:{word.text}" for word in term.words)
        others = first.setdefault(words, [])
        for other, written in others:
            if _collide(definitions, (actor, other), (name, written), used):
                place = f"{written.node.document.file}:{written.node.place()[0]}"
                yield _warn(
                    name.node,
                    f'"{name.text}" is also a name of actor "{other}" ({place}); '
                    'tell them apart with "needs:", or keep it with one of them',
                )
                break
        others.append((actor, name))


def _collide(
    definitions: Definitions, actors: tuple[str, str], names: tuple[WrittenTerm, WrittenTerm], used: Used
) -> bool:
    one, other = actors
    return (
        one != other
        and any(("actor", actor) in used for actor in actors)
        and _share_language(*names)
        and one not in parents_of(definitions, other)
        and other not in parents_of(definitions, one)
    )


def _share_language(one: WrittenTerm, other: WrittenTerm) -> bool:
    """A pattern belongs to its language; plain words are looked for everywhere."""
    if "*" not in one.text and "?" not in one.text:
        return True
    return one.language == other.language or None in (one.language, other.language)


def _find_mistaken(definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Names that are common words, and names and terms so short that they fit words of other languages."""
    for _, name, term in _iter_used(definitions.actors, "actor", used):
        if name.is_conditional or term.is_pattern or len(term.words) > 1:
            continue
        languages = _languages_of(term.words[0].text, name.language)
        if languages:
            yield _warn(
                name.node,
                f'"{name.text}" alone is also a common word or another name ({", ".join(languages)}); '
                f"say when it counts: {{text: {name.text}, {_condition_for(name.text)}}}",
            )
        elif _is_short(term):
            yield _warn_short(name)
    for _, written, term in _iter_used(definitions.concepts, "concept", used):
        # In small letters it is a word of its language, such as "no", and was meant.
        if not written.is_conditional and _is_short(term) and written.text.isupper():
            yield _warn_short(written)


def _is_short(term: Term) -> bool:
    letters = term.words[0].text
    return len(term.words) == 1 and len(letters) <= _SHORT and bool(_LATIN_OR_CYRILLIC.fullmatch(letters))


def _warn_short(written: WrittenTerm) -> Problem:
    number = "one letter" if len(written.text) == 1 else f"{len(written.text)} letters"
    return _warn(
        written.node,
        f'"{written.text}" is only {number}, in capitals or not, and so finds other words too; '
        f"say when it counts: {{text: {written.text}, {_condition_for(written.text)}}}",
    )


def _condition_for(name: str) -> str:
    """Letters in capitals are told from a word by their case, everything else by its company."""
    return "exact: true" if name.isupper() else "needs: [ids of actors]"


def _languages_of(word: str, language: str | None) -> list[str]:
    """The languages in which a folded word is common; of an alphabet that others share, all are looked at."""
    lists = (*MISTAKEN.items(), *FREQUENT.items())
    return sorted({other for other, words in lists if other in (language or other, "en") and word in words})


@dataclass(frozen=True, slots=True)
class _Holder:
    actor: Actor
    number: int
    office: Office


def _find_shared_offices(rule_set: RuleSet, definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Two holders of one office on one day: most often a `to` that was forgotten when the successor was added."""
    offices: dict[tuple[str, str], list[_Holder]] = {}
    for actor in rule_set.actors.values():
        for number, office in enumerate(actor.offices):
            role = (office.role or "").strip().casefold()
            if ("actor", office.actor) in used and _SINGULAR.fullmatch(role):
                offices.setdefault((office.actor, role), []).append(_Holder(actor, number, office))
    for (whole, role), holders in offices.items():
        for one, other in combinations(sorted(holders, key=lambda holder: holder.office.first_on or date.min), 2):
            if _overlap(one.office, other.office):
                yield _warn_of_offices(definitions, one, other, f"{role} of {whole}")


def _overlap(earlier: Office, later: Office) -> bool:
    """For more than the day on which one hands over to the other."""
    ends = [office.last_on for office in (earlier, later) if office.last_on]
    begin = later.first_on or date.min
    return not ends or begin + timedelta(days=1) <= min(ends)


def _warn_of_offices(definitions: Definitions, one: _Holder, other: _Holder, what: str) -> Problem:
    node = definitions.actors[one.actor.id].child("acts_for").child(one.number)
    until = f"until {one.office.last_on}" if one.office.last_on else "without an end"
    since = f"from {other.office.first_on} on" if other.office.first_on else "from the beginning"
    if one.actor.id == other.actor.id:
        return _warn(node, f'actor "{one.actor.id}" is {what} {until}, and {since} once more; make it one period')
    return _warn(
        node,
        f'actor "{one.actor.id}" is {what} {until}, and "{other.actor.id}" {since}; '
        'for so long both are found: say with "to:" when the first left',
    )


def _iter_used(nodes: dict[str, Node], kind: str, used: Used | None) -> Iterator[tuple[str, WrittenTerm, Term]]:
    """Every name or term that can be looked for, of those definitions that are used, or of all."""
    for definition, node in nodes.items():
        if used is not None and (kind, definition) not in used:
            continue
        for written in iter_terms(node):
            try:
                yield definition, written, parse_term(written.text, written.language)
            except TermError:
                continue


def _warn(node: Node, message: str) -> Problem:
    return node.document.problem(node.path, message, warning=True)
