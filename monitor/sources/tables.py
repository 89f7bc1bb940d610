"""Tables with a heading: CSV, TSV, and their kin with semicolons or bars.

Delimiter, charset and columns are found out from the beginning of the file. A row that swallows the next ones, because
its quote is never closed, is named alone: what it swallowed is read again.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from monitor.errors import Problem
from monitor.loading import load_function
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading, find_key
from monitor.sources.fields import encode, guess_fields, map_fields
from monitor.sources.limits import ArchiveError, buffered
from monitor.sources.lines import iter_lines

# By address: reading is done in the main process, which does not carry what only parsing needs.
_FIND_CHARSET = "monitor.parse.charset:find_charset"
_DECODE = "monitor.parse.charset:decode_bytes"
_DELIMITERS = (",", ";", "\t", "|")
_HEAD = 64 * 1024
_LONGEST_CELL = 10 * 1024 * 1024
_MOST_LINES_OF_A_ROW = 20_000
_SHOWN = 12
_UNEXPECTED_END = "unexpected end of data"


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's cells, with the number of its first line; or what is wrong with it."""

    line: int
    cells: Sequence[str]
    fault: str | None = None


def _read(member: Member, reading: Reading) -> Iterator[Found]:
    lines = _Lines(_iter_text(member.stream))
    delimiter, columns = _read_heading(lines)
    fields = _choose_fields(columns, reading.fields)
    yield _note_fields(member, columns, fields)
    for row in _iter_rows(lines, delimiter, len(columns)):
        if row.fault:
            yield Problem(member.name, row.line, 0, row.fault)
            continue
        if not any(cell.strip() for cell in row.cells):
            continue
        loaded = {name: cell for name, cell in zip(columns, row.cells, strict=False) if cell.strip()}
        mapped = map_fields(loaded, fields)
        key = find_key(mapped.get("id"))
        yield reading.record(member, encode(mapped), "json", place=f":{row.line}", key=key)


# ---------------------------------------------------------------------------------------------- columns


def _read_heading(lines: "_Lines") -> tuple[str, list[str]]:
    """The delimiter under which most columns have names that are known, or, failing that, which makes most columns."""
    line = next(lines, "")
    if not line:
        raise ArchiveError("is empty")
    found = [(delimiter, next(csv.reader([line], delimiter=delimiter), [])) for delimiter in _DELIMITERS]
    delimiter, columns = max(found, key=lambda each: (len(guess_fields(each[1])), len(each[1])))
    names = [column.strip() for column in columns]
    while names and not names[-1]:
        names.pop()
    return delimiter, [name or f"column {number}" for number, name in enumerate(names, start=1)]


def _choose_fields(columns: Sequence[str], asked: Mapping[str, str]) -> dict[str, str]:
    """What the operator says, over what the names suggest. ArchiveError when no column can be a title or a body."""
    shown = ", ".join(f'"{column}"' for column in columns[:_SHOWN])
    missing = [column for column in asked.values() if column not in columns]
    if missing:
        raise ArchiveError(f'has no column "{missing[0]}"; its columns are {shown}')
    taken = set(asked.values())
    guessed = guess_fields(column for column in columns if column not in taken)
    fields = {**{part: column for part, column in guessed.items() if part not in asked}, **asked}
    if not fields.keys() & {"title", "body", "standfirst"}:
        raise ArchiveError(
            f"no column is known as a title or a body, name it with --map body=COLUMN; its columns are {shown}"
        )
    return fields


def _note_fields(member: Member, columns: Sequence[str], fields: Mapping[str, str]) -> Problem:
    read = ", ".join(f"{part} from {column}" for part, column in fields.items())
    unused = [column for column in columns if column not in fields.values()]
    rest = f"; not used: {', '.join(unused[:_SHOWN])}" if unused else ""
    return Problem(member.name, 0, 0, f"columns: {read}{rest}", "note")


# ------------------------------------------------------------------------------------------------- rows


def _iter_rows(lines: "_Lines", delimiter: str, width: int) -> Iterator[_Row]:
    # The module keeps one limit for the whole process, of 128 KB: too little for a long read.
    csv.field_size_limit(_LONGEST_CELL)
    while True:
        first = lines.number + 1
        taken: list[str] = []
        cells = _read_row(lines, taken, delimiter)
        if not taken:
            return
        if cells is None or (len(taken) > 1 and len(cells) != width):
            lines.put_back(taken[1:])
            yield _Row(first, (), "a quote is opened and never closed")
        elif len(taken[0]) > _LONGEST_CELL:
            yield _Row(first, (), "the line is longer than 10 MB")
        elif len(cells) > width:
            yield _Row(first, (), f"the row has {len(cells)} cells, expected {width}")
        else:
            yield _Row(first, cells)


def _read_row(lines: "_Lines", taken: list[str], delimiter: str) -> list[str] | None:
    """The cells of the next row, whose lines are added to `taken`; None when its quotes cannot be meant as they stand.

    Letters behind a closing quote are forgiven within a line. Over several they show that it was an opening one.
    """
    try:
        return next(csv.reader(_keep(lines, taken), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if len(taken) > 1 or str(error) == _UNEXPECTED_END:
            return None
    try:
        return next(csv.reader(taken, delimiter=delimiter), [])
    except csv.Error:
        return []


def _keep(lines: "_Lines", taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line
        if len(taken) > _MOST_LINES_OF_A_ROW:
            return


class _Lines:
    """The lines of a file as text; some can be put back. `number` is that of the last one given out."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        """Give these out again, before the others."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


def _iter_text(packed: BinaryIO) -> Iterator[str]:
    """The lines as text: in the charset that the beginning shows, a line in another one by its own looks."""
    head = packed.read(_HEAD)
    stream = buffered(_Rejoined(head, packed))
    charset = load_function(_FIND_CHARSET)(head)
    if charset.startswith(("utf-16", "utf-32")):
        text = io.TextIOWrapper(stream, charset, "replace", newline="")
        lines: Iterator[str] = iter(lambda: text.readline(_LONGEST_CELL + 1), "")
    else:
        lines = (_decode(line.text, charset) for line in iter_lines(stream))
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix("\ufeff")


def _decode(line: bytes, charset: str) -> str:
    try:
        return line.decode(charset)
    except UnicodeError:
        decoded: str = load_function(_DECODE)(line)
        return decoded


class _Rejoined(io.RawIOBase):
    """A stream from its beginning, after some of it was looked at."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # a memoryview is all that is ever given
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)


TABLE = ArchiveFormat(name="table", suffixes=(".csv", ".tsv", ".tab"), read=_read)
