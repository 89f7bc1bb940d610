"""Web archives by fastwarc: WARC files, packed record by record or not at all.

Behind damage it looks for the next place where a record could begin.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, HeaderMap, WarcRecord, WarcRecordType

from monitor.sources.limits import UnreadableError
from monitor.sources.web_record import Damage, WebRecord

_MARKS = (b"\x1f\x8b\x08", b"WARC/1.", b"WARC/0.")
_OVERLAP = max(map(len, _MARKS)) - 1
_KINDS = {
    int(getattr(WarcRecordType, kind)): kind
    for kind in ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
}
_PIECE = 256 * 1024
# A hostile file could hold nothing but the beginnings of records.
_MOST_RESUMES = 1_000


def iter_web_records(stream: BinaryIO) -> Iterator[WebRecord | Damage]:
    """The records; behind damage those from the next beginning of a record on, where the stream can be searched."""
    told = _Told(stream)
    start: int | None = 0
    resumes = 0
    while start is not None:
        last = start - 1
        try:
            for record in ArchiveIterator(told, auto_decode="none"):
                last = record.stream_pos
                yield _web_record(record)
            return
        except UnreadableError:
            raise
        except (OSError, ValueError) as error:
            # A place that only looked like the beginning of a record is none of the reader's concern.
            if last >= start or not resumes:
                yield Damage(f"the record is damaged: {error}")
            resumes += 1
            start = _find_mark(told, max(last, start) + 1) if resumes < _MOST_RESUMES else None


def _web_record(record: WarcRecord) -> WebRecord:
    headers, http = _by_name(record.headers), record.http_headers
    return WebRecord(
        kind=_KINDS.get(int(record.record_type), "unknown"),
        size=record.content_length,
        status=http.status_code if http else None,
        header=(_by_name(http) if http else headers).get,
        id=headers.get("warc-record-id"),
        url=headers.get("warc-target-uri"),
        date=_read_date(headers.get("warc-date")),
        read=record.reader.read,
    )


def _by_name(headers: HeaderMap) -> dict[str, str]:
    """The first of each name, in lower case. Asking the map for one costs more than taking all of them at once."""
    return {name.lower(): value for name, value in reversed(headers.astuples())}


def _read_date(stamp: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(stamp or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _find_mark(stream: "_Told", start: int) -> int | None:
    """Where the next record could begin; the stream then stands there. None where there is none, or no way to look."""
    if not stream.seekable():
        return None
    stream.seek(start)
    kept, at = b"", start
    while piece := stream.read(_PIECE):
        window = kept + piece
        found = [place for place in (window.find(mark) for mark in _MARKS) if place >= 0]
        if found:
            return stream.seek(at - len(kept) + min(found))
        at += len(piece)
        kept = window[-_OVERLAP:]
    return None


class _Told:
    """A stream that can tell where it is, which fastwarc asks even of those that cannot be sought in."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = self._stream.seek(offset, whence)
        return self._at

    def close(self) -> None:
        """The stream belongs to whoever opened it."""
