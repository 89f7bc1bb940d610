"""The text of a file of sources with one thing changed, everything else in it as it was, comments too. Pure.

What stands as a block is edited line by line, because then every comment keeps its place; what stands in braces, and
the values of keys that are there already, are edited with ruamel.yaml. monitor.config.edit reads the result again
before it is written.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent

from monitor.text.yaml import Path, Position, parse_yaml
from monitor.text.yaml_writing import write_yaml

NEW_FILE = "version: 1\n"
SECTION = "sources"
EDITING_ERRORS = (YAMLError, AttributeError, TypeError, ValueError, LookupError)
"""What an edit may raise for YAML that ruamel.yaml reads otherwise than we do."""

# A line that opens a mapping, then the first line inside it.
_INSIDE = re.compile(r"^[\w-]+:[ ]*(?:#.*)?\n(?:[ ]*(?:#.*)?\n)*([ ]+)[^\s#-]", re.MULTILINE)


def with_sources(text: str, sources: Mapping[str, Mapping[str, Any]]) -> str:
    """The text with these sources at the end of `sources:`."""

    def add(data: CommentedMap) -> None:
        if data.get(SECTION) is None:
            data[SECTION] = CommentedMap()
        for source, fields in sources.items():
            data[SECTION][source] = CommentedMap({key: _in_braces(value) for key, value in fields.items()})

    if parse_yaml(text, "").data is None:
        text += "\n" + NEW_FILE
    return _edit(text, add)


def without_source(text: str, source: str) -> str:
    """The text without a source, and without the comments inside it; those before and after it stay."""
    return _without(text, (SECTION, source))


def with_fields(text: str, source: str, fields: Mapping[str, Any]) -> str:
    """The text with keys of a source set; None takes a key away."""
    for key, value in fields.items():
        path: Path = (SECTION, source, key)
        known = path in parse_yaml(text, "").keys
        if value is not None:
            text = _with_value(text, path, value) if known else _with_key(text, path, value)
        elif known:
            text = _without(text, path)
    return text


def _with_value(text: str, path: Path, value: Any) -> str:
    def change(data: CommentedMap) -> None:
        data[path[0]][path[1]][path[2]] = _in_braces(value)

    return _edit(text, change)


def _with_key(text: str, path: Path, value: Any) -> str:
    document = parse_yaml(text, "")
    first = next((key for key in document.keys if key[:-1] == path[:-1]), None)
    if first is None or not _is_block(text, document.keys[first]):
        return _with_value(text, path, value)
    lines = _lines(text)
    indent = document.keys[first][1] - 1
    end = _end_of(lines, document.keys[path[:-1]][0] - 1, document.keys[path[:-1]][1] - 1, content_only=True)
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    written = write_yaml({str(path[-1]): value}, blocks=0).splitlines(keepends=True)
    return "".join([*lines[:end], *(" " * indent + line for line in written), *lines[end:]])


def _without(text: str, path: Path) -> str:
    document = parse_yaml(text, "")

    def take_out(data: CommentedMap) -> None:
        parent: Any = data
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]

    if not _is_block(text, document.keys[path]):
        return _edit(text, take_out)
    lines = _lines(text)
    line, column = document.keys[path]
    return "".join([*lines[: line - 1], *lines[_end_of(lines, line - 1, column - 1, content_only=False) :]])


def _is_block(text: str, key: Position) -> bool:
    """Whether the key is the first thing on its line: it is a line of a block, not of a mapping in braces."""
    line, column = key
    return not text.split("\n")[line - 1][: column - 1].strip()


def _lines(text: str) -> list[str]:
    """The lines with their ends; only "\\n" ends one, as in YAML's count of lines here."""
    return re.findall(r"[^\n]*\n|[^\n]+$", text)


def _end_of(lines: list[str], start: int, indent: int, *, content_only: bool) -> int:
    """The index behind the last line of a block that starts at `start`: behind its content, or its comments too."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        stripped = lines[number].strip()
        depth = len(lines[number]) - len(lines[number].lstrip(" "))
        is_list = depth == indent and stripped.startswith("- ")
        if stripped and depth <= indent and not is_list:
            break
        if stripped and not (content_only and stripped.startswith("#")):
            end = number + 1
    return end


def _edit(text: str, change: Callable[[CommentedMap], None]) -> str:
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 1_000_000  # never fold a line
    data, sequence, offset = load_yaml_guess_indent(text, yaml=editor)
    inside = _INSIDE.search(text)
    if offset is None:
        sequence, offset = 4, 2
    editor.indent(mapping=len(inside[1]) if inside else 2, sequence=sequence, offset=offset)
    change(data)
    stream = io.StringIO()
    editor.dump(data, stream)
    return stream.getvalue()


def _in_braces(value: Any) -> Any:
    """Lists and mappings on one line, as people write them in a source."""
    made: Any = value
    if isinstance(value, Mapping):
        made = CommentedMap(value)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        made = CommentedSeq(value)
    if made is not value:
        made.fa.set_flow_style()
    return made
