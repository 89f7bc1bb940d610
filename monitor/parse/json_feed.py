"""JSON Feed (jsonfeed.org, 1.0 and 1.1) to entries."""

import json
import re
from html import escape
from typing import Any

from monitor.errors import ParseError
from monitor.parse.feed_text import EXPECTED
from monitor.parse.identity import RawEntry

_ESCAPED = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)


def read_json_feed(text: str) -> tuple[str | None, str | None, list[RawEntry]]:
    """Title, language and entries of a JSON Feed; ParseError when it is other JSON, or none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"broken JSON, {EXPECTED}") from error
    listed = data.get("items") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise ParseError(f'JSON without a list "items", {EXPECTED}')
    raw = [_read_entry(entry) for entry in listed if isinstance(entry, dict)]
    return _text(data.get("title")), _text(data.get("language")), raw


def _read_entry(entry: dict[str, Any]) -> RawEntry:
    authors = entry.get("authors")
    listed = authors if isinstance(authors, list) and authors else [entry.get("author")]
    names = [_text(author.get("name")) for author in listed if isinstance(author, dict)]
    return RawEntry(
        guid=_text(entry.get("id")),
        link=_text(entry.get("url")) or _text(entry.get("external_url")),
        title=_plain(entry.get("title")),
        summary=_plain(entry.get("summary")),
        content=_text(entry.get("content_html")) or _plain(entry.get("content_text")),
        published=_text(entry.get("date_published")) or _text(entry.get("date_modified")),
        updated=_text(entry.get("date_modified")),
        authors=tuple(name for name in names if name),
        language=_text(entry.get("language")),
    )


def _text(value: Any) -> str | None:
    """A text that says something; version 1.0 allowed numbers as ids."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def _plain(value: Any) -> str | None:
    """A plain text as HTML, where "<" is a letter like any other; some publishers escape all the same."""
    text = _text(value)
    return escape(text, quote=False) if text and not _ESCAPED.search(text) else text
