"""Add a source to config/sources.yaml as a careful person would: nothing else in the file changes, comments stay.

The new text is read again before it takes the place of the old one: it must say what the old one said and the new
source, and the source must be sound.
"""

import io
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent

from monitor.config.assembly import assemble
from monitor.config.checks import read_identifier
from monitor.config.documents import read_definitions
from monitor.config.files import Texts, read_yaml_files, reason_of
from monitor.config.load import raise_errors, read_config_texts
from monitor.config.secrets import Secrets
from monitor.config.settings import Settings
from monitor.errors import ConfigError, InputError, Problem
from monitor.text.yaml import parse_yaml

SOURCES_FILE = "sources.yaml"


def add_source(directory: Path, source_id: str, fields: Mapping[str, Any]) -> Path:
    """Write the source and return the file. `fields` are the keys of a source as in YAML: feed, tags, every, …

    ConfigError when the id is taken or is none, or when the file or the new source has errors; InputError when the
    file cannot be written. The file is replaced in one step, or not at all.
    """
    file = directory / SOURCES_FILE
    texts = dict(_read_all(directory))
    _check_free(texts, source_id)
    before = texts.get(file.as_posix()) or _NEW_FILE
    newline = "\r\n" if "\r\n" in before else "\n"
    before = before.replace("\r\n", "\n")
    after = _insert(before, file, source_id, fields)
    _check_unchanged(before, after, file, {source_id: fields})
    _check_sound(texts | {file.as_posix(): after}, file)
    _replace(file, after.replace("\n", newline))
    return file


_NEW_FILE = "version: 1\n"
# A line that opens a mapping, then the first line inside it.
_INSIDE = re.compile(r"^[\w-]+:[ ]*(?:#.*)?\n(?:[ ]*(?:#.*)?\n)*([ ]+)[^\s#-]", re.MULTILINE)


def _read_all(directory: Path) -> Texts:
    if not directory.is_dir():
        raise InputError(f'no such directory: {directory}; run "monitor init DIR" to make a configuration')
    texts, _ = read_config_texts(directory)
    file = directory / SOURCES_FILE
    if file.exists() and file.as_posix() not in dict(texts):
        _, problems = read_yaml_files(file)
        raise ConfigError(problems)
    return texts


def _check_free(texts: Mapping[str, str], source_id: str) -> None:
    try:
        read_identifier(source_id)
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, f"id of a source: {error}")]) from error
    for name, text in texts.items():
        document = parse_yaml(text, name)
        if ("sources", source_id) in document.keys:
            line, column = document.keys["sources", source_id]
            raise ConfigError([Problem(name, line, column, f'source "{source_id}" exists already')])


def _insert(text: str, file: Path, source_id: str, fields: Mapping[str, Any]) -> str:
    """The text with the source added at the end of `sources:`."""
    document = parse_yaml(text, file.as_posix())
    raise_errors(document.problems)
    if document.data is None:
        text += "\n" + _NEW_FILE
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 1_000_000  # never fold a line
    try:
        data, sequence, offset = load_yaml_guess_indent(text, yaml=editor)
        inside = _INSIDE.search(text)
        if offset is None:
            sequence, offset = 4, 2
        editor.indent(mapping=len(inside[1]) if inside else 2, sequence=sequence, offset=offset)
        _add_to(data, source_id, fields)
        stream = io.StringIO()
        editor.dump(data, stream)
    except (YAMLError, AttributeError, TypeError, ValueError, IndexError) as error:
        raise ConfigError([Problem(file.as_posix(), 0, 0, _BY_HAND)]) from error
    return stream.getvalue()


_BY_HAND = "cannot be edited without changing more than asked; add the source by hand"


def _add_to(data: CommentedMap, source_id: str, fields: Mapping[str, Any]) -> None:
    source = CommentedMap()
    for key, value in fields.items():
        source[key] = value
        if isinstance(value, list | tuple):
            source[key] = CommentedSeq(value)
            source[key].fa.set_flow_style()
    if data.get("sources") is None:
        data["sources"] = CommentedMap()
    data["sources"][source_id] = source


def _check_unchanged(before: str, after: str, file: Path, expected: Mapping[str, Mapping[str, Any]]) -> None:
    """ruamel.yaml reads YAML a little differently than we do: what both agree on is what may be written."""
    old = parse_yaml(before, file.as_posix()).data or {"version": 1}
    new = parse_yaml(after, file.as_posix())
    if new.problems or new.data != {**old, "sources": {**(old.get("sources") or {}), **expected}}:
        raise ConfigError([Problem(file.as_posix(), 0, 0, _BY_HAND)])


def _check_sound(texts: Mapping[str, str], file: Path) -> None:
    """Errors of other files do not stand in the way of an addition to this one."""
    definitions = read_definitions(sorted(texts.items()))
    config = assemble(definitions, Settings(), Secrets({}), strict=False, rule_ids=None)
    raise_errors(problem for problem in config.problems if problem.file == file.as_posix())


def _replace(file: Path, text: str) -> None:
    """Write beside the file, then rename over it; a symbolic link stays one."""
    target = Path(os.path.realpath(file))
    try:
        with tempfile.NamedTemporaryFile("wb", dir=target.parent, prefix=".", suffix=".new", delete=False) as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        written = Path(stream.name)
        try:
            written.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
            written.replace(target)
        except OSError:
            written.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{file} cannot be written: {reason_of(error)}") from error
