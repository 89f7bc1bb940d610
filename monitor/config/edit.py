"""Add, change and remove sources in the configuration as a careful person would: nothing else changes, comments stay.

The new text is read again before it takes the place of the old one: it must say what the old one said but for the
change, and the sources in it must be sound.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.config.assembly import assemble
from monitor.config.checks import read_identifier
from monitor.config.documents import read_definitions
from monitor.config.files import Texts, read_yaml_files, reason_of
from monitor.config.load import raise_errors, read_config_texts
from monitor.config.models import SOURCE_KINDS, SourceShape
from monitor.config.secrets import Secrets, is_reference
from monitor.config.settings import Settings
from monitor.config.source_text import EDITING_ERRORS, NEW_FILE, with_fields, with_sources, without_source
from monitor.errors import ConfigError, InputError, Problem
from monitor.model import SourceKind
from monitor.parse.urls import canonical_url
from monitor.text.suggest import did_you_mean
from monitor.text.yaml import parse_yaml

SOURCES_FILE = "sources.yaml"

Fields = Mapping[str, Any]
"""The keys of a source as in YAML: feed, tags, every, …"""

_BY_HAND = "cannot be edited without changing more than asked; edit the file by hand"


def add_source(directory: Path, source_id: str, fields: Fields) -> Path:
    """Write a source into config/sources.yaml and return the file; see `add_sources`."""
    return add_sources(directory, {source_id: fields})


def add_sources(directory: Path, sources: Mapping[str, Fields]) -> Path:
    """Write sources into config/sources.yaml, all or none, and return the file.

    ConfigError when an id or an address is taken or is none, or when the file or a new source has errors; InputError
    when the file cannot be written. The file is replaced in one step, or not at all.
    """
    texts = dict(_read_all(directory))
    for source_id, fields in sources.items():
        _check_free(texts, source_id, fields)
    file = directory / SOURCES_FILE
    return _rewrite(texts, file, lambda text: with_sources(text, sources), lambda old: {**old, **_plain(sources)})


def change_source(directory: Path, source_id: str, fields: Fields) -> Path:
    """Set keys of a source, in whichever file it stands; None takes a key away. Errors as in `add_sources`."""
    texts = dict(_read_all(directory))
    file = _find_file(texts, source_id)

    def expect(old: dict[str, Any]) -> dict[str, Any]:
        changed = {**(old[source_id] or {}), **_plain(fields)}
        return {**old, source_id: {key: value for key, value in changed.items() if value is not None}}

    return _rewrite(texts, file, lambda text: with_fields(text, source_id, fields), expect)


def remove_source(directory: Path, source_id: str) -> Path:
    """Take a source out of the file it stands in. Errors as in `add_sources`."""
    texts = dict(_read_all(directory))
    file = _find_file(texts, source_id)

    def expect(old: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in old.items() if key != source_id}

    return _rewrite(texts, file, lambda text: without_source(text, source_id), expect)


def iter_addresses(directory: Path) -> Iterator[tuple[str, str]]:
    """The id and the address, as an identity, of each source of the configuration that has a plain one."""
    yield from _iter_addresses(dict(_read_all(directory)))


def list_shapes(directory: Path) -> tuple[tuple[str, SourceShape], ...]:
    """The id and the definition, as it stands in the file, of each sound source of the configuration."""
    definitions = read_definitions(sorted(dict(_read_all(directory)).items())).sources
    return tuple((source, definition.shape) for source, definition in definitions.items() if definition is not None)


def find_kind(directory: Path, source_id: str) -> SourceKind:
    """What a source is now; a feed where its definition has errors."""
    return next((shape.kind for source, shape in list_shapes(directory) if source == source_id), "feed")


def check_free(directory: Path, source_id: str, fields: Fields) -> None:
    """ConfigError when the id is none, or the id or the address is taken."""
    _check_free(dict(_read_all(directory)), source_id, fields)


def identify_address(address: str) -> str:
    """The form in which two spellings of one address are equal."""
    return canonical_url(address) or address


# --------------------------------------------------------------------------------------------------- reading


def _read_all(directory: Path) -> Texts:
    if not directory.is_dir():
        raise InputError(f'no such directory: {directory}; run "monitor init DIR" to make a configuration')
    texts, _ = read_config_texts(directory)
    file = directory / SOURCES_FILE
    if file.exists() and file.as_posix() not in dict(texts):
        _, problems = read_yaml_files(file)
        raise ConfigError(problems)
    return texts


def _check_free(texts: Mapping[str, str], source_id: str, fields: Fields) -> None:
    try:
        read_identifier(source_id)
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, f"id of a source: {error}")]) from error
    for name, text in texts.items():
        document = parse_yaml(text, name)
        if ("sources", source_id) in document.keys:
            line, column = document.keys["sources", source_id]
            raise ConfigError([Problem(name, line, column, f'source "{source_id}" exists already')])
    addresses = {identify_address(str(fields[kind])) for kind in SOURCE_KINDS if fields.get(kind)}
    for other, address in _iter_addresses(texts):
        if address in addresses:
            raise ConfigError([Problem("", 0, 0, f'source "{other}" has this address already')])


def _iter_addresses(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for source_id, definition in read_definitions(sorted(texts.items())).sources.items():
        if definition is not None:
            address = getattr(definition.shape, definition.shape.kind)
            if not is_reference(address):
                yield source_id, identify_address(address)


def _find_file(texts: Mapping[str, str], source_id: str) -> Path:
    """The file that defines a source; ConfigError where none does."""
    known: list[str] = []
    for name, text in texts.items():
        data = parse_yaml(text, name).data
        sources = data.get("sources") if isinstance(data, dict) else None
        if isinstance(sources, dict):
            if source_id in sources:
                return Path(name)
            known += sources
    raise ConfigError([Problem("", 0, 0, f'no source "{source_id}"{did_you_mean(source_id, known)}')])


# --------------------------------------------------------------------------------------------------- writing


def _rewrite(
    texts: Mapping[str, str],
    file: Path,
    edit: Callable[[str], str],
    expect: Callable[[dict[str, Any]], dict[str, Any]],
) -> Path:
    """Edit a file, and see that it says what is expected of it before it takes the place of the old one."""
    before = texts.get(file.as_posix()) or NEW_FILE
    newline = "\r\n" if "\r\n" in before else "\n"
    before = before.replace("\r\n", "\n")
    raise_errors(parse_yaml(before, file.as_posix()).problems)
    try:
        after = edit(before)
        _check_unchanged(before, after, file, expect)
    except EDITING_ERRORS as error:
        raise ConfigError([Problem(file.as_posix(), 0, 0, _BY_HAND)]) from error
    _check_sound({**texts, file.as_posix(): after}, file)
    _replace(file, after.replace("\n", newline))
    return file


def _plain(value: Any) -> Any:
    """Data as it is read back: lists for tuples."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return list(value) if isinstance(value, tuple | list) else value


def _check_unchanged(before: str, after: str, file: Path, expect: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """ruamel.yaml reads YAML a little differently than we do: what both agree on is what may be written."""
    old = parse_yaml(before, file.as_posix()).data or {"version": 1}
    new = parse_yaml(after, file.as_posix())
    expected = {**old, "sources": expect(old.get("sources") or {})}
    if new.problems or {**new.data, "sources": new.data.get("sources") or {}} != expected:
        raise ConfigError([Problem(file.as_posix(), 0, 0, _BY_HAND)])


def _check_sound(texts: Mapping[str, str], file: Path) -> None:
    """Errors of other files do not stand in the way of a change to this one."""
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
