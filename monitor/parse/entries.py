"""The bytes of a feed to entries: what the publisher said, word for word. The only importer of feedparser.

feedparser reads the XML and nothing else: it never fetches, never cleans, never resolves, and its dates are never used
(it fills what is missing from today).
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

import feedparser

from monitor.errors import ParseError, Problem
from monitor.model import Fetched, Image, Source
from monitor.parse.charset import clean_line, decode_bytes
from monitor.parse.dates import find_utc_offset, lacks_zone, read_date
from monitor.parse.feed_text import (
    CAPTION_ROLE,
    EXPECTED,
    IMAGE_ROLE,
    is_closed,
    is_cut_off,
    prepare_feed,
    refuse_page,
    without_prolog,
)
from monitor.parse.fragment import html_to_line
from monitor.parse.identity import RawEntry, make_entries
from monitor.parse.json_feed import read_json_feed
from monitor.parse.sitemap import LARGEST, find_kind, read_sitemap, unpack_sitemap
from monitor.parse.teasers import wants_page
from monitor.ports import ParsedFeed

MOST_ENTRIES = 2_000
CUT_OFF = "the feed is cut off; its last entry is left for the next poll"

_HEAD = 200
# Where a feed carries the whole text besides, or instead of, content:encoded.
_FULL_TEXTS = ("yandex_full-text", "full-text", "mailru_full-text", "rambler_fulltext", "turbo_content", "fulltext")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_EMPTY_PAIR = re.compile(r"<(br|hr|img|wbr)\b([^<>]{0,4000}?)\s*></\1>", re.IGNORECASE)
_TAGS = "p|div|br|a|b|i|em|strong|span|ul|ol|li|h[1-6]|blockquote|img|figure|table"
_TAG = re.compile(rf"<(?:{_TAGS})\b", re.IGNORECASE)
_TAG_ESCAPED_TWICE = re.compile(rf"&lt;(?:/(?:{_TAGS})\s*|br\s*/?)&gt;", re.IGNORECASE)
# No feed speaks of a later time; it only decides which end of a very long feed is the newer one.
_ANY_TIME = datetime(2199, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """A feed in any of the formats, before its entries have keys."""

    title: str | None = None
    language: str | None = None
    entries: list[RawEntry]
    dates: tuple[str | None, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse_feed(source: Source, fetched: Fetched, *, most: int | None = MOST_ENTRIES) -> ParsedFeed:
    """The entries of a fetched feed in its order, at most `most`; ParseError names what came instead.

    Of a sitemap index the entries of the sitemaps it led to are given, the newest first.
    """
    feed = _read_parts(source, fetched) if fetched.parts else _read_one(source, fetched)
    entries, problems = feed.entries, feed.problems
    if most is not None and len(entries) > most:
        message = f"{len(entries):,} entries, only the newest {most:,} are read"
        problems += (Problem(source.id, 0, 0, message, "warning"),)
        entries = _keep_newest(entries, most)
    language = feed.language or source.language
    zoned = _name_zones(entries, feed.dates)
    named = make_entries(source.id, fetched.url, language, zoned, with_guids=fetched.guid_fault is None)
    return ParsedFeed(
        title=feed.title,
        entries=named.entries,
        teasers=frozenset(entry.key for entry in named.entries if wants_page(entry, source.full_text)),
        guid_fault=fetched.guid_fault or ("repeated" if named.is_guid_repeated else None),
        problems=problems,
    )


def _read_parts(source: Source, index: Fetched) -> _Feed:
    """The sitemaps of an index as one feed; one that cannot be read is named and passed over."""
    entries: list[RawEntry] = []
    problems: list[Problem] = []
    for part in index.parts:
        try:
            entries += _read_one(source, part).entries
        except ParseError as error:
            problems.append(Problem(part.url, 0, 0, str(error), "warning"))
    return _Feed(entries=entries, problems=tuple(problems))


def _read_one(source: Source, fetched: Fetched) -> _Feed:
    body = unpack_sitemap(fetched.body or b"")
    if len(body) > LARGEST:
        raise ParseError(f"{len(body):,} bytes, expected at most {LARGEST:,}")
    text = decode_bytes(body if b"\x00" in body[:_HEAD] else body.strip(), fetched.content_type).strip()
    if not text:
        raise ParseError(f"the body is empty, {EXPECTED}")
    if text.startswith(("{", "[")):
        title, language, raw = read_json_feed(text)
        return _Feed(title=title, language=language, entries=raw)
    refuse_page(text)
    text = without_prolog(text)
    kind = find_kind(text)
    if kind == "urlset":
        return _Feed(entries=read_sitemap(text, fetched.at))
    if kind == "sitemapindex":
        if source.kind == "sitemap":
            return _Feed(entries=[])
        raise ParseError('an index of sitemaps, expected a feed; name it with "sitemap:" instead')
    return _read_xml(prepare_feed(text), fetched.url)


def _name_zones(entries: list[RawEntry], dates: tuple[str | None, ...]) -> list[RawEntry]:
    """Entries whose time lacks a zone have that of the other entries, where they agree, else that of the feed."""
    if not any(lacks_zone(entry.published or entry.updated) for entry in entries):
        return entries
    others = {find_utc_offset(entry.published or entry.updated) for entry in entries} - {None}
    offset = others.pop() if len(others) == 1 else next(filter(None, map(find_utc_offset, dates)), None)
    return [
        replace(entry, utc_offset=offset) if lacks_zone(entry.published or entry.updated) else entry
        for entry in entries
    ]


def _keep_newest(entries: list[RawEntry], most: int) -> list[RawEntry]:
    """Publishers list the newest first, and a few the oldest."""
    first, last = (read_date(entry.published, _ANY_TIME, entry.language) for entry in (entries[0], entries[-1]))
    ascending = first is not None and last is not None and last.at > first.at
    return entries[: -most - 1 : -1] if ascending else entries[:most]


# ---------------------------------------------------------------------------------------------------- XML


def _read_xml(text: str, url: str) -> _Feed:
    # A stream, because feedparser would take a string for an address or a path. It is not told where the feed came
    # from: it would make an address of a guid such as "N/A".
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.version and not parsed.entries:
        found = " ".join(text[:60].split())
        raise ParseError(f'neither RSS nor Atom: it begins with "{found}", {EXPECTED}')
    if parsed.bozo and not parsed.entries and not is_closed(text):
        raise ParseError("the feed is cut off before the end of its first entry")
    raw = [_read_entry(entry, parsed.version) for entry in parsed.entries]
    problems: tuple[Problem, ...] = ()
    if raw and is_cut_off(text):
        raw = raw[:-1]
        problems = (Problem(url, 0, 0, CUT_OFF, "warning"),)
    return _Feed(
        title=html_to_line(_value(parsed.feed, "title")),
        language=_value(parsed.feed, "language"),
        entries=raw,
        dates=(_value(parsed.feed, "published"), _value(parsed.feed, "updated")),
        problems=problems,
    )


def _read_entry(entry: Any, version: str) -> RawEntry:
    dates = [_value(entry, name) for name in ("published", "created", "updated")]
    names = [_value(author, "name") for author in dict.get(entry, "authors") or []]
    detail = dict.get(entry, "title_detail") or {}
    raw = RawEntry(
        guid=_value(entry, "id"),
        link=_find_link(entry),
        title=_read_title(entry, version),
        summary=_value(entry, "summary"),
        content=_read_content(entry),
        published=next((date for date in dates if date), None),
        updated=_value(entry, "updated"),
        authors=tuple(name for name in names if name) or tuple(filter(None, [_value(entry, "author")])),
        language=detail.get("language") or None,
        images=tuple(dict.fromkeys(_iter_images(entry))),
    )
    return _sort_texts(raw)


def _sort_texts(raw: RawEntry) -> RawEntry:
    """The longer of two texts is the content, and the words of a picture stand in where there is no text at all."""
    summary, content = _mend_markup(raw.summary), _mend_markup(raw.content)
    if summary and content and len(summary) > len(content):
        summary, content = content, summary
    if summary == content:
        summary = None
    if summary is None and content is None:
        summary = next((image.caption for image in raw.images if image.caption), None)
    return replace(raw, summary=summary, content=content)


def _mend_markup(text: str | None) -> str | None:
    """HTML as it was meant: not escaped twice, and without the closing tags that XML asks of empty elements."""
    if text and not _TAG.search(text) and _TAG_ESCAPED_TWICE.search(text):
        text = unescape(text)
    return _EMPTY_PAIR.sub(r"<\1\2>", text) if text else text


def _read_content(entry: Any) -> str | None:
    pieces = [_read_piece(piece) for piece in dict.get(entry, "content") or []]
    pieces += [_value(entry, name) or "" for name in _FULL_TEXTS]
    return max(pieces, key=len, default="").strip() or None


def _read_piece(piece: Any) -> str:
    """One of the contents, as HTML: Atom marks what is plain, where "<" is a letter like any other."""
    text = piece.get("value") or ""
    return escape(text, quote=False) if piece.get("type") == "text/plain" and not _TAG.search(text) else text


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
    """The address of the page; where a service counts clicks, the one behind it. A guid is one if it looks like one."""
    links = dict.get(entry, "links") or []
    shown = [link.get("href") for link in links if link.get("rel", "alternate") == "alternate" and link.get("href")]
    link = _value(entry, "feedburner_origlink") or _value(entry, "link") or next(iter(shown), None)
    return None if link == _value(entry, "id") and not _ADDRESS.match(link or "") else link


def _iter_images(entry: Any) -> Iterator[Image]:
    """The pictures of an entry with the words that stand with each; prepare_feed has told them apart."""
    caption: str | None = None
    credit: str | None = None
    for part in [*(dict.get(entry, "media_credit") or []), {"role": IMAGE_ROLE}]:
        role, text = part.get("role"), part.get("content")
        if role == IMAGE_ROLE:
            if caption or credit:
                yield Image(caption=caption, credit=credit)
            caption = credit = None
        elif role == CAPTION_ROLE:
            caption = html_to_line(text) or caption
        else:
            credit = credit or clean_line(text or "") or None
