"""Read the YAML and JSON files that operators write, below a directory or one by one.

Only reading: what the texts mean is decided by monitor.config.documents and monitor.match.rules. A file that cannot
be read is named in a problem and the others are read all the same.
"""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from monitor.errors import Problem

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes, as of half a million rules; above this a file is more likely an archive in the wrong folder."""

SUFFIXES = (".yaml", ".yml", ".json")
"""Of the files that may hold rules."""

# What a file system keeps for itself where a disk of its own is mounted; nobody else may look into it.
_OF_THE_DISK = "lost+found"

Texts = tuple[tuple[str, str], ...]


def read_yaml_files(
    path: Path, *, suffixes: Collection[str] = SUFFIXES, exclude: Collection[Path] = ()
) -> tuple[Texts, tuple[Problem, ...]]:
    """The (name, text) of one file, or of every file below a directory with one of the suffixes, sorted by name.

    Hidden files and folders, JSON Schemas (`*.schema.json`) and the paths of `exclude` are passed over. Names are
    the paths as a person would type them, with forward slashes.
    """
    texts: list[tuple[str, str]] = []
    problems: list[Problem] = []
    files = list_files(path, suffixes, problems) if path.is_dir() else (path,)
    for file in files:
        if file in exclude:
            continue
        text = read_text(file)
        if isinstance(text, Problem):
            problems.append(text)
        else:
            texts.append((file.as_posix(), text))
    return tuple(texts), tuple(problems)


def read_text(file: Path) -> str | Problem:
    """The text of a UTF-8 file, without a byte order mark; or why it cannot be had."""
    name = file.as_posix()
    try:
        if not file.is_file():
            return Problem(name, 0, 0, "not a regular file" if file.exists() else "no such file or directory")
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        return Problem(name, 0, 0, f"cannot be read: {reason_of(error)}")
    return decode_text(name, data)


def decode_text(name: str, data: bytes) -> str | Problem:
    """The text that a file of that name holds, or why it is none."""
    if len(data) > LARGEST_FILE:
        return Problem(name, 0, 0, f"larger than {LARGEST_FILE // 1024 // 1024} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        found = f"0x{data[error.start]:02x}"
        return Problem(name, line, column, f"not UTF-8 (found the byte {found}); save the file as UTF-8")


def reason_of(error: OSError) -> str:
    """What the operating system says, in lower case and without the path."""
    return (error.strerror or type(error).__name__).lower()


def list_files(
    directory: Path, suffixes: Collection[str] = SUFFIXES, problems: list[Problem] | None = None
) -> tuple[Path, ...]:
    """Every wanted file below a directory, sorted by name; none where there is no directory.

    Folders that cannot be looked into are added to `problems`.
    """
    refused: list[OSError] = []
    found = tuple(sorted(file for file in _iter_files(directory, refused) if is_wanted(file.name, suffixes)))
    if problems is not None:
        problems += (
            Problem(Path(error.filename).as_posix(), 0, 0, f"cannot be read: {reason_of(error)}") for error in refused
        )
    return found


def is_wanted(name: str, suffixes: Collection[str] = SUFFIXES) -> bool:
    """Whether a file of that name is read: not hidden, not a JSON Schema, and with one of the endings."""
    return not name.startswith(".") and name.endswith(tuple(suffixes)) and not name.endswith(".schema.json")


def _iter_files(directory: Path, refused: list[OSError]) -> Iterator[Path]:
    """Every file below, through symbolic links too (containers mount folders that way), each real folder once."""
    seen: set[str] = set()
    for folder, folders, names in os.walk(directory, followlinks=True, onerror=refused.append):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != _OF_THE_DISK)
        yield from (Path(folder, name) for name in names)
