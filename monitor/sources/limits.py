"""Limits against archives that are made to hurt: how much may come out of a file, and how deep it may be nested.

A few kilobytes can unpack to petabytes, and a header can claim any size. What is read is counted as it comes out, and
nothing is read whole that was not measured before.
"""

import errno
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from monitor.errors import InputError, MonitorError

MEGABYTE = 1024 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file of an archive may come to. Text rarely shrinks by more than 30 to 1, and pages of a list by 100.

    `ratio` holds beyond the first `free` bytes, for very small files are packed well. `record` is for one article,
    `listing` for the table of contents of a zip file, which is read whole.
    """

    record: int = 50 * MEGABYTE
    total: int = 1024 * 1024 * MEGABYTE
    free: int = 256 * MEGABYTE
    ratio: int = 250
    entries: int = 5_000_000
    depth: int = 3
    listing: int = 256 * MEGABYTE


class ArchiveError(MonitorError):
    """What a file of an archive says is not what it should be; the rest of this file is passed over."""


class LimitError(ArchiveError):
    """A limit is reached: nothing more is read of the outermost file."""


class UnreadableError(InputError):
    """The place where an archive lies does not answer; it may later, so nothing of it counts as read."""


class Budget:
    """What has come out of one outermost file so far. `packed` tells how many bytes of that have been read."""

    def __init__(self, limits: Limits, packed: Callable[[], int]) -> None:
        self._limits = limits
        self._packed = packed
        self._unpacked = self._entries = 0

    def spend(self, size: int) -> None:
        """Count so many unpacked bytes; LimitError when they are too many."""
        self._unpacked += size
        if self._unpacked > self._limits.total:
            raise LimitError(f"unpacks to more than {self._limits.total // MEGABYTE:,} MB; the rest is passed over")
        if self._unpacked > max(self._limits.free, self._limits.ratio * self._packed()):
            raise LimitError(f"unpacks to more than {self._limits.ratio} times its size; the rest is passed over")

    def enter(self) -> None:
        """Count a file inside; LimitError when there are too many."""
        self._entries += 1
        if self._entries > self._limits.entries:
            raise LimitError(f"holds more than {self._limits.entries:,} files; the rest is passed over")


class SourceStream(io.RawIOBase):
    """The outermost file: counts what is read of it, and tells a place that fails from content that is damaged."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self.consumed = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a memoryview is all that is ever given
        try:
            data = self._stream.read(len(buffer))
        except Exception as error:
            raise self._unreadable(error) from error
        buffer[: len(data)] = data
        self.consumed += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._stream.seek(offset, whence)
        except Exception as error:
            if isinstance(error, ValueError) or getattr(error, "errno", None) == errno.EINVAL:
                raise ValueError("an offset before the beginning") from error  # that is the content's fault
            raise self._unreadable(error) from error

    def tell(self) -> int:
        return self._stream.tell()

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def _unreadable(self, error: Exception) -> UnreadableError:
        words = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        return UnreadableError(f'"{self._name}" cannot be read: {words.lower()}')


class CountedStream(io.RawIOBase):
    """What comes out of a packed file, from front to back, each byte counted against the budget if there is one."""

    def __init__(self, stream: BinaryIO, budget: Budget | None) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a memoryview is all that is ever given
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        if self._budget is not None:
            self._budget.spend(len(data))
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def buffered(stream: io.RawIOBase) -> BinaryIO:
    """The stream with a buffer of its own: for reading by lines and in small pieces."""
    return io.BufferedReader(stream, _CHUNK)


def read_bounded(stream: BinaryIO, most: int) -> bytes:
    """All that is left; ArchiveError when that is more than `most` bytes, of which no more than that is read."""
    pieces: list[bytes] = []
    left = most + 1
    while left > 0 and (piece := stream.read(min(left, MEGABYTE))):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise ArchiveError(f"is larger than {most // MEGABYTE} MB")
    return b"".join(pieces)
