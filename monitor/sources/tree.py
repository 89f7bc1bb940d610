"""The files of an archive's path: which ones belong to it, in which order, and whether one has changed.

Hidden files, files of other kinds, pipes and symbolic links out of the tree are passed over in silence; linked
directories are never entered, so no walk runs in circles.
"""

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.errors import InputError
from monitor.sources.contract import ArchiveFormat
from monitor.sources.formats import Formats, first_bytes
from monitor.sources.pages import MAIL
from monitor.sources.paths import is_pattern, printable

_MAILDIR = frozenset({"cur", "new", "tmp"})
_READ_MAILDIR = frozenset({"cur", "new"})


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One file: `member` is its path below the root, `name` how people are told of it."""

    path: Path
    member: str
    name: str
    format: ArchiveFormat

    def status(self) -> tuple[int, str]:
        """Size in bytes, and a stamp that changes with the content, and when an unreadable file becomes readable."""
        try:
            found = self.path.stat()
        except OSError:
            return 0, "missing"
        return found.st_size, f"{found.st_size}-{found.st_mtime_ns}-{os.access(self.path, os.R_OK):d}"

    def open(self) -> BinaryIO:
        """OSError when it cannot be opened."""
        return self.path.open("rb", buffering=0)


@dataclass(frozen=True, slots=True)
class LocalTree:
    """The path that an archive was given as: a directory, the one file `only` in one, or a pattern over several."""

    root: Path
    only: str | None
    given: str
    formats: Formats
    is_pattern: bool = False

    @classmethod
    def at(cls, given: str, formats: Formats) -> "LocalTree":
        """InputError when the path is missing, or is a file of no kind that is known."""
        path = Path(given)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            if is_pattern(given):
                return cls(_fixed_part(path), None, given, formats, is_pattern=True)
            raise InputError(f'"{printable(given)}" cannot be read: {explain_error(error)}') from error
        if stat.S_ISDIR(mode):
            return cls(path, None, given, formats)
        if not stat.S_ISREG(mode):
            raise InputError(f'"{printable(given)}" is neither a file nor a directory')
        tree = cls(path.parent, path.name, given, formats)
        if tree._find_format(path) is None:
            raise InputError(f'"{printable(given)}" is of an unknown kind: expected {expected(formats)}')
        return tree

    def file(self, member: str) -> LocalFile:
        """The file of that name below the root, whether it exists or not."""
        path = self.root / member
        name = printable(self.given if self.only else str(path))
        return LocalFile(path, member, name, self._find_format(path) or MAIL)

    def list_files(self) -> tuple[LocalFile, ...]:
        """In a stable order; InputError when there are none. A folder that cannot be entered is listed like a file:
        reading it will say why.
        """
        members = [self.only] if self.only else sorted(set(self._iter_members()))
        if not members:
            wanted = "no such file" if self.is_pattern else f"holds no articles: expected {expected(self.formats)}"
            raise InputError(f'"{printable(self.given)}" {wanted}')
        return tuple(self.file(member) for member in members)

    def _iter_members(self) -> Iterator[str]:
        inside = self.root.resolve()
        if not self.is_pattern:
            yield from self._iter_below(self.root, inside)
            return
        for name in glob.glob(self.given, recursive=True):  # noqa: PTH207 - pathlib takes no fixed pattern with a root
            found = Path(name)
            if found.is_dir():
                yield from self._iter_below(found, inside)
            elif self._is_wanted(found, inside):
                yield str(found.relative_to(self.root))

    def _iter_below(self, top: Path, inside: Path) -> Iterator[str]:
        sealed: list[OSError] = []
        for directory, folders, names in os.walk(top, onerror=sealed.append):
            folders[:] = [name for name in folders if not name.startswith(".") or _is_maildir(Path(directory, name))]
            for name in names:
                path = Path(directory, name)
                if not name.startswith(".") and self._is_wanted(path, inside):
                    yield str(path.relative_to(self.root))
        for error in sealed:
            member = str(Path(error.filename).relative_to(self.root))
            if member == ".":
                raise InputError(f'"{printable(self.given)}" cannot be read: {explain_error(error)}') from error
            yield member

    def _is_wanted(self, path: Path, inside: Path) -> bool:
        return (_is_in_maildir(path) or self.formats.find(path.name) is not None) and _belongs(path, inside)

    def _find_format(self, path: Path) -> ArchiveFormat | None:
        """By its folder, its name, or, of a file that was named by itself, its first bytes."""
        if _is_in_maildir(path):
            return MAIL
        found = self.formats.find(path.name)
        if found is None and self.only is not None:
            try:
                with path.open("rb") as stream:
                    return self.formats.recognise(first_bytes(stream))
            except OSError:
                return None
        return found


def explain_error(error: Exception) -> str:
    """The operating system's words for a file that could not be opened or read."""
    words = error.strerror if isinstance(error, OSError) else None
    return words.lower() if words else "not a valid path"


def expected(formats: Formats) -> str:
    """The end of a sentence about what was not found."""
    return "files ending in " + ", ".join(formats.suffixes)


def _fixed_part(path: Path) -> Path:
    """The folders of a pattern up to the first with a wildcard."""
    fixed = []
    for part in path.parts[:-1]:
        if is_pattern(part):
            break
        fixed.append(part)
    return Path(*fixed)


def _is_maildir(path: Path) -> bool:
    return all((path / name).is_dir() for name in _MAILDIR)


def _is_in_maildir(path: Path) -> bool:
    return path.parent.name in _READ_MAILDIR and _is_maildir(path.parent.parent)


def _belongs(path: Path, inside: Path) -> bool:
    """A regular file of this tree: no pipe, whose reading would block, and no link that leads out of it."""
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            return False
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return False
