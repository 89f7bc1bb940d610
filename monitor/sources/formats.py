"""The table of archive formats, and which one a file is of.

A new format is one module and one line here; a separate package adds its own by an entry point of the group
`media_monitor.archives`.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from typing import BinaryIO

from monitor.errors import InputError, Problem
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading
from monitor.sources.json_records import JSON, JSON_LINES
from monitor.sources.limits import ArchiveError, LimitError
from monitor.sources.mail import MBOX
from monitor.sources.packed import PACKED
from monitor.sources.pages import FEED, HTML, MAIL, TEXT
from monitor.sources.tables import TABLE
from monitor.sources.tars import PACKED_TAR, TAR
from monitor.sources.warc import ARC, WARC
from monitor.sources.zips import ZIP

FORMATS: tuple[ArchiveFormat, ...] = (
    TEXT, HTML, JSON, JSON_LINES, TABLE, FEED, MAIL, MBOX, WARC, ARC, ZIP, TAR, PACKED_TAR, PACKED,
)  # fmt: skip
_GROUP = "media_monitor.archives"
_LONGEST_MAGIC = 64
_WORDS = 120


class Formats:
    """The formats that are known here, by the suffixes of files; those of entry points win over our own."""

    def __init__(self, formats: Sequence[ArchiveFormat] = FORMATS) -> None:
        self._formats = tuple(formats)
        self._by_suffix = {suffix: each for each in self._formats for suffix in each.suffixes}

    @classmethod
    def installed(cls) -> "Formats":
        """Ours, and those that other packages bring; InputError names one that does not load."""
        return cls((*FORMATS, *_load_added()))

    @property
    def suffixes(self) -> tuple[str, ...]:
        """All of them, in the order of the alphabet."""
        return tuple(sorted(self._by_suffix))

    def find(self, name: str) -> ArchiveFormat | None:
        """The format by the longest suffix that is known; of a packed file, only when what is in it is known, too."""
        name = name.lower()
        parts = name.rpartition("/")[2].split(".")[1:]
        for first in range(len(parts)):
            found = self._by_suffix.get("." + ".".join(parts[first:]))
            if found is PACKED and self.find(name.rpartition(".")[0]) is None:
                return None
            if found is not None:
                return found
        return None

    def recognise(self, head: bytes) -> ArchiveFormat | None:
        """The format of a file without a suffix, by its first bytes."""
        head = head.lstrip().lower()
        return next(
            (each for each in self._formats if any(head.startswith(mark.lower()) for mark in each.magics)), None
        )

    def read_member(self, member: Member, reading: Reading) -> Iterator[Found]:
        """The records of a file; what its content makes its reader raise becomes a problem that names it.

        UnreadableError passes through: it is the place that failed, not the content.
        """
        found = self.find(member.name)
        if found is not None:
            yield from self.read_as(found, member, reading)

    def read_as(self, format_: ArchiveFormat, member: Member, reading: Reading) -> Iterator[Found]:
        """`read_member` by a given format."""
        try:
            yield from format_.read(member, reading)
        except InputError:
            raise
        except LimitError as error:
            if reading.depth:
                raise
            yield Problem(member.name, 0, 0, str(error))
        except ArchiveError as error:
            yield Problem(member.name, 0, 0, str(error))
        except EOFError:
            yield Problem(member.name, 0, 0, "is cut off; what is whole before that is read")
        except Exception as error:  # noqa: BLE001 - whatever a library makes of hostile bytes must not lose the others
            words = " ".join(str(error).split())[:_WORDS] or type(error).__name__
            yield Problem(member.name, 0, 0, f"is damaged or no {format_.name}: {words}")


def first_bytes(stream: BinaryIO) -> bytes:
    """Enough of a file to recognise it."""
    return stream.read(_LONGEST_MAGIC)


def _load_added() -> Iterator[ArchiveFormat]:
    for point in entry_points(group=_GROUP):
        try:
            loaded = point.load()
        except Exception as error:
            raise InputError(f'the archive format "{point.name}" of another package does not load: {error}') from error
        if not isinstance(loaded, ArchiveFormat):
            raise InputError(f'the archive format "{point.name}" of another package is no ArchiveFormat')
        yield loaded
