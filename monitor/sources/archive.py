"""Files and directories as an archive: cut into slices, each read as batches of records that are stored one by one.

What a record says is for monitor.parse; how a file is read, for the formats in monitor.sources.formats; which files
there are, for monitor.sources.tree and monitor.sources.remote.
"""

import os
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TypeAlias, cast
from urllib.request import url2pathname
from zlib import crc32

from monitor.errors import Problem
from monitor.loading import load_function
from monitor.model import Record, Slice, Source
from monitor.ports import Batch
from monitor.sources.contract import Found, Member, Reading, hash_of
from monitor.sources.formats import Formats
from monitor.sources.limits import MEGABYTE, Budget, Limits, SourceStream, buffered
from monitor.sources.paths import is_address, printable
from monitor.sources.tree import LocalFile, LocalTree, explain_error

_SLICE_BYTES = 8 * MEGABYTE
_SLICE_FILES = 64
_BATCH_BYTES = 8 * MEGABYTE
_BATCH_RECORDS = 500
_REMOTE = "monitor.sources.remote:open_remote"
_FILE_URL = "file://"

Tree: TypeAlias = LocalTree  # an address has one of the same shape, which is loaded when it is needed


class FileArchive:
    """The ArchiveReader over paths and addresses. Nothing is kept between calls: a slice names its files itself.

    A file that cannot be read is part of a slice, too: reading that slice gives the Problem.
    """

    def __init__(self, formats: Formats | None = None, limits: Limits | None = None) -> None:
        self._formats = formats or Formats.installed()
        self._limits = limits or Limits()

    def list_slices(self, source: Source) -> tuple[Slice, ...]:
        """Every slice in a stable order; InputError when the path is missing, of an unknown kind, or holds nothing.

        No file is opened for it, however large the archive is.
        """
        return tuple(_iter_slices(source, self._open_tree(source).list_files()))

    def iter_batches(self, source: Source, part: Slice) -> Iterator[Batch]:
        """See ports.ArchiveReader. Two records with the same bytes have the same key: they are one article."""
        cutter = _Cutter(source, part)
        for found, position in self._iter_found(source, part):
            yield from cutter.add(found, position)
        yield from cutter.finish()

    def _open_tree(self, source: Source) -> Tree:
        address = source.address
        if address.startswith(_FILE_URL):
            address = url2pathname(address.removeprefix(_FILE_URL))
        if is_address(address):
            return cast(Tree, load_function(_REMOTE)(address, self._formats))
        return LocalTree.at(address, self._formats)

    def _iter_found(self, source: Source, part: Slice) -> Iterator[tuple[Found, int]]:
        """Each thing that was found, with how many bytes of the slice's files have been read by then."""
        tree = self._open_tree(source)
        done = 0
        for member in part.members:
            file = tree.file(member)
            try:
                opened = file.open()
            except (OSError, ValueError) as error:
                yield Problem(file.name, 0, 0, f"cannot be read: {explain_error(error)}"), done
                continue
            with SourceStream(opened, file.name) as stream:
                for found in self._read(source, file, stream):
                    yield found, min(done + stream.consumed, part.size)
                done += stream.consumed

    def _read(self, source: Source, file: LocalFile, stream: SourceStream) -> Iterator[Found]:
        reading = Reading(
            source=source.id,
            budget=Budget(self._limits, packed=lambda: stream.consumed),
            read_member=self._formats.read_member,
            fields=source.fields,
            limits=self._limits,
        )
        with buffered(stream) as content:
            yield from self._formats.read_as(file.format, Member(file.name, content), reading)


# ---------------------------------------------------------------------------------------------- slices


def _iter_slices(source: Source, files: Sequence[LocalFile]) -> Iterator[Slice]:
    """Of small files neighbours together, up to 64 or about 8 MB; then those that hold many records, each alone.

    A group also ends where a name's hash says so: then a file that is added or removed changes its own group only, and
    the others stay done.
    """
    group: list[tuple[str, str, int]] = []
    for file in files:
        if not file.format.is_small:
            continue
        size, stamp = file.status()
        group.append((file.member, stamp, size))
        is_full = len(group) == _SLICE_FILES or sum(size for _, _, size in group) >= _SLICE_BYTES
        if is_full or crc32(os.fsencode(file.member)) % _SLICE_FILES == 0:
            yield _slice(source, group)
            group = []
    if group:
        yield _slice(source, group)
    for file in files:
        if not file.format.is_small:
            size, stamp = file.status()
            yield _slice(source, [(file.member, stamp, size)])


def _slice(source: Source, files: list[tuple[str, str, int]]) -> Slice:
    content = "\n".join(f"{member}\t{stamp}" for member, stamp, _ in files)
    fields = f"\n{sorted(source.fields.items())}" if source.fields else ""
    return Slice(
        archive=source.id,
        name=printable(files[0][0]),
        stamp=hash_of(os.fsencode(content + fields)),
        size=sum(size for _, _, size in files),
        members=tuple(member for member, _, _ in files),
    )


# --------------------------------------------------------------------------------------------- batches


class _Cutter:
    """Cuts what is found in a slice into batches: up to 500 records, or about 8 MB of them."""

    def __init__(self, source: Source, part: Slice) -> None:
        self._source = source
        self._part = part
        self._found: list[Found] = []
        self._size = self._number = self._position = 0
        self._content = blake2b(digest_size=16)

    def add(self, found: Found, position: int) -> Iterator[Batch]:
        """The batch that is full with it, if it is."""
        self._found.append(found)
        self._position = position
        self._content.update(_identity(found))
        self._size += len(found.data) if isinstance(found, Record) else 0
        if len(self._found) >= _BATCH_RECORDS or self._size >= _BATCH_BYTES:
            yield self._cut()

    def finish(self) -> Iterator[Batch]:
        """The rest; a batch of nothing when the slice had nothing, so that it can be marked as read."""
        self._position = self._part.size
        if self._found or not self._number:
            yield self._cut()

    def _cut(self) -> Batch:
        part = Slice(
            archive=self._source.id,
            name=f"{self._part.name}#{self._number}",
            stamp=self._content.hexdigest(),
            size=self._size,
        )
        batch = Batch(part=part, found=tuple(self._found), position=self._position)
        self._number += len(self._found)
        self._found, self._size, self._content = [], 0, blake2b(digest_size=16)
        return batch


def _identity(found: Found) -> bytes:
    """Differs when what was found differs. A key is the hash of the content, or was given by the publisher."""
    if isinstance(found, Problem):
        return str(found).encode(errors="replace")
    content = crc32(found.data) if found.format == "json" else len(found.data)
    return f"{found.source}\t{found.key}\t{content}\n".encode(errors="replace")
