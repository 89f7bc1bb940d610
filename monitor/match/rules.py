"""Rule files to compiled rules, with every problem of every file in one pass.

A rule with an error is left out and named; the others load. A definition with an error keeps what of it is sound.
Reading files, and deciding what to do about problems, is the caller's.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol, cast

from monitor.errors import Problem
from monitor.match.actors import Actor, Concept, Vocabulary
from monitor.match.atoms import AtomTable
from monitor.match.cases import Case, read_cases
from monitor.match.clauses import Clause, Lookup, Score
from monitor.match.contradictions import iter_contradictions
from monitor.match.definitions import check_references, read_actor, read_concept
from monitor.match.files import Definitions, collect_definitions
from monitor.match.later import LATER_RULE_KEYS, refuse_later
from monitor.match.nodes import Node
from monitor.match.pause import paused_collection
from monitor.match.slots import SlotTable
from monitor.match.syntax import ClauseReader
from monitor.match.where import Where, read_where
from monitor.match.wording import TermReader
from monitor.model import Rule, RuleId, RuleStatus, Severity

_STATUSES: tuple[RuleStatus, ...] = ("live", "draft", "off")
_RULE_KEYS = ("title", "why", "owner", "tags", "status", "severity", "references", "match", "where", "tests")
# What may change without changing what the rule does or says to anybody.
_NOT_HASHED = frozenset({"tests"})


@dataclass(frozen=True, slots=True, eq=False)
class RuleBody:
    """What a rule does; what is said about it is monitor.model's. Its matches have points if `is_scored`."""

    clause: Clause
    where: Where
    languages: tuple[str, ...] = ()
    tests: tuple[Case, ...] = ()
    is_scored: bool = False

    def get(self) -> "RuleBody":
        """Itself."""
        return self


class AnyBody(Protocol):
    """A body, or where to get it (monitor.match.stored)."""

    def get(self) -> RuleBody: ...


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule ready to be held against articles whose words `table` has numbered."""

    rule: Rule
    table: AtomTable
    body: AnyBody

    @property
    def clause(self) -> Clause:
        """What must hold."""
        return self.body.get().clause

    @property
    def where(self) -> Where:
        """Which articles it looks at."""
        return self.body.get().where

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it looks at or has terms in."""
        return self.body.get().languages

    @property
    def tests(self) -> tuple[Case, ...]:
        """The examples beside it."""
        return self.body.get().tests

    @property
    def is_scored(self) -> bool:
        """Whether its matches have points."""
        return self.body.get().is_scored


