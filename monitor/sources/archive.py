"""Files and directories as an archive: cut into slices that are stored one by one, and read back as records.

Text, HTML and JSON files are grouped, so that one transaction stores many; a JSON Lines file is cut into blocks of
lines. What a record says, and whether its JSON is valid, is for monitor.parse; which files there are, for
monitor.sources.tree.
"""

import json
import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, Literal
from zlib import crc32

from monitor.errors import Problem
from monitor.model import EntryKey, Record, Slice, Source
from monitor.sources.lines import find_block, iter_blocks, iter_lines
from monitor.sources.tree import ArchiveFile, ArchiveTree, explain_error, printable

Format = Literal["text", "html", "json"]

_PAGES: dict[str, Format] = {".txt": "text", ".html": "html", ".htm": "html"}
_JSON = frozenset({".json"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_SUFFIXES = frozenset(_PAGES) | _JSON | _JSON_LINES

_MEGABYTE = 1024 * 1024
_LARGEST_FILE = 50 * _MEGABYTE
_SLICE_BYTES = 8 * _MEGABYTE
_SLICE_FILES = 64
_LONGEST_ID = 200


class DirectoryArchive:
    """The ArchiveReader over a path. Nothing is kept between calls: a slice names its files itself.

    A file that cannot be read is part of a slice, too: reading that slice gives the Problem.
    """

    def list_slices(self, source: Source) -> tuple[Slice, ...]:
        """Every slice in a stable order; InputError when the path is missing, of an unknown kind, or holds nothing."""
        files = ArchiveTree.at(source.address, _SUFFIXES).list_files()
        pages = [file for file in files if file.suffix not in _JSON_LINES]
        lines = [file for file in files if file.suffix in _JSON_LINES]
        return (*_iter_groups(source, pages), *(part for file in lines for part in _iter_block_slices(source, file)))

    def iter_records(self, source: Source, part: Slice) -> Iterator[Record | Problem]:
        """See ports.ArchiveReader. Two records with the same bytes have the same key: they are one article."""
        tree = ArchiveTree.at(source.address, _SUFFIXES)
        for member in part.members:
            file = tree.file(member)
            try:
                yield from _iter_file(source, file, part)
            except OSError as error:
                yield _problem(file.name, f"cannot be read: {explain_error(error)}")


# ---------------------------------------------------------------------------------------------- slices


def _iter_groups(source: Source, files: Iterable[ArchiveFile]) -> Iterator[Slice]:
    """Neighbouring files, up to 64 or about 8 MB. A group also ends where a name's hash says so: then a file that is
    added or removed changes its own group only, and the others stay done.
    """
    members: list[str] = []
    stamps: list[str] = []
    total = 0
    for file in files:
        size, stamp = file.status()
        members.append(file.member)
        stamps.append(stamp)
        total += size
        if len(members) == _SLICE_FILES or total >= _SLICE_BYTES or crc32(os.fsencode(file.member)) % _SLICE_FILES == 0:
            yield _group_slice(source, members, stamps, total)
            members, stamps, total = [], [], 0
    if members:
        yield _group_slice(source, members, stamps, total)


def _group_slice(source: Source, members: list[str], stamps: list[str], size: int) -> Slice:
    content = "\n".join(f"{member}\t{stamp}" for member, stamp in zip(members, stamps, strict=True))
    return Slice(
        archive=source.id,
        name=printable(members[0]),
        stamp=_hash(os.fsencode(content)),
        size=size,
        members=tuple(members),
    )


def _iter_block_slices(source: Source, file: ArchiveFile) -> Iterator[Slice]:
    """A block's stamp is the hash of its lines, which have to be read anyway to find where it ends: what is appended
    to a file leaves the blocks before it done.
    """
    try:
        with file.path.open("rb") as stream:
            for block in iter_blocks(stream):
                yield Slice(
                    archive=source.id,
                    name=printable(file.member) + block.label,
                    stamp=block.content_hash,
                    size=block.size,
                    members=(file.member,),
                )
    except OSError:
        size, stamp = file.status()
        yield _group_slice(source, [file.member], [stamp], size)


# ---------------------------------------------------------------------------------------------- records


def _iter_file(source: Source, file: ArchiveFile, part: Slice) -> Iterator[Record | Problem]:
    if file.suffix in _JSON_LINES:
        yield from _iter_block_records(source, file, part)
        return
    with file.path.open("rb") as stream:
        data = stream.read(_LARGEST_FILE + 1)
    if not data:
        yield _problem(file.name, "is empty")
    elif len(data) > _LARGEST_FILE:
        yield _problem(file.name, f"is larger than {_LARGEST_FILE // _MEGABYTE} MB")
    elif file.suffix in _JSON:
        yield from _iter_json_records(source, file.name, data)
    else:
        key = EntryKey(_hash(data))
        yield Record(source=source.id, key=key, name=file.name, format=_PAGES.get(file.suffix, "text"), data=data)


def _iter_block_records(source: Source, file: ArchiveFile, part: Slice) -> Iterator[Record | Problem]:
    """Lines of white space alone are passed over."""
    with file.path.open("rb") as stream:
        if not part.size:
            yield _problem(file.name, "is empty")
        for line in iter_lines(stream, find_block(part.name, part.size)):
            text = line.text.strip()
            if line.is_too_long:
                yield Problem(file.name, line.number, 0, "the line is longer than 10 MB")
            elif text:
                yield _json_record(source, f"{file.name}:{line.number}", text, _load_json(text))


def _iter_json_records(source: Source, name: str, data: bytes) -> Iterator[Record]:
    """A file may hold one article, or a list of them."""
    loaded = _load_json(data)
    if not isinstance(loaded, list):
        yield _json_record(source, name, data, loaded)
        return
    for number, each in enumerate(loaded):
        yield _json_record(source, f"{name}[{number}]", json.dumps(each).encode(), each)


def _json_record(source: Source, name: str, data: bytes, loaded: Any) -> Record:
    key = _find_id(loaded) or _hash(data)
    return Record(source=source.id, key=EntryKey(key), name=name, format="json", data=data)


def _load_json(data: bytes) -> Any:
    """None when it is not valid: the record is passed on as it is, and the parser says what is wrong with it."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _find_id(loaded: Any) -> str | None:
    """The publisher's own "id", where it can serve as a key: a text of some length that a store can keep."""
    found = loaded.get("id") if isinstance(loaded, dict) else None
    if not isinstance(found, str) or len(found) > _LONGEST_ID or not found.isprintable():
        return None
    return found.strip() or None


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _problem(name: str, message: str) -> Problem:
    return Problem(name, 0, 0, message)
