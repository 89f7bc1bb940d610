"""How clauses are written: the table from a clause's key to the function that reads it.

A clause is a text, or a mapping with one key of the table, its options, and the modifiers `in` and `not_near`. `in`
is handed down while reading, so an inner one wins over an outer one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from sys import intern

from monitor.match.actors import INCLUDES, Include, Vocabulary
from monitor.match.clauses import (
    MOST_NEAR,
    AllOf,
    AnyOf,
    AtLeast,
    Clause,
    Lookup,
    Near,
    NoneOf,
    NotNear,
    Score,
    Times,
    Within,
)
from monitor.match.expansion import expand_query
from monitor.match.later import LATER_CLAUSES, refuse_later
from monitor.match.nodes import Node, describe
from monitor.match.scope import DEFAULT_SCOPE, PLACES, WHOLE_ARTICLE, Scope, parse_first_words
from monitor.match.wording import TERM_OPTIONS, TermReader
from monitor.text.query import QueryError
from monitor.text.suggest import did_you_mean, quoted_list
from monitor.text.yaml import Path

MODIFIERS = ("in", "not_near")
_WITHIN_WORDS = re.compile(r"([0-9]{1,6}) words?")
_A_NUMBER = re.compile(r"\s*(-?)([0-9]+)([.,][0-9]+)?")
_MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class ClauseReader:
    """Reads the clauses of one rule. It notes in `used` every actor and concept that they name.

    `languages` are those the rule looks at, if it says so: in them its terms are inflected.
    """

    vocabulary: Vocabulary
    broken: frozenset[str]
    terms: TermReader
    rule_path: Path
    languages: tuple[str, ...] = ()
    used: set[tuple[str, str]] = field(default_factory=set)

    def read(self, node: Node, scope: Scope = DEFAULT_SCOPE) -> Clause | None:
        """The clause at a node, or None with its problems reported."""
        if isinstance(node.value, str):
            return _read_text(self, node, {}, scope)
        if not isinstance(node.value, dict):
            node.expected('a clause; join several under "all" or "any"' if isinstance(node.value, list) else "a clause")
            return None
        head = _find_head(node)
        if head is None:
            return None
        kind = CLAUSES[head]
        parts = node.read_mapping((head, *kind.options, *MODIFIERS), "option")
        inner_scope = _read_scope(parts["in"]) if "in" in parts else scope
        clause = kind.read(self, node, parts, inner_scope or scope)
        if clause is None or "not_near" not in parts:
            return clause
        return self._read_not_near(parts["not_near"], clause)

    def read_all(self, node: Node, scope: Scope) -> tuple[Clause, ...]:
        """The clauses of a list, without those that could not be read."""
        found = [self.read(part, scope) for part in node.read_list("a list of clauses")]
        return tuple(clause for clause in found if clause is not None)

    def path_of(self, node: Node) -> str:
        """Where a node stands in the rule: "match.all[1]"."""
        steps = node.path[len(self.rule_path) :]
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
        return intern(path)  # rules in their hundred thousands have few different paths

    def _read_not_near(self, node: Node, clause: Clause) -> Clause | None:
        parts = node.read_mapping(("of", "words", "within"))
        if not parts:
            return None
        if not clause.points:
            node.report('"none" has no mentions to drop; put "not_near" on a clause inside it')
            return None
        within = _read_within(node, parts)
        lists = [key for key in ("of", "words") if key in parts]
        if len(lists) != 1:
            node.report('expected either "of" with clauses or "words" with terms')
            return None
        entries = parts[lists[0]]
        if lists[0] == "words":
            for entry in entries.read_list("a list of terms") if isinstance(entries.value, list) else ():
                entry.read_text("a term")
        # Neighbours are those in the same field whatever the clause's own `in` says, unless they say otherwise.
        excluded = self.read_all(entries, WHOLE_ARTICLE)
        return NotNear(clause.path, clause, excluded, within) if within and excluded else None


def _find_head(node: Node) -> str | None:
    """The key that says what clause a mapping is."""
    heads: list[str] = [key for key in node.value if key in CLAUSES]
    # A threshold beside other clauses is theirs: `at_least` is an option of `score`.
    heads = [head for head in heads if not any(head in CLAUSES[other].options for other in heads)]
    if refuse_later(node, LATER_CLAUSES):
        return None
    if len(heads) == 1:
        return heads[0]
    if heads:
        node.report(f'{quoted_list(heads)} in one clause; write each as a clause of its own under "all"', key=heads[1])
        return None
    options = {*CLAUSES, *LATER_CLAUSES, *MODIFIERS, *(key for kind in CLAUSES.values() for key in kind.options)}
    unknown = next((key for key in node.value if key not in options), None)
    if unknown is None:
        node.report(f"no clause here; expected one of {quoted_list(CLAUSES)}")
    else:
        hint = did_you_mean(unknown, [*CLAUSES, *LATER_CLAUSES]) or f"; expected one of {quoted_list(CLAUSES)}"
        node.report(f'unknown clause "{unknown}"{hint}', key=unknown)
    return None


Parts = Mapping[str, Node]


def _read_text(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    terms = reader.terms.read_parts(parts.get("text", node), parts, reader.languages if "forms" in parts else ())
    if not terms:
        return None
    lexicon = reader.vocabulary.text_lexicon(terms)
    return Lookup(reader.path_of(node), lexicon, scope, text=lexicon.aliases[0].term.written)


def _read_concept(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    concept = _read_reference(reader, parts["concept"], "concept", reader.vocabulary.concepts)
    if concept is None:
        return None
    return Lookup(reader.path_of(node), reader.vocabulary.concept_lexicon(concept), scope, concept=concept)


def _read_actor(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    actor = _read_reference(reader, parts["actor"], "actor", reader.vocabulary.actors)
    include = _read_include(parts["include"]) if "include" in parts else frozenset(INCLUDES)
    if actor is None or include is None:
        return None
    return Lookup(reader.path_of(node), reader.vocabulary.actor_lexicon(actor, include), scope, actor=actor)


def _read_reference(reader: ClauseReader, node: Node, kind: str, known: Mapping[str, object]) -> str | None:
    name = node.read_text(f"the id of {'an actor' if kind == 'actor' else 'a concept'}")
    if name is None:
        return None
    reader.used.add((kind, name))
    if name in known:
        return name
    if f"{kind} {name}" in reader.broken:
        node.report(f'{kind} "{name}" could not be read; see the problem at its definition')
    else:
        node.report(f'unknown {kind} "{name}"{did_you_mean(name, known)}')
    return None


def _read_include(node: Node) -> frozenset[Include] | None:
    if node.value == []:
        return frozenset()
    chosen = {part.read_choice(INCLUDES) for part in node.read_one_or_more('a list of "parts" and "acts_for"')}
    if not chosen or None in chosen:
        return None
    return frozenset(include for include in INCLUDES if include in chosen)


def _read_all_of(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    clauses = reader.read_all(parts["all"], scope)
    return AllOf(reader.path_of(node), clauses) if clauses else None


def _read_any_of(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    clauses = reader.read_all(parts["any"], scope)
    return AnyOf(reader.path_of(node), clauses) if clauses else None


def _read_none_of(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    clauses = reader.read_all(parts["none"], scope)
    return NoneOf(reader.path_of(node), clauses) if clauses else None


def _read_near(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    within = _read_within(node, parts)
    order = parts["order"].read_choice(("any", "given")) if "order" in parts else "any"
    clauses = reader.read_all(parts["near"], scope)
    written = parts["near"].value
    if isinstance(written, list) and len(written) == 1:
        parts["near"].report("expected at least two clauses, found one")
    if len(clauses) > MOST_NEAR:
        parts["near"].report(f"expected at most {MOST_NEAR} clauses, found {len(clauses)}")
    for clause in clauses:
        if not clause.points:
            parts["near"].report('"none" has no mentions to be near to; use "not_near", or put it beside the "near"')
    return Near(reader.path_of(node), clauses, within, order == "given") if clauses and within else None


def _read_at_least(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    least = parts["at_least"].read_count("a whole number from 1 on", least=1)
    if "of" not in parts:
        node.report('"of" is missing: the clauses to choose from')
        return None
    clauses = reader.read_all(parts["of"], scope)
    written = parts["of"].value
    if least and isinstance(written, list) and least > len(written):
        parts["at_least"].report(f"{least} of {len(written)} can never hold")
    return AtLeast(reader.path_of(node), clauses, least) if clauses and least else None


def _read_times(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    least = parts["times"].read_count("a whole number from 1 on", least=1)
    if "of" not in parts:
        node.report('"of" is missing: the clause whose mentions count')
        return None
    clause = reader.read(parts["of"], scope)
    if clause is not None and not clause.points:
        parts["of"].report('"none" has no mentions to count')
    return Times(reader.path_of(node), clause, least) if clause and least else None


def _read_score(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    told_before = len(node.problems)
    entries = [_read_scored(reader, entry, scope) for entry in parts["score"].read_list("a list of clauses")]
    if "at_least" not in parts:
        node.report('"at_least" is missing: the points that must be reached')
        return None
    least = parts["at_least"].read_count("a whole number of points from 1 on", least=1)
    read = [(clause, points) for clause, points in entries if clause is not None]
    if least is None or not read or node.has_errors_since(told_before):
        return None
    most = sum(points for _, points in read if points > 0)
    if most < least:
        parts["at_least"].report(f"{least} points can never be reached: all clauses together give {most}")
    return Score(reader.path_of(node), tuple(clause for clause, _ in read), tuple(points for _, points in read), least)


def _read_scored(reader: ClauseReader, node: Node, scope: Scope) -> tuple[Clause | None, int]:
    """A clause and its points: 1 where none are given."""
    if not isinstance(node.value, dict) or "points" not in node.value:
        return reader.read(node, scope), 1
    points = node.child("points").read_count("a whole number of points", least=-_MOST_POINTS) or 0
    if not points and node.value["points"] == 0:
        node.report("a clause of 0 points changes nothing", key="points")
    clause = replace(node, value={key: part for key, part in node.value.items() if key != "points"})
    return reader.read(clause, scope), points


def _read_query(reader: ClauseReader, node: Node, parts: Parts, scope: Scope) -> Clause | None:
    written = parts["query"].read_text("a query")
    if written is None:
        return None
    try:
        return expand_query(written, reader.vocabulary, reader.path_of(node), scope)
    except QueryError as error:
        parts["query"].report(f"column {error.column} of the query: {error}")
        return None


def _read_within(node: Node, parts: Parts) -> Within | None:
    expected = '"N words", "sentence" or "paragraph"'
    if "within" not in parts:
        node.report(f'"within" is missing: {expected}')
        return None
    value = parts["within"].value
    if value == "sentence":
        return Within("sentence")
    if value == "paragraph":
        return Within("paragraph")
    counted = _WITHIN_WORDS.fullmatch(value) if isinstance(value, str) else None
    if counted:
        return Within("words", int(counted.group(1)))
    parts["within"].report(f"expected {expected}, found {describe(value)}{_within_hint(value)}")
    return None


def _within_hint(value: object) -> str:
    number = _A_NUMBER.match(str(value)) if isinstance(value, int | str) else None
    if number is None:
        return did_you_mean(value, ("sentence", "paragraph")) if isinstance(value, str) else ""
    if number[1] or number[3]:
        return "; N is a whole number, of the words that may stand between, from 0 on"
    return f' (did you mean "{int(number[2])} words"?)' if len(number[2]) <= len("999999") else ""


def _read_scope(node: Node) -> Scope | None:
    places: set[str] = set()
    first_words = 0
    for part in node.read_one_or_more("a list of places"):
        place = part.read_text("a place")
        if place is None:
            continue
        counted = parse_first_words(place)
        if counted is not None:
            first_words = max(first_words, counted)
        elif place in PLACES:
            places.add(place)
        else:
            hint = did_you_mean(place, PLACES) or f'; expected one of {quoted_list(PLACES)} or "first N words"'
            part.report(f'unknown place "{place}"{hint}')
    return Scope(frozenset(places), first_words) if places or first_words else None


@dataclass(frozen=True, slots=True)
class ClauseKind:
    """How one kind of clause is read, and the options that may stand beside its key."""

    read: Callable[[ClauseReader, Node, Parts, Scope], Clause | None]
    options: tuple[str, ...] = ()


CLAUSES: Mapping[str, ClauseKind] = {
    "text": ClauseKind(_read_text, TERM_OPTIONS),
    "concept": ClauseKind(_read_concept),
    "actor": ClauseKind(_read_actor, ("include",)),
    "all": ClauseKind(_read_all_of),
    "any": ClauseKind(_read_any_of),
    "none": ClauseKind(_read_none_of),
    "near": ClauseKind(_read_near, ("within", "order")),
    "at_least": ClauseKind(_read_at_least, ("of",)),
    "times": ClauseKind(_read_times, ("of",)),
    "score": ClauseKind(_read_score, ("at_least",)),
    "query": ClauseKind(_read_query),
}
