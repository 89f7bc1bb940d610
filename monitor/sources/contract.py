"""What an archive format is: suffixes, and a function from a stream to records. A new one is one module and one line.

A separate package adds a format by an entry point of the group `media_monitor.archives` that names an ArchiveFormat.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import BinaryIO, Protocol

from monitor.errors import Problem
from monitor.model import EntryKey, Record, RecordFormat, SourceId
from monitor.sources.limits import Budget, Limits

Found = Record | Problem
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Member:
    """One file, on a disk or inside another: how people are told of it, and its bytes from the beginning."""

    name: str
    stream: BinaryIO


class ReadMember(Protocol):
    """Read a file inside a file by the format that its name tells."""

    def __call__(self, member: Member, reading: "Reading") -> Iterator[Found]:
        """Nothing of a file of an unknown kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the readers of one outermost file share. `fields` maps an article's parts to the columns that hold them."""

    source: SourceId
    budget: Budget
    read_member: ReadMember
    fields: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    depth: int = 0

    def deeper(self) -> "Reading":
        """The same for what is inside."""
        return replace(self, depth=self.depth + 1)

    def record(
        self, member: Member, data: bytes, format_: RecordFormat, *, place: str = "", key: str | None = None
    ) -> Record:
        """A record of a file, at a place in it such as ":17"; by default its key is the hash of its bytes."""
        name = member.name + place
        return Record(
            source=self.source,
            key=EntryKey(key or hash_of(data)),
            name=name,
            format=format_,
            data=data,
            file=member.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFormat:
    """A kind of file. `read` gives its records in the same order in every run, and raises whatever its content makes it
    raise: the caller names the file and goes on with the next one.

    `suffixes` are lower case with their dots; the longest that fits wins. `magics` are the first bytes by which a file
    is known that was named without a suffix. `is_small`: a file is one page, and many are stored as one.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Member, Reading], Iterator[Found]]
    magics: tuple[bytes, ...] = ()
    is_small: bool = False


def hash_of(data: bytes) -> str:
    """A key for what brings none: two records with the same bytes are one article."""
    return blake2b(data, digest_size=16).hexdigest()


def find_key(found: object) -> str | None:
    """A publisher's own id where it can serve as a key: a text of some length that a store can keep."""
    if not isinstance(found, str) or len(found) > _LONGEST_KEY or not found.isprintable():
        return None
    return found.strip() or None
