"""The bytes of a feed to entries: what the publisher said, word for word. The only importer of feedparser.

feedparser reads the XML and nothing else: it never fetches, never cleans, never resolves, and its dates are never used
(it fills what is missing from today).
"""

import io
import re
from html import escape
from typing import Any

import feedparser

from monitor.errors import ParseError, Problem
from monitor.model import Fetched, Image, Source
from monitor.parse.charset import clean_line, decode_bytes
from monitor.parse.fragment import html_to_line
from monitor.parse.identity import RawEntry, make_entries
from monitor.parse.json_feed import read_json_feed
from monitor.ports import ParsedFeed

MOST_ENTRIES = 2_000
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(r"<(?:rss|feed|(?:\w+:)?rdf|channel)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.{1,300}?)</title", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"<input[^>]{1,200}type\s*=\s*[\"']?password", re.IGNORECASE)
# feedparser takes these for the entry's own description and title.
_MEDIA = re.compile(r"<(/?)media:(description|title)\b")
_MEDIA_NAMES = {"description": "caption", "title": "heading"}
_CLOSED = re.compile(r"</(?:rss|feed|(?:\w+:)?rdf)\s*>\s*(?:<!--.*-->\s*)?$", re.IGNORECASE | re.DOTALL)
_HEAD = 4_000


def parse_feed(source: Source, fetched: Fetched) -> ParsedFeed:
    """The entries of a fetched feed in its order, at most `MOST_ENTRIES`; ParseError names what came instead."""
    text = decode_bytes(fetched.body or b"", fetched.content_type).strip()
    _refuse_empty(text)
    if text.startswith(("{", "[")):
        title, language, raw = read_json_feed(text)
        problems: tuple[Problem, ...] = ()
    else:
        title, language, raw, problems = _read_xml(text, fetched.url)
    if len(raw) > MOST_ENTRIES:
        message = f"{len(raw):,} entries, only the first {MOST_ENTRIES:,} are read"
        problems += (Problem(source.id, 0, 0, message, "warning"),)
    language = language or source.language
    entries = make_entries(source.id, fetched.url, language, raw[:MOST_ENTRIES])
    return ParsedFeed(title=title, entries=entries, problems=problems)


# ---------------------------------------------------------------------------------------------------- XML


def _refuse_empty(text: str) -> None:
    if not text:
        raise ParseError("the body is empty, expected an RSS, Atom or JSON feed")


def _read_xml(text: str, url: str) -> tuple[str | None, str | None, list[RawEntry], tuple[Problem, ...]]:
    _refuse_page(text)
    # A stream, because feedparser would take a string for an address or a path. The declared charset is ours by now.
    # It is not told where the feed came from: it would make an address of a guid such as "N/A".
    text = re.sub(r"^<\?xml[^>]*\?>", "", text)
    text = _MEDIA.sub(lambda found: f"<{found[1]}media:{_MEDIA_NAMES[found[2]]}", text)
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version and not parsed.entries:
        found = " ".join(text[:60].split())
        raise ParseError(f'neither RSS nor Atom: it begins with "{found}", expected an RSS, Atom or JSON feed')
    if parsed.bozo and not parsed.entries and not _CLOSED.search(text[-_HEAD:]):
        raise ParseError("the feed is cut off before the end of its first entry")
    raw = [_read_entry(entry, parsed.version) for entry in parsed.entries]
    problems: tuple[Problem, ...] = ()
    if _is_cut_off(text, len(raw)):
        raw = raw[:-1]
        problems = (Problem(url, 0, 0, "the feed is cut off; its last entry is left for the next poll", "warning"),)
    return html_to_line(_value(parsed.feed, "title")), _value(parsed.feed, "language"), raw, problems


def _refuse_page(text: str) -> None:
    head = text[:_HEAD]
    page, feed = _HTML.search(head), _FEED.search(head)
    if page is None or (feed is not None and feed.start() < page.start()):
        return
    title = _TITLE.search(text[: _HEAD * 4])
    named = f' titled "{html_to_line(title[1])}"' if title else ""
    login = " with a login form" if _LOGIN.search(text) else ""
    raise ParseError(f"an HTML page{named}{login}, expected an RSS, Atom or JSON feed")


def _is_cut_off(text: str, count: int) -> bool:
    """Whether the last entry was opened and never closed: its text would be stored as if it were whole."""
    if not count or _CLOSED.search(text[-_HEAD:]):
        return False
    last_opened = max(text.rfind("<item>"), text.rfind("<item "), text.rfind("<entry>"), text.rfind("<entry "))
    return last_opened > max(text.rfind("</item>"), text.rfind("</entry>"))


def _read_entry(entry: Any, version: str) -> RawEntry:
    contents = [piece.get("value") or "" for piece in dict.get(entry, "content") or []]
    summary = _value(entry, "summary")
    dates = [_value(entry, name) for name in ("published", "created", "updated")]
    captions = _value(entry, "media_caption")
    names = [_value(author, "name") for author in dict.get(entry, "authors") or []]
    detail = dict.get(entry, "title_detail") or {}
    return RawEntry(
        guid=_value(entry, "id"),
        link=_find_link(entry),
        title=_read_title(entry, version),
        summary=summary or (captions if not any(contents) else None),
        content=max(contents, key=len, default="") or None,
        published=next((date for date in dates if date), None),
        updated=_value(entry, "updated"),
        authors=tuple(name for name in names if name) or tuple(filter(None, [_value(entry, "author")])),
        language=detail.get("language") or None,
        images=_read_media(entry, captions),
    )


def _read_title(entry: Any, version: str) -> str | None:
    """The title as HTML. Only Atom says for certain that a title is plain, where "<" is a letter like any other."""
    title = _value(entry, "title")
    detail = dict.get(entry, "title_detail") or {}
    plain = version.startswith("atom") and detail.get("type") == "text/plain"
    return escape(title, quote=False) if title and plain else title


def _value(node: Any, name: str) -> str | None:
    """A field's text. Past FeedParserDict's own lookup, which answers for `updated` with other dates, and warns."""
    value = dict.get(node, name)
    return value.strip() or None if isinstance(value, str) else None


def _find_link(entry: Any) -> str | None:
    links = dict.get(entry, "links") or []
    shown = [link.get("href") for link in links if link.get("rel", "alternate") == "alternate" and link.get("href")]
    return _value(entry, "link") or next(iter(shown), None)


def _read_media(entry: Any, caption: str | None) -> tuple[Image, ...]:
    credits_ = [clean_line(credit.get("content") or "") for credit in dict.get(entry, "media_credit") or []]
    image = Image(caption=html_to_line(caption), credit=next((credit for credit in credits_ if credit), None))
    return (image,) if image.caption or image.credit else ()
