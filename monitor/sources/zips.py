"""Zip files. They are read in place; one that lies inside another archive is first copied to a temporary file."""

import io
import shutil
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from monitor.errors import Problem
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading
from monitor.sources.limits import MEGABYTE, ArchiveError, CountedStream, Limits, buffered
from monitor.sources.paths import is_hidden, leads_out

_IN_MEMORY = 16 * MEGABYTE
# The last record of a zip file, behind which only a comment stands; and its larger kin before it.
_END, _END_SIZE = b"PK\x05\x06", 22
_END_64 = b"PK\x06\x06"
_LONGEST_COMMENT = 65535 + 100
_ENCRYPTED = 0x1


def _read(member: Member, reading: Reading) -> Iterator[Found]:
    if reading.depth >= reading.limits.depth:
        raise ArchiveError(f"is packed inside {reading.limits.depth} others; it is passed over")
    with _seekable(member.stream) as stream:
        _check_listing(stream, reading.limits)
        with zipfile.ZipFile(stream) as zipped:
            for info in zipped.infolist():
                reading.budget.enter()
                yield from _read_member(member.name, zipped, info, reading)


def _read_member(name: str, zipped: zipfile.ZipFile, info: zipfile.ZipInfo, reading: Reading) -> Iterator[Found]:
    """A link holds the path it leads to, which is no text."""
    if info.is_dir() or is_hidden(info.filename) or stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return
    inner = f"{name}/{info.filename}"
    if leads_out(info.filename):
        yield Problem(inner, 0, 0, "its name leads out of the archive; it is passed over")
    elif info.flag_bits & _ENCRYPTED:
        yield Problem(inner, 0, 0, "is encrypted; it is passed over")
    else:
        try:
            with zipped.open(info) as packed, buffered(CountedStream(_as_binary(packed), reading.budget)) as stream:
                yield from reading.read_member(Member(inner, stream), reading.deeper())
        except (NotImplementedError, zipfile.BadZipFile) as error:
            yield Problem(inner, 0, 0, f"is damaged: {str(error).lower()}")


def _as_binary(stream: IO[bytes]) -> BinaryIO:
    return stream  # type: ignore[return-value]  # the stubs of zipfile know only the wider type


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        shutil.copyfileobj(stream, copy, MEGABYTE)
        copy.seek(0)
        yield copy  # type: ignore[misc]  # it is one in all but name


def _check_listing(stream: BinaryIO, limits: Limits) -> None:
    """The table of contents is read whole, and takes ten times its size in memory."""
    end = stream.seek(0, io.SEEK_END)
    if not end:
        raise ArchiveError("is empty")
    stream.seek(max(0, end - _LONGEST_COMMENT - _END_SIZE))
    tail = stream.read()
    if _END not in tail:
        raise ArchiveError("is cut off, or no zip file: the list of its files, which stands at its end, is missing")
    sizes = [
        *(size for size in _find_sizes(tail, _END, 12, "<L") if size != 0xFFFFFFFF),
        *_find_sizes(tail, _END_64, 40, "<Q"),
    ]
    if sizes and min(max(sizes), end) > limits.listing:
        raise ArchiveError(f"lists more files than fit into {limits.listing // MEGABYTE} MB")


def _find_sizes(tail: bytes, mark: bytes, offset: int, format_: str) -> Iterator[int]:
    at = tail.rfind(mark)
    if at >= 0 and len(tail) >= at + offset + struct.calcsize(format_):
        yield struct.unpack_from(format_, tail, at + offset)[0]


ZIP = ArchiveFormat(name="zip file", suffixes=(".zip",), read=_read, magics=(b"PK\x03\x04",))
