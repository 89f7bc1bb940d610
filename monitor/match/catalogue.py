"""The rules of a directory as an operator asks for them: each with its file, its problems, and whom it names.

Rules that did not load are in it too: what is broken must not look as if it were not there.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.errors import Problem
from monitor.match.actors import INCLUDES, Actor, Vocabulary
from monitor.match.atoms import AtomTable
from monitor.match.files import Definitions
from monitor.match.lexicon import Period
from monitor.match.nodes import Node
from monitor.match.rules import CompiledRule, RuleSet
from monitor.match.written import iter_named, iter_terms, texts_of
from monitor.text.yaml import Position

Terms = tuple[tuple[str, tuple[str, ...]], ...]
"""By language; under the empty text those of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleListing:
    """One rule. `status` is "broken", and `version` empty, when it did not load; `problems` then says why."""

    id: str
    title: str
    status: str
    severity: str
    owner: str | None
    tags: tuple[str, ...]
    version: str
    examples: Mapping[str, int]
    file: str
    position: Position
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An actor or concept that a rule names, or that comes with one, and its terms. `because` says how it comes in."""

    kind: str
    id: str
    terms: Terms
    because: str = ""


def list_rules(rule_set: RuleSet, definitions: Definitions, problems: Iterable[Problem]) -> tuple[RuleListing, ...]:
    """Every rule that is defined, in the order of the ids."""
    compiled = {str(rule.rule.id): rule for rule in rule_set.rules}
    by_rule = _share_out(definitions, problems)
    return tuple(
        _list_sound(compiled[rule_id], node, by_rule.get(rule_id, ()))
        if rule_id in compiled
        else _list_broken(rule_id, node, by_rule.get(rule_id, ()))
        for rule_id, node in sorted(definitions.rules.items())
    )


def list_named(rule_set: RuleSet, definitions: Definitions, rule_id: str) -> tuple[Named, ...]:
    """The actors a rule names, each followed by those it brings along, then the concepts; unknown ones are left out."""
    named = dict.fromkeys(iter_named(definitions.rules[rule_id].value))
    vocabulary = Vocabulary(rule_set.actors, rule_set.concepts, AtomTable())
    found: list[Named] = []
    for kind, name in named:
        if kind == "actor" and name in rule_set.actors:
            found.extend(_iter_members(vocabulary, definitions, name))
    for kind, name in named:
        if kind == "concept" and name in rule_set.concepts:
            found.append(Named(kind="concept", id=name, terms=_terms_of(definitions.concepts[name])))
    return tuple(dict.fromkeys(found))


def _list_sound(compiled: CompiledRule, node: Node, problems: tuple[Problem, ...]) -> RuleListing:
    rule = compiled.rule
    return RuleListing(
        id=rule.id,
        title=rule.title,
        status=rule.status,
        severity=rule.severity.value,
        owner=rule.owner,
        tags=rule.tags,
        version=rule.version,
        examples=Counter(case.verdict for case in compiled.tests),
        file=node.document.file,
        position=_place_of(node),
        problems=problems,
    )


def _list_broken(rule_id: str, node: Node, problems: tuple[Problem, ...]) -> RuleListing:
    value: dict[str, Any] = node.value if isinstance(node.value, dict) else {}
    tests = value.get("tests") if isinstance(value.get("tests"), list) else []
    return RuleListing(
        id=rule_id,
        title=next(iter(texts_of(value.get("title"))), rule_id),
        status="broken",
        severity=next(iter(texts_of(value.get("severity"))), ""),
        owner=next(iter(texts_of(value.get("owner"))), None),
        tags=tuple(texts_of(value.get("tags"))),
        version="",
        examples=Counter(str(key) for test in tests or () if isinstance(test, dict) for key in test),
        file=node.document.file,
        position=_place_of(node),
        problems=problems,
    )


def _place_of(node: Node) -> Position:
    return node.document.position(node.path, at_key=True)


def _share_out(definitions: Definitions, problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    """The problems of each rule: those that stand from where it begins up to the next definition of its file."""
    starts: dict[str, list[tuple[Position, tuple[str, str]]]] = {}
    for section in ("actors", "concepts", "rules"):
        for name, node in getattr(definitions, section).items():
            starts.setdefault(node.document.file, []).append((_place_of(node), (section, name)))
    for places in starts.values():
        places.sort()
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        places = starts.get(problem.file, [])
        number = bisect_right(places, (problem.line, problem.column), key=lambda place: place[0]) - 1
        section, name = places[number][1] if number >= 0 else ("", "")
        if section == "rules":
            found.setdefault(name, []).append(problem)
    return {name: tuple(of_rule) for name, of_rule in found.items()}


def _iter_members(vocabulary: Vocabulary, definitions: Definitions, actor: str) -> Iterator[Named]:
    members = vocabulary.members_of(actor, frozenset(INCLUDES))
    for member, periods in members.items():
        because = "" if member == actor else _explain(vocabulary.actors[member], actor, periods)
        kind = vocabulary.actors[member].kind
        yield Named(kind=kind, id=member, terms=_terms_of(definitions.actors[member]), because=because)


def _explain(member: Actor, actor: str, periods: tuple[Period, ...]) -> str:
    if not periods:
        return f"part of {actor}"
    return f"acts for {actor}: " + ", ".join(
        f"{office.role or 'in office'} from {office.first_on or '…'} to {office.last_on or 'now'}"
        for office in member.offices
        if Period(office.first_on, office.last_on) in periods
    )


def _terms_of(node: Node) -> Terms:
    found: dict[str, list[str]] = {}
    for term in iter_terms(node):
        options = [
            f"{key} {', '.join(texts_of(value)) or str(value).lower()}" for key, value in (term.options or {}).items()
        ]
        shown = f"{term.text} ({'; '.join(options)})" if options else term.text
        found.setdefault(term.language or "", []).append(shown)
    return tuple((language, tuple(terms)) for language, terms in found.items())
