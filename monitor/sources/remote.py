"""Archives at an address: whatever fsspec opens, as far as it is no way around the address guard."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from fsspec.core import url_to_fs

from monitor.errors import InputError
from monitor.sources.contract import ArchiveFormat
from monitor.sources.formats import Formats
from monitor.sources.pages import TEXT
from monitor.sources.paths import explain_address, hide_secrets, is_hidden, is_pattern, printable

# What file systems say of a file that changes with its content, the surest first.
_STAMPS = ("ETag", "etag", "checksum", "md5Hash", "LastModified", "mtime", "created", "date_time", "CRC")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file; see LocalFile."""

    files: Any
    member: str
    name: str
    format: ArchiveFormat

    def status(self) -> tuple[int, str]:
        """Size in bytes, and a stamp that changes with the content."""
        try:
            found = self.files.info(self.member)
        except Exception:  # noqa: BLE001 - each file system raises its own; reading the file will say what is wrong
            return 0, "missing"
        stamp = next((str(found[name]) for name in _STAMPS if found.get(name)), "")
        return int(found.get("size") or 0), f"{found.get('size')}-{stamp}"

    def open(self) -> BinaryIO:
        """OSError when it cannot be opened."""
        try:
            stream: BinaryIO = self.files.open(self.member, "rb")
        except OSError:
            raise
        except Exception as error:
            raise OSError(0, f"{type(error).__name__}: {error}"[:200]) from error
        return stream


@dataclass(frozen=True, slots=True)
class RemoteTree:
    """The address that an archive was given as; see LocalTree."""

    files: Any
    path: str
    given: str
    formats: Formats

    def file(self, member: str) -> RemoteFile:
        """The file of that name, whether it exists or not."""
        if self.path == member:
            name = self.given
        else:
            name = f"{self.given}:{member}" if "::" in self.given else self.files.unstrip_protocol(member)
        return RemoteFile(self.files, member, printable(name), self.formats.find(member) or TEXT)

    def list_files(self) -> tuple[RemoteFile, ...]:
        """In a stable order; InputError when there are none."""
        try:
            members = sorted(set(self._iter_members()))
        except Exception as error:
            raise InputError(f'"{self.given}" cannot be read: {_explain(error)}') from error
        if not members:
            wanted = ", ".join(self.formats.suffixes)
            raise InputError(f'"{self.given}" holds no articles: expected files ending in {wanted}')
        return tuple(self.file(member) for member in members)

    def _iter_members(self) -> Iterator[str]:
        if is_pattern(self.path):
            found = self.files.glob(self.path)
        elif self.path and self.files.isfile(self.path):
            found = [self.path]
        else:
            found = self.files.find(self.path)
            if not found and self.path and not self.files.exists(self.path):
                raise FileNotFoundError(2, "no such file or directory")
        for member in found:
            below = member.removeprefix(self.path)
            if self.formats.find(member) is not None and not is_hidden(below) and self.files.isfile(member):
                yield member


def open_remote(address: str, formats: Formats) -> RemoteTree:
    """InputError when nothing here opens such an address."""
    shown = hide_secrets(address)
    wrong = explain_address(address)
    if wrong:
        raise InputError(f'"{shown}" cannot be read: {wrong}')
    try:
        files, path = url_to_fs(address)
    except ImportError as error:
        message = f'"{shown}" cannot be read: install what it needs with pip install "media-monitor[remote]"'
        raise InputError(message) from error
    except Exception as error:
        raise InputError(f'"{shown}" cannot be read: {_explain(error)}') from error
    return RemoteTree(files, path, shown, formats)


def _explain(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    words = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return " ".join(words.split())[:200].lower()