class Prepared(NamedTuple):
    """What the index knows of some rules, worked out before."""

    rules: tuple[CompiledRule, ...]
    slots: SlotTable


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What a directory of rules comes to. `refused` are the ids of rules that did not load, each with a problem."""

    rules: tuple[CompiledRule, ...]
    problems: tuple[Problem, ...]
    actors: Mapping[str, Actor] = field(default_factory=dict)
    concepts: Mapping[str, Concept] = field(default_factory=dict)
    refused: tuple[RuleId, ...] = ()
    table: AtomTable = field(default_factory=AtomTable)
    prepared: Prepared | None = None

    @property
    def active(self) -> tuple[CompiledRule, ...]:
        """The rules that articles are held against, live ones and drafts, in the order of their ids."""
        active = (compiled for compiled in self.rules if compiled.rule.status != "off")
        return tuple(sorted(active, key=lambda compiled: compiled.rule.id))

    @property
    def tests(self) -> tuple[tuple[CompiledRule, Case], ...]:
        """Every test with its rule."""
        return tuple((compiled, case) for compiled in self.rules for case in compiled.tests)


@paused_collection()
def load_rules(files: Iterable[tuple[str, str]]) -> RuleSet:
    """Compile rule files given as (name for messages, text). Never raises; what is wrong is in `problems`.

    Rules come in the order of their ids, problems in the order of the files and of the places in them.
    """
    named = tuple(files)
    found = collect_definitions(named)
    table = AtomTable()
    terms = TermReader(node.value for nodes in (found.actors, found.concepts, found.rules) for node in nodes.values())
    vocabulary, broken = _read_vocabulary(found, terms, table)
    context = _Context(vocabulary, broken, terms)
    versions = _Versions(vocabulary, found)
    compiled: dict[str, CompiledRule | None] = {}
    for rule_id in sorted(found.rules):
        # What was read of a rule goes once it is compiled: a hundred thousand need 80 MB less so.
        node = found.rules.pop(rule_id)
        made = _read_rule(node, rule_id, context)
        is_sound = made is not None and f"rule {rule_id}" not in found.spoiled
        compiled[rule_id] = versions.give(made[0], node.value, made[1]) if made and is_sound else None
    rules = [made for made in compiled.values() if made is not None]
    order = {name: number for number, (name, _) in reversed(list(enumerate(named)))}
    problems = sorted(dict.fromkeys(found.problems), key=lambda problem: (order.get(problem.file, 0), problem))
    refused = tuple(RuleId(rule_id) for rule_id in sorted(compiled) if compiled[rule_id] is None)
    return RuleSet(tuple(rules), tuple(problems), vocabulary.actors, vocabulary.concepts, refused, table)


class _Context(NamedTuple):
    """What the rules of a set are read with."""

    vocabulary: Vocabulary
    broken: frozenset[str]
    terms: TermReader


def _read_vocabulary(found: Definitions, terms: TermReader, table: AtomTable) -> tuple[Vocabulary, frozenset[str]]:
    """The actors and concepts that can be used, and the names of those that cannot ("concept x")."""
    actors = {name: read_actor(node, name, terms) for name, node in found.actors.items()}
    concepts = {name: read_concept(node, name, terms) for name, node in found.concepts.items()}
    unusable = {name for name, node in found.actors.items() if not isinstance(node.value, dict)}
    empty = {name for name, concept in concepts.items() if not concept.terms}
    broken = frozenset({f"actor {name}" for name in unusable} | {f"concept {name}" for name in empty})
    vocabulary = Vocabulary(
        {name: actor for name, actor in actors.items() if name not in unusable},
        {name: concept for name, concept in concepts.items() if name not in empty},
        table,
    )
    check_references(vocabulary, found.actors, broken)
    return vocabulary, broken


def _read_rule(node: Node, rule_id: str, context: _Context) -> tuple[CompiledRule, frozenset[tuple[str, str]]] | None:
    """The rule, still without its version, and the actors and concepts it names; None when it has an error."""
    told_before = len(node.problems)
    if refuse_later(node, LATER_RULE_KEYS):
        return None
    parts = node.read_mapping(_RULE_KEYS, needs=("match",))
    where = read_where(parts["where"]) if "where" in parts else Where()
    reader = ClauseReader(*context, node.path, where.languages)
    clause = reader.read(parts["match"]) if "match" in parts else None
    tests = read_cases(parts["tests"]) if "tests" in parts else ()
    rule = _read_header(parts, rule_id)
    if clause is not None and not node.has_errors_since(told_before) and not clause.required():
        parts["match"].report('no clause must be present, so nearly every article would match; "none" alone is no rule')
    if clause is not None and not node.has_errors_since(told_before):
        for steps, message in iter_contradictions(clause):
            reduce(Node.child, steps, node).report(message)
    if clause is None or node.has_errors_since(told_before):
        return None
    languages = tuple(dict.fromkeys((*where.languages, *_iter_languages(clause))))
    is_scored = any(isinstance(part, Score) for part in clause.iter_tree())
    body = RuleBody(clause, where, languages, tests, is_scored)
    made = CompiledRule(rule, context.vocabulary.table, body)
    return made, frozenset(reader.used)


def _read_header(parts: Mapping[str, Node], rule_id: str) -> Rule:
    texts = {key: parts[key].read_text() if key in parts else None for key in ("title", "why", "owner")}
    status = parts["status"].read_choice(_STATUSES) if "status" in parts else "live"
    levels = [severity.value for severity in Severity]
    severity = parts["severity"].read_choice(levels) if "severity" in parts else Severity.MEDIUM.value
    if "references" in parts:
        _read_texts(parts["references"])
    return Rule(
        id=RuleId(rule_id),
        version="",
        title=texts["title"] or rule_id.replace("-", " ").capitalize(),
        why=texts["why"],
        owner=texts["owner"],
        tags=_read_texts(parts["tags"]) if "tags" in parts else (),
        status=cast(RuleStatus, status or "off"),
        severity=Severity(severity or Severity.MEDIUM.value),
    )


def _read_texts(node: Node) -> tuple[str, ...]:
    if node.value == []:
        return ()
    found = (part.read_text() for part in node.read_one_or_more("a list of texts"))
    return tuple(text for text in found if text)


def _iter_languages(clause: Clause) -> Iterable[str]:
    """The languages of the terms a clause looks for, as they are met."""
    for part in clause.iter_tree():
        if isinstance(part, Lookup):
            yield from part.lexicon.languages


class _Versions:
    """Hashes of rules with all that they refer to."""

    def __init__(self, vocabulary: Vocabulary, found: Definitions) -> None:
        self._vocabulary = vocabulary
        self._found = found
        self._hashes: dict[tuple[str, str], str] = {}

    def give(self, made: CompiledRule, written: Mapping[str, Any], used: frozenset[tuple[str, str]]) -> CompiledRule:
        """The rule with its version."""
        return replace(made, rule=replace(made.rule, version=self._version_of(written, used)))

    def _version_of(self, written: Mapping[str, Any], used: frozenset[tuple[str, str]]) -> str:
        """16 hexadecimal digits that change with anything that changes what the rule does or says."""
        actors = {other for kind, name in used if kind == "actor" for other in self._vocabulary.references_of(name)}
        concepts = {name for kind, name in used if kind == "concept"}
        rule = {key: value for key, value in written.items() if key not in _NOT_HASHED}
        return _hash(
            {
                "rule": rule,
                "actors": {name: self._hash_of("actor", name, self._found.actors) for name in actors},
                "concepts": {name: self._hash_of("concept", name, self._found.concepts) for name in concepts},
            }
        )

    def _hash_of(self, kind: str, name: str, nodes: Mapping[str, Node]) -> str:
        known = self._hashes.get((kind, name))
        if known is None:
            known = self._hashes[kind, name] = _hash(nodes[name].value)
        return known


def _hash(content: Any) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
