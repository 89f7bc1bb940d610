"""Texts of configuration files → checked definitions of sources, subscribers, routes and what belongs to them.

Each definition is checked by itself; what they say of each other is the matter of monitor.config.assembly. Pure: the
files have been read, nothing is looked up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from monitor.config.cases import CaseShape, SilenceShape
from monitor.config.checks import describe_found, read_identifier
from monitor.config.models import SECTIONS, RouteShape, SourceShape, SubscriberShape
from monitor.config.shapes import Definition, Shape, check_shape, unknown_key
from monitor.errors import Problem
from monitor.text.suggest import did_you_mean
from monitor.text.yaml import Path, YamlDocument, parse_yaml

Sources = dict[str, Definition[SourceShape] | None]
Subscribers = dict[str, Definition[SubscriberShape] | None]

# Keys that are right, in another file.
_ELSEWHERE: Mapping[str, str] = dict.fromkeys(("rules", "actors", "concepts"), 'a file below "rules"') | dict.fromkeys(
    ("database", "languages", "timezone", "sender", "smtp", "allow_private", "poll"), '"monitor.yaml"'
)


@dataclass(slots=True)
class Definitions:
    """What the files define, in file order. None stands for a definition that has errors: its id is known all the
    same, so that one mistake is told once."""

    sources: Sources = field(default_factory=dict)
    subscribers: Subscribers = field(default_factory=dict)
    routes: list[Definition[RouteShape]] = field(default_factory=list)
    silences: list[Definition[SilenceShape]] = field(default_factory=list)
    cases: list[Definition[CaseShape]] = field(default_factory=list)
    operators: list["Recipient"] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    recipients: list["Recipient"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A subscriber named in `to` of a route, among the operators or in a test, sound or not, with the place."""

    document: YamlDocument
    path: Path
    label: str
    name: str
    at_key: bool = False


def read_definitions(texts: Iterable[tuple[str, str]]) -> Definitions:
    """The definitions of (name, text) pairs."""
    definitions = Definitions()
    places: dict[tuple[str, str], str] = {}
    for name, text in texts:
        document = parse_yaml(text, name)
        definitions.problems += document.problems
        if not isinstance(document.data, dict):
            if document.data is not None:
                definitions.problems.append(document.problem((), _expected_sections(document.data)))
            continue
        definitions.problems += _check_top(document)
        _read_named(document, "sources", SourceShape, definitions, definitions.sources, places)
        _read_named(document, "subscribers", SubscriberShape, definitions, definitions.subscribers, places)
        _read_lists(document, definitions)
        _read_operators(document, definitions)
    definitions.problems += _check_recipients(definitions)
    return definitions


def _expected_sections(data: Any) -> str:
    return f'{describe_found(data)}, expected "version: 1" and "sources:", "subscribers:" or "routes:"'


def _check_top(document: YamlDocument) -> Iterable[Problem]:
    version = document.data.get("version")
    if "version" not in document.data:
        yield document.problem((), 'missing key "version", expected "version: 1"')
    elif version != 1 or isinstance(version, bool):
        yield document.problem(("version",), f"version: {describe_found(version)}, expected 1")
    for key in document.data:
        if key in _ELSEWHERE:
            yield document.problem((key,), f'"{key}" belongs in {_ELSEWHERE[key]}', at_key=True)
        elif key != "version" and key not in SECTIONS:
            yield document.problem((key,), unknown_key(key, ("version", *SECTIONS), ()), at_key=True)


AnyShape = TypeVar("AnyShape", bound=Shape)


