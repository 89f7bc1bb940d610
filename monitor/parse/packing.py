"""What an article was read from, packed for the store and unpacked again: a record, or an entry with its page. Pure."""

import json
import zlib
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from monitor.model import Entry, EntryKey, Image, Page, Record, RecordFormat, SourceId
from monitor.parse.stamps import stamp_of
from monitor.parse.traits import traits_of
from monitor.ports import KnownEntry, PackedPage

_ENTRY = "entry"
_OF_ROW = frozenset({"source", "key", "page"})
# Fast, and within a tenth of the best for pages of text.
_LEVEL = 4


def pack_page(page: Entry | Record) -> PackedPage:
    """All that is kept of a page besides its article; it costs more than storing that, so workers do it."""
    if isinstance(page, Record):
        kind: str = page.format
        data, known = _pack_record(page), KnownEntry(stamp=stamp_of(page))
    else:
        kind, data, known = _ENTRY, pack_entry(page), KnownEntry(stamp=stamp_of(page), traits=traits_of(page))
    return PackedPage(kind=kind, data=zlib.compress(data, _LEVEL), known=known)


def unpack_page(kind: str, data: bytes, source: SourceId, key: EntryKey) -> Entry | Record:
    """What `pack_page` was given, of a known source and key; ValueError, KeyError or TypeError for anything else."""
    try:
        packed = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if kind == _ENTRY:
        return unpack_entry(packed, source, key)
    head, _, content = packed.partition(b"\n")
    known: dict[str, Any] = json.loads(head)
    fetched_at = datetime.fromisoformat(known["fetched_at"]) if known["fetched_at"] else None
    known |= {"fetched_at": fetched_at, "format": cast(RecordFormat, kind)}
    return Record(source=source, key=key, data=content, **known)


def pack_entry(entry: Entry) -> bytes:
    """An entry as JSON; one with its page as JSON, a line break, and the bytes of the page."""
    said = {name: value for name, value in asdict(replace(entry, page=None)).items() if name not in _OF_ROW}
    if entry.page is None:
        return json.dumps(said, ensure_ascii=False).encode(errors="replace")
    said["page"] = {"url": entry.page.url, "content_type": entry.page.content_type}
    return json.dumps(said).encode() + b"\n" + entry.page.data


def unpack_entry(packed: bytes, source: SourceId, key: EntryKey) -> Entry:
    """What `pack_entry` was given; ValueError, KeyError or TypeError for anything else."""
    head, _, data = packed.partition(b"\n")
    said: dict[str, Any] = json.loads(head)
    page = said.pop("page", None)
    said |= {"authors": tuple(said["authors"]), "images": tuple(Image(**image) for image in said["images"])}
    return Entry(source=source, key=key, page=Page(data=data, **page) if page else None, **said)


def _pack_record(record: Record) -> bytes:
    """What is known of it, a line break, and its bytes."""
    head = {"name": record.name, "file": record.file, "url": record.url, "content_type": record.content_type}
    fetched_at = record.fetched_at.isoformat() if record.fetched_at else None
    return json.dumps({**head, "fetched_at": fetched_at}).encode() + b"\n" + record.data
