"""Files of one JSON text a line, however large: read line by line, cut into blocks that can be read on their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import BinaryIO

_LONGEST_LINE = 10 * 1024 * 1024
_BLOCK_LINES = 500
_BLOCK_BYTES = 8 * 1024 * 1024
_SKIPPED = 64 * 1024
_LABEL = re.compile(r"#([0-9]+)-([0-9]+)$")


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


@dataclass(frozen=True, slots=True)
class Block:
    """Some neighbouring lines: the first one's number, where they start and how many bytes they are."""

    first: int
    offset: int
    size: int
    content_hash: str

    @property
    def label(self) -> str:
        """`#501-73912`: what tells it apart from the other blocks of its file; see find_block."""
        return f"#{self.first}-{self.offset}"


def iter_blocks(stream: BinaryIO) -> Iterator[Block]:
    """The blocks of a file, of up to 500 lines or about 8 MB; an empty file has one, which is empty."""
    first, offset, size, content = 1, 0, 0, blake2b(digest_size=16)
    number = 0
    for line in iter_lines(stream):
        number, size = line.number, size + line.size
        content.update(line.text)
        if number - first + 1 == _BLOCK_LINES or size >= _BLOCK_BYTES:
            yield Block(first, offset, size, content.hexdigest())
            first, offset, size, content = number + 1, offset + size, 0, blake2b(digest_size=16)
    if size or not number:
        yield Block(first, offset, size, content.hexdigest())


def find_block(label: str, size: int) -> Block | None:
    """The block whose label ends this text; None when there is none."""
    found = _LABEL.search(label)
    return Block(int(found[1]), int(found[2]), size, "") if found else None


def iter_lines(stream: BinaryIO, block: Block | None = None) -> Iterator[Line]:
    """The lines of a block, or from here to the end; never more than 10 MB of one in memory."""
    left = block.size if block else None
    number = block.first if block else 1
    if block:
        stream.seek(block.offset)
    while (left is None or left > 0) and (text := stream.readline(_LONGEST_LINE + 1)):
        size = len(text) if len(text) <= _LONGEST_LINE else len(text) + _skip_line(stream, text)
        yield Line(number, text, size)
        number += 1
        left = None if left is None else left - size


def _skip_line(stream: BinaryIO, text: bytes) -> int:
    """Read on to the end of the line; how many bytes that were."""
    skipped = 0
    while not text.endswith(b"\n") and (text := stream.readline(_SKIPPED)):
        skipped += len(text)
    return skipped
