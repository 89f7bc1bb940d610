"""Files of lines, however long the lines: read one by one, and never more than 10 MB of one in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_LONGEST_LINE = 10 * 1024 * 1024
_SKIPPED = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its number from 1. `size` counts all its bytes; of one over 10 MB `text` is only the beginning."""

    number: int
    text: bytes
    size: int

    @property
    def is_too_long(self) -> bool:
        """Whether it is over 10 MB."""
        return self.size > _LONGEST_LINE


def iter_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines from here to the end."""
    number = 0
    while text := stream.readline(_LONGEST_LINE + 1):
        number += 1
        size = len(text) if len(text) <= _LONGEST_LINE else len(text) + _skip_line(stream, text)
        yield Line(number, text, size)


def _skip_line(stream: BinaryIO, text: bytes) -> int:
    """Read on to the end of the line; how many bytes that were."""
    skipped = 0
    while not text.endswith(b"\n") and (text := stream.readline(_SKIPPED)):
        skipped += len(text)
    return skipped
