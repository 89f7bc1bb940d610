"""Archives as tests need them: small, of every kind, and what is read of them."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from monitor.errors import Problem
from monitor.model import Record, Source, SourceId
from monitor.sources.archive import FileArchive
from monitor.sources.limits import Limits

PAGE = b"<html><title>Rain</title><body><p>The river rose overnight, they said.</p></body></html>"


def read(
    path: Path | str, fields: Mapping[str, str] | None = None, limits: Limits | None = None
) -> tuple[list[Record], list[str]]:
    """The records, and the problems as lines in which the path is left out."""
    source = Source(id=SourceId("archive"), kind="archive", address=str(path), fields=fields or {})
    archive = FileArchive(limits=limits)
    found = [
        each
        for part in archive.list_slices(source)
        for batch in archive.iter_batches(source, part)
        for each in batch.found
    ]
    problems = [str(each).replace(f"{path}", "·") for each in found if isinstance(each, Problem)]
    return [each for each in found if isinstance(each, Record)], problems


def http(body: bytes = PAGE, *, status: str = "200 OK", headers: str = "Content-Type: text/html\r\n") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def warc(kind: str, block: bytes, number: int = 1, *, media_type: str = "application/http; msgtype=response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:record-{number}>\r\n"
        f"WARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2021-04-22T10:00:00Z\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def packed_warc(*records: bytes) -> bytes:
    return b"".join(gzip.compress(record) for record in records)


def zipped(files: Mapping[str, bytes]) -> bytes:
    with io.BytesIO() as data:
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return data.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    with io.BytesIO() as data:
        with tarfile.open(fileobj=data, mode=mode) as archive:  # type: ignore[call-overload]  # any mode
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return data.getvalue()
