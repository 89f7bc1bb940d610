"""JSON Feed (jsonfeed.org, 1.0 and 1.1) to entries."""

import json
from typing import Any

from monitor.errors import ParseError
from monitor.parse.identity import RawEntry


def read_json_feed(text: str) -> tuple[str | None, str | None, list[RawEntry]]:
    """Title, language and entries of a JSON Feed; ParseError when it is other JSON, or none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("broken JSON, expected an RSS, Atom or JSON feed") from error
    listed = data.get("items") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise ParseError('JSON without a list "items", expected an RSS, Atom or JSON feed')
    raw = [_read_entry(entry) for entry in listed if isinstance(entry, dict)]
    return _text(data.get("title")), _text(data.get("language")), raw


def _read_entry(entry: dict[str, Any]) -> RawEntry:
    authors = entry.get("authors") or [entry.get("author")]
    names = [_text(author.get("name")) for author in authors if isinstance(author, dict)]
    return RawEntry(
        guid=_text(entry.get("id")),
        link=_text(entry.get("url")) or _text(entry.get("external_url")),
        title=_text(entry.get("title")),
        summary=_text(entry.get("summary")),
        content=_text(entry.get("content_html")) or _text(entry.get("content_text")),
        published=_text(entry.get("date_published")) or _text(entry.get("date_modified")),
        updated=_text(entry.get("date_modified")),
        authors=tuple(name for name in names if name),
        language=_text(entry.get("language")),
    )


def _text(value: Any) -> str | None:
    """A text that says something; version 1.0 allowed numbers as ids."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None
