"""The files of an archive's path: which ones belong to it, in which order, and whether one has changed.

It opens no file. Hidden files, files of other kinds, pipes and symbolic links out of the tree are passed over in
silence; linked directories are never entered, so no walk runs in circles.
"""

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import InputError


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One file: `member` is its path below the root, `name` how people are told of it."""

    path: Path
    member: str
    name: str

    @property
    def suffix(self) -> str:
        """In lower case, with its dot."""
        return self.path.suffix.lower()

    def status(self) -> tuple[int, str]:
        """Size in bytes, and a stamp that changes with the content, and when an unreadable file becomes readable."""
        try:
            found = self.path.stat()
        except OSError:
            return 0, "missing"
        return found.st_size, f"{found.st_size}-{found.st_mtime_ns}-{os.access(self.path, os.R_OK):d}"


@dataclass(frozen=True, slots=True)
class ArchiveTree:
    """The path that an archive was given as: a directory, or the one file `only` in one."""

    root: Path
    only: str | None
    given: str
    suffixes: Collection[str]

    @classmethod
    def at(cls, given: str, suffixes: Collection[str]) -> "ArchiveTree":
        """InputError when the path is missing, or is a file that ends in none of the suffixes."""
        path = Path(given)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise InputError(f'"{printable(given)}" cannot be read: {explain_error(error)}') from error
        if stat.S_ISDIR(mode):
            return cls(path, None, given, suffixes)
        if not stat.S_ISREG(mode):
            raise InputError(f'"{printable(given)}" is neither a file nor a directory')
        if path.suffix.lower() not in suffixes:
            raise InputError(f'"{printable(given)}" is of an unknown kind: expected {_expected(suffixes)}')
        return cls(path.parent, path.name, given, suffixes)

    def file(self, member: str) -> ArchiveFile:
        """The file of that name below the root, whether it exists or not."""
        path = self.root / member
        return ArchiveFile(path, member, printable(self.given if self.only else str(path)))

    def list_files(self) -> tuple[ArchiveFile, ...]:
        """In a stable order; InputError when there are none. A folder that cannot be entered is listed like a file:
        reading it will say why.
        """
        members = [self.only] if self.only else sorted(self._iter_members())
        if not members:
            raise InputError(f'"{printable(self.given)}" holds no articles: expected {_expected(self.suffixes)}')
        return tuple(self.file(member) for member in members)

    def _iter_members(self) -> Iterator[str]:
        inside = self.root.resolve()
        sealed: list[OSError] = []
        for directory, folders, names in os.walk(self.root, onerror=sealed.append):
            folders[:] = (name for name in folders if not name.startswith("."))
            for name in names:
                path = Path(directory, name)
                if not name.startswith(".") and path.suffix.lower() in self.suffixes and _belongs(path, inside):
                    yield str(path.relative_to(self.root))
        for error in sealed:
            member = str(Path(error.filename).relative_to(self.root))
            if member == ".":
                raise InputError(f'"{printable(self.given)}" cannot be read: {explain_error(error)}') from error
            yield member


def printable(name: str) -> str:
    """A file name as it may be stored and shown: names need not be valid text, nor free of control characters."""
    text = os.fsencode(name).decode(errors="replace")
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def explain_error(error: Exception) -> str:
    """The operating system's words for a file that could not be opened or read."""
    words = error.strerror if isinstance(error, OSError) else None
    return words.lower() if words else "not a valid path"


def _belongs(path: Path, inside: Path) -> bool:
    """A regular file of this tree: no pipe, whose reading would block, and no link that leads out of it."""
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            return False
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return False


def _expected(suffixes: Collection[str]) -> str:
    return f"files ending in {', '.join(sorted(suffixes))}"
