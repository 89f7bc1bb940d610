"""YAML as an operator means it: YAML 1.2 scalars, string keys, no duplicates, and a position for every node.

PyYAML composes the nodes (its C parser where it is built in); the construction on top is ours, because YAML 1.1
reads `no` as false, `22:00` as 1320 and `012` as 10, drops the first of two equal keys in silence, and lets a few
aliases unfold into gigabytes. JSON is read by the same function, being YAML, and by the parser of the standard
library as long as nothing is wrong with it.

It does not know what the data means: monitor.match.rules and monitor.config check that.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import yaml

from monitor.errors import Problem
from monitor.text.yaml_errors import explain_yaml_error

Path = tuple[str | int, ...]
Position = tuple[int, int]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_ESCAPED_PAIR = re.compile(
    r"(?P<before>(?<!\\)(?:\\\\)*)\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
)
_PREFIX = "tag:yaml.org,2002:"
_STANDARD_TAGS = frozenset(
    {"str", "int", "float", "bool", "null", "timestamp", "binary", "merge", "value", "map", "seq"}
)
# Values that stand for themselves are bounded by the size of the file; those behind an alias are not.
_MOST_ALIASED = 50_000
_DEEPEST = 100
# Begins half a letter in JSON; what is left of such after joining is for YAML to complain of.
_SURROGATE = "\\ud"


@dataclass(frozen=True, slots=True)
class Positions:
    """Line and column, counted from 1, of the node of each path, such as `("rules", "x", "match", "all", 0)`.

    Of the key that names it, and of the value itself.
    """

    keys: dict[Path, Position] = field(default_factory=dict)
    values: dict[Path, Position] = field(default_factory=dict)


@dataclass(frozen=True)
class YamlDocument:
    """The data of one file, where each part of it stands, and what was wrong with it as YAML."""

    file: str
    data: Any
    problems: tuple[Problem, ...] = ()
    locate: Callable[[], Positions] = Positions

    @cached_property
    def positions(self) -> Positions:
        """Worked out when first asked for, where that spares work."""
        return self.locate()

    @property
    def keys(self) -> dict[Path, Position]:
        """Where each key stands."""
        return self.positions.keys

    def problem(self, path: Path, message: str, *, at_key: bool = False, warning: bool = False) -> Problem:
        """A problem at a node, or at the nearest node above it that exists."""
        line, column = self.position(path, at_key=at_key)
        return Problem(self.file, line, column, message, "warning" if warning else "error")

    def position(self, path: Path, *, at_key: bool = False) -> Position:
        """Line and column of the value at `path`, or of the key that names it."""
        if at_key and path in self.positions.keys:
            return self.positions.keys[path]
        while path and path not in self.positions.values:
            path = path[:-1]
        return self.positions.values.get(path, (1, 1))


def parse_yaml(text: str, file: str) -> YamlDocument:
    """Read one document. Never raises: what cannot be read is left out of the data and named in `problems`."""
    try:
        return YamlDocument(file, _read_json(text), locate=lambda: _read_yaml(text, file).positions)
    except (ValueError, RecursionError):
        return _read_yaml(text, file)


def _read_yaml(text: str, file: str) -> YamlDocument:
    reader = _Reader(file)
    try:
        node = yaml.compose(_ease_json(text), Loader=_Loader)
        data = None if node is None else reader.construct(node, ())
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        return YamlDocument(file, None, (Problem(file, *explain_yaml_error(error, text)),))
    found = Positions(reader.keys, reader.values)
    return YamlDocument(file, data, tuple(reader.problems), lambda: found)


def _read_json(text: str) -> Any:
    """The data of a JSON object in which nothing is wrong, in a twentieth of the time. ValueError: read it as YAML."""
    if not text.startswith("{"):
        raise ValueError
    if _SURROGATE in text.casefold():
        text = _ease_json(text)
        if _SURROGATE in text.casefold():
            raise ValueError
    data = json.loads(
        text,
        object_pairs_hook=_construct_object,
        parse_int=_read_plain,
        parse_float=_read_plain,
        parse_constant=_refuse_constant,
    )
    layer = [data]
    for _ in range(_DEEPEST):
        layer = [part for whole in layer for part in _parts_of(whole) if isinstance(part, dict | list)]
        if not layer:
            return data
    raise ValueError


def _construct_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)


def _parts_of(whole: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return whole.values() if isinstance(whole, dict) else whole


def _ease_json(text: str) -> str:
    """JSON without the two things of it that YAML refuses: tabs as indentation, and letters escaped as two halves."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return text
    text = _INDENTATION.sub(lambda found: found.group().replace("\t", " "), text)
    return _ESCAPED_PAIR.sub(_join_halves, text)


def _join_halves(found: re.Match[str]) -> str:
    halves = bytes.fromhex(found["high"] + found["low"])
    return found["before"] + halves.decode("utf-16-be")


class _Reader:
    """One pass over the nodes of one document."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.keys: dict[Path, Position] = {}
        self.values: dict[Path, Position] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._aliased = 0

    def construct(self, node: Any, path: Path) -> Any:
        self.values[path] = _position(node)
        if len(path) > _DEEPEST:
            return self._refuse(node, f"nested more than {_DEEPEST} levels deep")
        if self._is_too_much(node):
            return None
        if self._has_foreign_tag(node):
            return None
        if isinstance(node, yaml.MappingNode):
            return {key: self.construct(value, (*path, key)) for key, value in self._iter_keys(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.construct(value, (*path, number)) for number, value in enumerate(node.value)]
        return self._construct_scalar(node)

    def _is_too_much(self, node: Any) -> bool:
        """Whether aliases have unfolded into more than anybody writes; said once, where it happened."""
        if id(node) not in self._seen:
            self._seen.add(id(node))
            return False
        self._aliased += 1
        if self._aliased == _MOST_ALIASED:
            self._refuse(node, f"aliases unfold into more than {_MOST_ALIASED:,} values")
        return self._aliased >= _MOST_ALIASED

    def _iter_keys(self, node: Any, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Position] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "a key must be a plain word")
                continue
            key = key_node.value
            position = _position(key_node)
            if key == "<<" and not key_node.style:
                self._refuse(key_node, 'merge keys ("<<") are not supported')
            elif key in seen:
                self._refuse(key_node, f'key "{key}" stands twice (first in line {seen[key][0]})')
            else:
                seen[key] = position
                self.keys[(*path, key)] = position
                yield key, value_node

    def _has_foreign_tag(self, node: Any) -> bool:
        if node.tag.removeprefix(_PREFIX) in _STANDARD_TAGS:
            return False
        self._refuse(node, f'unknown tag "{node.tag}"')
        return True

    def _construct_scalar(self, node: Any) -> Any:
        if (
            node.style or node.tag == _PREFIX + "binary"
        ):  # quoted: the text as it stands; plain scalars have the style None or ""
            return node.value
        value = _read_plain(node.value)
        # PyYAML calls a plain 2024 or true a text only where "!!str" says so; of floats its notion is another.
        return value if node.tag != _PREFIX + "str" or isinstance(value, float) else node.value

    def _refuse(self, node: Any, message: str) -> None:
        line, column = _position(node)
        self.problems.append(Problem(self.file, line, column, message))


def _read_plain(text: str) -> Any:
    """A plain scalar by the YAML 1.2 core schema, with dates; everything else is the text that stands there."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text) and len(text) < 19:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _position(node: Any) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1
