"""The definitions that rule files hold, by id, before any of them is read: one id once over all files."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from monitor.errors import Problem
from monitor.match.nodes import Node
from monitor.text.yaml import YamlDocument, parse_yaml

_SECTIONS = {"actors": "actor", "concepts": "concept", "rules": "rule"}
_VERSION = 1
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Definitions:
    """Where each actor, concept and rule is defined; of two with one id the first. All report into `problems`.

    `spoiled` are definitions ("rule x") whose YAML itself is wrong, so that what was read is not what was meant.
    """

    actors: dict[str, Node] = field(default_factory=dict)
    concepts: dict[str, Node] = field(default_factory=dict)
    rules: dict[str, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[str] = field(default_factory=set)


def collect_definitions(files: Iterable[tuple[str, str]]) -> Definitions:
    """Parse files given as (name for messages, text) and list what they define."""
    found = Definitions()
    for name, text in files:
        document = parse_yaml(text, name)
        found.problems.extend(document.problems)
        if document.data is not None:
            _collect_file(document, found)
            if document.problems:
                found.spoiled.update(_list_spoiled(document))
    return found


def _collect_file(document: YamlDocument, found: Definitions) -> None:
    # Nodes hold the parts they stand for, and none holds the whole, so that what was read of it can go.
    top = Node(replace(document, data=None), (), document.data, found.problems)
    parts = top.read_mapping(("version", *_SECTIONS))
    version = parts.get("version")
    if version is not None and (version.value != _VERSION or isinstance(version.value, bool)):
        version.expected(f"version {_VERSION}, the only one there is")
    for section, kind in _SECTIONS.items():
        if section in parts and parts[section].value is not None:
            _collect_section(parts[section], kind, getattr(found, section))


def _list_spoiled(document: YamlDocument) -> list[str]:
    """The definitions that hold the problems of the YAML: each the last that begins before its problem."""
    starts = sorted((position, path) for path, position in document.keys.items() if len(path) == len(("rules", "x")))
    spoiled = []
    for problem in document.problems:
        place = bisect_right(starts, (problem.line, problem.column), key=lambda start: start[0]) - 1
        section, name = starts[place][1] if place >= 0 else ("", "")
        if section in _SECTIONS:
            spoiled.append(f"{_SECTIONS[str(section)]} {name}")
    return spoiled


def _collect_section(section: Node, kind: str, found: dict[str, Node]) -> None:
    for name, node in section.read_mapping().items():
        if not _ID.fullmatch(name):
            section.report(f'"{name}" is no id; expected lower-case words with hyphens', key=name)
        elif name in found:
            line, _ = found[name].document.position(found[name].path, at_key=True)
            section.report(f'{kind} "{name}" is defined twice; first in {found[name].document.file}:{line}', key=name)
        else:
            found[name] = node.about(f'{kind} "{name}"')
