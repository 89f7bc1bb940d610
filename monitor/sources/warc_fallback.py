"""Web archives by warcio: ARC files, and WARC files that fastwarc does not take. Slower, and more forgiving."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.timeutils import iso_date_to_datetime

from monitor.sources.limits import ArchiveError
from monitor.sources.web_record import WebRecord


def iter_web_records(stream: BinaryIO) -> Iterator[WebRecord]:
    """The records of a WARC file; ArchiveError where no further one can be read."""
    try:
        for record in ArchiveIterator(stream, arc2warc=True):
            yield _web_record(record)
    except ArchiveLoadFailed as error:
        raise ArchiveError(f"is no web archive: {error.msg[:100]}") from error


def iter_arc_records(stream: BinaryIO) -> Iterator[WebRecord]:
    """Those of an ARC file. They have no ids: those that warcio makes up are others in every run."""
    return (replace(record, id=None) for record in iter_web_records(stream))


def _web_record(record: ArcWarcRecord) -> WebRecord:
    headers, http = record.rec_headers, record.http_headers
    status = http.get_statuscode() if http else ""
    return WebRecord(
        kind=record.rec_type or "unknown",
        size=max(0, record.payload_length) if http else _number(headers.get_header("Content-Length")),
        status=int(status) if status and status.isdigit() else None,
        header=http.get_header if http else headers.get_header,
        id=headers.get_header("WARC-Record-ID"),
        url=headers.get_header("WARC-Target-URI"),
        date=_find_date(headers.get_header("WARC-Date")),
        read=record.raw_stream.read,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _find_date(text: str | None) -> datetime | None:
    try:
        found: datetime = iso_date_to_datetime(text, tz_aware=True)
    except (ValueError, TypeError, AttributeError):
        return None
    return found
