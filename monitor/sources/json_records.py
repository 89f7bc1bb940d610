"""JSON: a file with one article or a list of them, and files with one a line. Whether it is valid is for the parser."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from monitor.errors import Problem
from monitor.model import Record
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading, find_key
from monitor.sources.fields import encode, map_fields
from monitor.sources.limits import ArchiveError, read_bounded
from monitor.sources.lines import iter_lines

_MARK = b"\xef\xbb\xbf"
_JSON_FEED = "https://jsonfeed.org/version/"


def _read_lines(member: Member, reading: Reading) -> Iterator[Found]:
    """Lines of white space alone are passed over."""
    is_empty = True
    for line in iter_lines(member.stream):
        is_empty = False
        text = line.text.removeprefix(_MARK).strip() if line.number == 1 else line.text.strip()
        if line.is_too_long:
            yield Problem(member.name, line.number, 0, "the line is longer than 10 MB")
        elif text:
            yield _record(member, reading, f":{line.number}", text, _load(text))
    if is_empty:
        raise ArchiveError("is empty")


def _read_file(member: Member, reading: Reading) -> Iterator[Found]:
    data = read_bounded(member.stream, reading.limits.record)
    if not data:
        raise ArchiveError("is empty")
    loaded = _load(data)
    if _is_feed(loaded):
        yield reading.record(member, data, "feed")
    elif isinstance(loaded, list):
        for number, each in enumerate(loaded):
            yield _record(member, reading, f"[{number}]", encode(each), each)
    else:
        yield _record(member, reading, "", data, loaded)


def _record(member: Member, reading: Reading, place: str, data: bytes, loaded: Any) -> Record:
    if reading.fields and isinstance(loaded, Mapping):
        loaded = map_fields(loaded, reading.fields)
        data = encode(loaded)
    key = find_key(loaded.get("id")) if isinstance(loaded, Mapping) else None
    return reading.record(member, data, "json", place=place, key=key)


def _load(data: bytes) -> Any:
    """None when it is not valid: the record is passed on as it is, and the parser says what is wrong with it."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _is_feed(loaded: Any) -> bool:
    return isinstance(loaded, Mapping) and str(loaded.get("version")).startswith(_JSON_FEED)


JSON = ArchiveFormat(name="JSON", suffixes=(".json",), read=_read_file, is_small=True)
JSON_LINES = ArchiveFormat(name="JSON Lines", suffixes=(".jsonl", ".ndjson"), read=_read_lines)
