"""Tar files, packed or not, read in one go from front to back: nothing is written to a disk."""

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from monitor.errors import Problem
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading
from monitor.sources.limits import MEGABYTE, ArchiveError, CountedStream, buffered
from monitor.sources.packed import open_unpacked
from monitor.sources.paths import is_hidden, leads_out

_LONGEST_HEADER = MEGABYTE
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _BoundedInfo(tarfile.TarInfo):
    """Long names and extended headers are read whole, whatever size they claim to have."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _HEADERS and self.size > _LONGEST_HEADER:
            raise tarfile.ReadError("a header that is longer than 1 MB")
        found: tarfile.TarInfo = super()._proc_member(tar)  # type: ignore[misc]  # made to be overridden, not in the stubs
        return found


def _read_packed(member: Member, reading: Reading) -> Iterator[Found]:
    with open_unpacked(member, reading) as stream:
        yield from _iter_members(member.name, stream, reading)


def _read_plain(member: Member, reading: Reading) -> Iterator[Found]:
    yield from _iter_members(member.name, member.stream, reading)


def _iter_members(name: str, stream: BinaryIO, reading: Reading) -> Iterator[Found]:
    if reading.depth >= reading.limits.depth:
        raise ArchiveError(f"is packed inside {reading.limits.depth} others; it is passed over")
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedInfo) as tar:
        while (info := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined]  # it would keep them all; not in the stubs
            reading.budget.enter()
            yield from _read_member(name, tar, info, reading)


def _read_member(name: str, tar: tarfile.TarFile, info: tarfile.TarInfo, reading: Reading) -> Iterator[Found]:
    """Links, devices and folders hold no text; what a link points to has a place of its own."""
    if not info.isreg() or is_hidden(info.name):
        return
    inner = f"{name}/{info.name}"
    if leads_out(info.name):
        yield Problem(inner, 0, 0, "its name leads out of the archive; it is passed over")
    elif info.issparse():
        yield Problem(inner, 0, 0, "is a sparse file; it is passed over")
    elif (content := tar.extractfile(info)) is not None:
        # It says that it could be sought in, and cannot. What it gives was counted when the tar file was unpacked.
        with buffered(CountedStream(content, None)) as stream:  # type: ignore[arg-type]  # IO[bytes] in the stubs
            yield from reading.read_member(Member(inner, stream), reading.deeper())


_PACKED = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz", ".tar.zst", ".tzst")
TAR = ArchiveFormat(name="tar file", suffixes=(".tar",), read=_read_plain)
PACKED_TAR = ArchiveFormat(name="packed tar file", suffixes=_PACKED, read=_read_packed)
