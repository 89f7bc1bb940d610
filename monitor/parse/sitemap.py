"""Sitemaps: the pages of a site that are new, with what their news, image and video parts say; and indexes of them.

The XML is read as it streams, without entities, and forgotten as it goes: a sitemap may list 50,000 pages.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from monitor.errors import ParseError
from monitor.model import Image
from monitor.parse.dates import read_date
from monitor.parse.identity import RawEntry
from monitor.parse.urls import clean_url

LARGEST = 50_000_000
"""How many bytes a packed sitemap may unfold to: as many as the protocol allows."""

MOST_CHILDREN = 10
"""How many sitemaps of an index are fetched in one poll."""

# An old page that has changed is no news, and the first poll of a site must not fetch its whole archive.
_RECENT = timedelta(days=7)
_ROOT = re.compile(r"<(?:[\w-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:urlset|sitemapindex)\s*>\s*(?:<!--.*-->\s*)?$", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"https?://|/", re.IGNORECASE)
_HEAD = 4_000
_NEWS = re.compile(r"news|latest|recent", re.IGNORECASE)
_GZIP = b"\x1f\x8b"
_MOST_URLS = 50_000


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that an index names; `changed_at` is None where the index does not say, or not readably."""

    url: str
    changed_at: datetime | None


def unpack_sitemap(data: bytes, *, largest: int = LARGEST) -> bytes:
    """The bytes of a file that may be gzipped (`sitemap.xml.gz`); ParseError when it unfolds to more than `largest`."""
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(largest + 1)
    except (OSError, EOFError, zlib.error):
        return data
    if len(unpacked) > largest:
        raise ParseError(f"a packed file of more than {largest:,} bytes")
    return unpacked


def find_kind(text: str) -> str | None:
    """`urlset` for a sitemap, `sitemapindex` for an index of them, None for anything else."""
    found = _ROOT.search(text[:_HEAD])
    return found[1].lower() if found else None


def read_sitemap(text: str, at: datetime | None) -> list[RawEntry]:
    """The pages of a sitemap that changed in the week before `at` or say nothing of it; all of them for None.

    The newest stand first. A sitemap that breaks off gives what came before.
    """
    dated = [(_when(entry, at), entry) for entry in _iter_pages(text)]
    since = at - _RECENT if at else None
    kept = [(when, entry) for when, entry in dated if since is None or when is None or when >= since]
    kept.sort(key=lambda pair: pair[0].timestamp() if pair[0] else float("-inf"), reverse=True)
    return [entry for _, entry in kept]


def read_index(text: str, url: str, at: datetime) -> tuple[Child, ...]:
    """The sitemaps of an index in its order, each once."""
    children: dict[str, Child] = {}
    for element in _iter_elements(text, "sitemap"):
        address = clean_url(_text(element, "loc"), url)
        if address:
            changed = read_date(_text(element, "lastmod"), at)
            children.setdefault(address, Child(address, changed.at if changed else None))
    return tuple(children.values())


def choose_children(children: Sequence[Child], at: datetime, *, most: int = MOST_CHILDREN) -> tuple[Child, ...]:
    """Which sitemaps of an index are worth a request at `at`: those that changed in the last week, the newest first.

    Then those that say nothing of it: those named for news, then from both ends, for the newest may be first or last.
    """
    recent = [child for child in children if child.changed_at and child.changed_at >= at - _RECENT]
    recent.sort(key=lambda child: child.changed_at or at, reverse=True)
    undated = [child for child in children if child.changed_at is None]
    named = [child for child in undated if _NEWS.search(child.url)]
    rest = [child for child in undated if child not in named]
    both_ends = [rest[-1 - number // 2] if number % 2 == 0 else rest[number // 2] for number in range(len(rest))]
    return tuple([*recent, *named, *both_ends][:most])


def _when(entry: RawEntry, at: datetime | None) -> datetime | None:
    if at is None:
        return None
    dates = (read_date(raw, at, entry.language) for raw in (entry.published, entry.updated) if raw)
    return next((date.at for date in dates if date), None)


def _iter_pages(text: str) -> Iterator[RawEntry]:
    for element in _iter_elements(text, "url"):
        link = _text(element, "loc")
        if link and _ADDRESS.match(link):
            yield _read_page(element, link)


def _read_page(element: etree._Element, link: str) -> RawEntry:
    news, video = _child(element, "news"), _child(element, "video")
    publication = _child(news, "publication")
    return RawEntry(
        guid=None,
        link=link,
        title=_text(news, "title") or _text(video, "title"),
        summary=_text(video, "description"),
        content=None,
        published=_text(news, "publication_date") or _text(video, "publication_date"),
        updated=_text(element, "lastmod"),
        language=_text(publication, "language") or _text(news, "language"),
        images=tuple(_iter_captions(element)),
    )


def _iter_captions(element: etree._Element) -> Iterator[Image]:
    for image in element:
        if _name(image) == "image" and (caption := _text(image, "caption")):
            yield Image(caption=caption)


def _iter_elements(text: str, name: str) -> Iterator[etree._Element]:
    """Each whole element of that name with its children, dropped again when the next one is asked for."""
    closed = text.rfind(f"</{name}>")
    if _CLOSED.search(text[-_HEAD:]) is None and closed >= 0:
        text = text[:closed]
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    parsing = etree.iterparse(
        stream, events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    count = 0
    try:
        for _, element in parsing:
            if _name(element) != name:
                continue
            yield element
            count += 1
            if count >= _MOST_URLS:
                return
            element.clear()
            parent = element.getparent()
            while parent is not None and parent[0] is not element:
                del parent[0]
    except etree.LxmlError:
        return


def _name(element: etree._Element) -> str:
    # A comment's tag is a function.
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else next((child for child in element if _name(child) == name), None)


def _text(element: etree._Element | None, name: str) -> str | None:
    child = _child(element, name)
    return " ".join("".join(map(str, child.itertext())).split()) or None if child is not None else None
