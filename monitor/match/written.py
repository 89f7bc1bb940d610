"""What stands in rule files, before it becomes clauses and lexicons: the names, the terms, and who names whom.

For tools that speak of files as their author sees them. Nothing is reported here: what is wrong is passed over, for
monitor.match.rules names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.match.files import Definitions
from monitor.match.nodes import Node
from monitor.match.view import primary_language

# What of a clause names a definition; `action` and `target` belong to events.
_NAMING = {"concept": "concept", "action": "concept", "actor": "actor", "target": "actor"}
_CONDITIONS = ("needs", "unless", "exact")


@dataclass(frozen=True, slots=True)
class WrittenTerm:
    """A name or term as it stands there, the language it stands under, and what else is said of it."""

    node: Node
    text: str
    language: str | None = None
    options: Mapping[str, Any] | None = None

    @property
    def is_conditional(self) -> bool:
        """Whether it counts only in some company or in one way of writing."""
        return any((self.options or {}).get(option) for option in _CONDITIONS)


def iter_terms(node: Node) -> Iterator[WrittenTerm]:
    """The names of an actor's, or the terms of a concept's, definition."""
    if isinstance(node.value, list):
        yield from _iter_list(node, None)
        return
    for key in ("names", "terms"):
        if isinstance(node.value, dict) and key in node.value:
            yield from _iter_by_language(node.child(key))


def _iter_by_language(node: Node) -> Iterator[WrittenTerm]:
    if not isinstance(node.value, dict):
        yield from _iter_list(node, None)
        return
    for language in node.value:
        yield from _iter_list(node.child(language), primary_language(language))


def _iter_list(node: Node, language: str | None) -> Iterator[WrittenTerm]:
    parts = [node.child(number) for number in range(len(node.value))] if isinstance(node.value, list) else [node]
    for part in parts:
        if isinstance(part.value, str):
            yield WrittenTerm(part, part.value, language)
        elif isinstance(part.value, dict) and isinstance(part.value.get("text"), str):
            options = {key: value for key, value in part.value.items() if key != "text"}
            yield WrittenTerm(part.child("text"), part.value["text"], language, options)


def iter_named(value: Any) -> Iterator[tuple[str, str]]:
    """("concept", id) and ("actor", id) for every definition that a rule, or a part of one, names."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in _NAMING and isinstance(part, str):
                yield _NAMING[key], part
            elif key != "tests":
                yield from iter_named(part)
    elif isinstance(value, list):
        for part in value:
            yield from iter_named(part)


def list_used(definitions: Definitions) -> set[tuple[str, str]]:
    """Every ("concept", id) and ("actor", id) that has a say in some rule, healthy or not.

    An actor that is used brings along its parts, those who act for it, and those that its names need.
    """
    used = {named for node in definitions.rules.values() for named in iter_named(node.value)}
    brings: dict[str, set[str]] = {}
    for actor, node in definitions.actors.items():
        for whole in _wholes_of(node.value):
            brings.setdefault(whole, set()).add(actor)
        brings.setdefault(actor, set()).update(_companions_of(node))
    waiting = [name for kind, name in used if kind == "actor"]
    while waiting:
        for other in brings.get(waiting.pop(), ()):
            if ("actor", other) not in used:
                used.add(("actor", other))
                waiting.append(other)
    return used


def _wholes_of(value: Any) -> list[str]:
    """Whom an actor is part of, or acts for."""
    if not isinstance(value, dict):
        return []
    offices = value.get("acts_for")
    acts_for = [office["actor"] for office in offices if _names_actor(office)] if isinstance(offices, list) else []
    return [*texts_of(value.get("part_of")), *acts_for]


def _names_actor(office: Any) -> bool:
    return isinstance(office, dict) and isinstance(office.get("actor"), str)


def _companions_of(node: Node) -> set[str]:
    """The actors that the names of one need, or must not stand beside."""
    options = [term.options or {} for term in iter_terms(node)]
    return {name for option in options for key in ("needs", "unless") for name in texts_of(option.get(key))}


def texts_of(value: Any) -> list[str]:
    """The texts of a list, or a single text as a list of one."""
    if isinstance(value, str):
        return [value]
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def parents_of(definitions: Definitions, actor: str) -> set[str]:
    """All that an actor is part of or acts for, directly or not."""
    found: set[str] = set()
    waiting = [actor]
    while waiting:
        node = definitions.actors.get(waiting.pop())
        for whole in _wholes_of(node.value) if node else ():
            if whole not in found:
                found.add(whole)
                waiting.append(whole)
    return found
