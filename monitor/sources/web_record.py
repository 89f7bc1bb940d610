"""One record of a web archive, by whichever library it was read: a page, or the reason why it is none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import EntryKey, Record, RecordFormat
from monitor.sources.contract import Member, Reading, find_key, hash_of
from monitor.sources.encodings import decode_content
from monitor.sources.limits import MEGABYTE, ArchiveError

_PAGES: dict[str, RecordFormat] = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
_OK = 200
_BESIDE_PAGES = frozenset({"warcinfo", "request", "metadata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRecord:
    """What a library says of a record. `size` is that of what `read` will give; `header` asks for one of HTTP, by
    its name in lower case.
    """

    kind: str
    size: int
    status: int | None
    header: Callable[[str], str | None]
    id: str | None
    url: str | None
    date: datetime | None
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Damage:
    """In the place of one record, or of several."""

    message: str


def read_web_record(found: WebRecord, member: Member, reading: Reading, number: int) -> Record | str | None:
    """The page, or what this is instead in a few words; None for what only stands beside pages.

    ArchiveError when it is too large or packed wrongly.
    """
    reading.budget.spend(found.size)
    if found.kind in _BESIDE_PAGES:
        return None
    if found.kind == "conversion":
        return _record(found, member, reading, number, "text")
    if found.kind not in {"response", "resource"}:
        return f"of type {found.kind}"
    if found.kind == "response" and found.status != _OK:
        return f"with status {found.status}" if found.status else "without an HTTP answer"
    media_type = (found.header("content-type") or "").partition(";")[0].strip().lower()
    format_ = _PAGES.get(media_type)
    return (
        f"of {media_type or 'no media type'}" if format_ is None else _record(found, member, reading, number, format_)
    )


def _record(found: WebRecord, member: Member, reading: Reading, number: int, format_: RecordFormat) -> Record:
    if found.size > reading.limits.record:
        raise ArchiveError(f"is larger than {reading.limits.record // MEGABYTE} MB")
    is_conversion = found.kind == "conversion"
    data = found.read()
    if len(data) < found.size:
        # Half a page must not pass for the page; the file that is complete brings it under the same key.
        raise ArchiveError(f"is cut off after {len(data):,} of {found.size:,} bytes")
    if not is_conversion:
        encodings = (found.header("transfer-encoding"), found.header("content-encoding"))
        data = decode_content(data, *encodings, reading.limits.record)
    name = f"{member.name}:{number}"
    key = find_key((found.id or "").strip("<>").removeprefix("urn:uuid:"))
    return Record(
        source=reading.source,
        key=EntryKey(key or hash_of(data)),
        name=f"{name} {found.url}" if found.url else name,
        format=format_,
        data=data,
        file=member.name,
        url=found.url,
        content_type=None if is_conversion else found.header("content-type"),
        fetched_at=found.date,
    )
