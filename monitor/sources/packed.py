"""Single packed files: .gz, .bz2, .xz and .zst around whatever the rest of the name says."""

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO, Protocol

from monitor.sources.contract import ArchiveFormat, Found, Member, Reading
from monitor.sources.limits import MEGABYTE, ArchiveError, CountedStream, buffered

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# An xz file says how much memory its reader needs, and may say gigabytes.
_MOST_MEMORY = 256 * MEGABYTE
_PIECE = 64 * 1024


class _Unpacker(Protocol):
    """What bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class _UnpackedStream(io.RawIOBase):
    """What bz2, lzma and zstd make of a stream of any number of packed streams one behind the other."""

    def __init__(self, packed: BinaryIO, start: Callable[[], _Unpacker]) -> None:
        self._packed = packed
        self._start = start
        self._unpacker = start()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a memoryview is all that is ever given
        piece = b""
        while not piece:
            data = b""
            if self._unpacker.eof:
                data = self._unpacker.unused_data.lstrip(b"\0") or self._packed.read(_PIECE).lstrip(b"\0")
                if not data:
                    return 0
                self._unpacker = self._start()
            elif self._unpacker.needs_input and not (data := self._packed.read(_PIECE)):
                raise EOFError
            piece = self._unpacker.decompress(data, len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _open_gzip(stream: BinaryIO) -> BinaryIO:
    return gzip.GzipFile(fileobj=stream, mode="rb")  # type: ignore[return-value]  # it is one in all but name


def _open_bzip2(stream: BinaryIO) -> BinaryIO:
    return buffered(_UnpackedStream(stream, bz2.BZ2Decompressor))


def _open_xz(stream: BinaryIO) -> BinaryIO:
    return buffered(_UnpackedStream(stream, lambda: lzma.LZMADecompressor(memlimit=_MOST_MEMORY)))


def _open_zstd(stream: BinaryIO) -> BinaryIO:
    return buffered(_UnpackedStream(stream, zstd.ZstdDecompressor))


_OPENERS: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    ".gz": _open_gzip,
    ".bz2": _open_bzip2,
    ".xz": _open_xz,
    ".zst": _open_zstd,
}
_SHORT = {".tgz": ".gz", ".tbz2": ".bz2", ".tbz": ".bz2", ".txz": ".xz", ".tzst": ".zst"}


def open_unpacked(member: Member, reading: Reading) -> BinaryIO:
    """The content of a packed file, counted against the budget."""
    suffix = PurePath(member.name).suffix.lower()
    opener = _OPENERS[_SHORT.get(suffix, suffix)]
    return buffered(CountedStream(opener(member.stream), reading.budget))


def _read(member: Member, reading: Reading) -> Iterator[Found]:
    if reading.depth >= reading.limits.depth:
        raise ArchiveError(f"is packed inside {reading.limits.depth} others; it is passed over")
    with open_unpacked(member, reading) as stream:
        inner = Member(str(PurePath(member.name).with_suffix("")), stream)
        yield from reading.read_member(inner, reading.deeper())


PACKED = ArchiveFormat(name="packed file", suffixes=tuple(_OPENERS), read=_read)