def _read_named(
    document: YamlDocument,
    section: str,
    model: type[AnyShape],
    definitions: Definitions,
    into: dict[str, Definition[AnyShape] | None],
    places: dict[tuple[str, str], str],
) -> None:
    """Read a mapping from id to definition; the first definition of an id is the one that counts."""
    data = document.data.get(section)
    if not isinstance(data, dict):
        if data is not None:
            message = f"{section}: {describe_found(data)}, expected a mapping from id to definition"
            definitions.problems.append(document.problem((section,), message))
        return
    kind = section.removesuffix("s")
    for identifier in data:
        path, label = (section, identifier), f'{kind} "{identifier}"'
        first = places.get((section, identifier))
        if first:
            message = f"{label} is defined already in {first}"
            definitions.problems.append(document.problem(path, message, at_key=True))
            continue
        line, _ = document.position(path, at_key=True)
        places[section, identifier] = f"{document.file}:{line}"
        into[identifier] = _read_one(document, path, model, label, definitions.problems)
        definitions.problems += _check_identifier(document, path, kind)


def _read_lists(document: YamlDocument, definitions: Definitions) -> None:
    problems = definitions.problems
    for path, label in _iter_entries(document, "routes", "route", problems):
        definitions.recipients += _list_recipients(document, path, label)
        if route := _read_one(document, path, RouteShape, label, problems):
            definitions.routes.append(route)
    for path, label in _iter_entries(document, "silences", "silence", problems):
        if silence := _read_one(document, path, SilenceShape, label, problems):
            definitions.silences.append(silence)
    for path, label in _iter_entries(document, "tests", "test", problems):
        definitions.recipients += _list_expected(document, path, label)
        if case := _read_one(document, path, CaseShape, label, problems):
            definitions.cases.append(case)


def _iter_entries(
    document: YamlDocument, section: str, kind: str, problems: list[Problem]
) -> Iterator[tuple[Path, str]]:
    """The path and label of each entry of a section that is a list."""
    data = document.data.get(section)
    if isinstance(data, list):
        yield from (((section, number), f"{kind} {number + 1}") for number in range(len(data)))
    elif data is not None:
        message = f"{section}: {describe_found(data)}, expected a list of {section}"
        problems.append(document.problem((section,), message))


def _read_operators(document: YamlDocument, definitions: Definitions) -> None:
    data = document.data.get("operators")
    for number, name in enumerate(data if isinstance(data, list) else [data]):
        path: Path = ("operators", number) if isinstance(data, list) else ("operators",)
        if isinstance(name, str) and name.strip():
            definitions.operators.append(Recipient(document, path, f"operators[{number}]", name))
        elif data is not None:
            message = f"operators[{number}]: {describe_found(name)}, expected the id of a subscriber"
            definitions.problems.append(document.problem(path, message))
    definitions.recipients += [each for each in definitions.operators if each.document is document]


def _list_recipients(document: YamlDocument, path: Path, label: str) -> Iterable[Recipient]:
    route = document.data["routes"][path[-1]]
    names = route.get("to") if isinstance(route, dict) else None
    for number, name in enumerate(names if isinstance(names, list) else [names]):
        if isinstance(name, str) and name.strip():
            yield Recipient(document, (*path, "to", number), f"{label}: to[{number}]", name)


def _list_expected(document: YamlDocument, path: Path, label: str) -> Iterable[Recipient]:
    case = document.data["tests"][path[-1]]
    expected = case.get("expect") if isinstance(case, dict) else None
    for name in expected if isinstance(expected, dict) else ():
        yield Recipient(document, (*path, "expect", name), f"{label}: expect", name, at_key=True)


def _check_recipients(definitions: Definitions) -> Iterable[Problem]:
    known = definitions.subscribers
    for each in definitions.recipients:
        if each.name not in known:
            message = f'{each.label}: unknown subscriber "{each.name}"{did_you_mean(each.name, known)}'
            yield each.document.problem(each.path, message, at_key=each.at_key)


def _read_one(
    document: YamlDocument, path: tuple[str | int, ...], model: type[AnyShape], label: str, problems: list[Problem]
) -> Definition[AnyShape] | None:
    checked = check_shape(model, document, path, label)
    if isinstance(checked, Definition):
        return checked
    problems += checked
    return None


def _check_identifier(document: YamlDocument, path: tuple[str, str], kind: str) -> Iterable[Problem]:
    try:
        read_identifier(path[1])
    except ValueError as error:
        yield document.problem(path, f"id of a {kind}: {error}", at_key=True)
