"""Lists of feeds as other readers keep them (OPML), read and written. Pure; what is written is read back as the same.

A folder becomes a tag, and so does a category. What OPML has no word for (tier, country, pace) stands in attributes of
our own namespace, which other readers pass over. Secrets are never written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from monitor.errors import ParseError, Problem
from monitor.parse.charset import clean_line, decode_bytes
from monitor.parse.feed_text import bound_attributes

NAMESPACE = "urn:media-monitor:source:1"

# No list needs one, and the entities that it declares are unfolded within attributes whatever a parser is told.
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_LARGEST = 20_000_000
_MOST_FEEDS = 20_000
_OWN = f"{{{NAMESPACE}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFeed:
    """A feed of a list, under its folders from the outside in. `options` are keys of a source, with their texts."""

    title: str | None
    url: str
    line: int = 0
    tags: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


def read_opml(data: bytes, name: str) -> tuple[tuple[ListedFeed, ...], tuple[Problem, ...]]:
    """The feeds of a list in its order, and what is wrong with it; ParseError when it is none.

    Of a list that is broken as XML, what can be read is read, and the place is named.
    """
    if len(data) > _LARGEST:
        raise ParseError(f"{name}: {len(data):,} bytes, expected at most {_LARGEST:,}")
    text = bound_attributes(_DOCTYPE.sub("", decode_bytes(data).strip(), count=1))
    root, problems = _parse(text, name)
    if root is None or _local(root) != "opml":
        found = " ".join(text[:60].split())
        raise ParseError(f'{name}: no list of feeds: it begins with "{found}", expected OPML')
    feeds: list[ListedFeed] = []
    for element, folders in _iter_outlines(root):
        if len(feeds) >= _MOST_FEEDS:
            problems.append(Problem(name, _line(element), 0, f"only the first {_MOST_FEEDS:,} feeds are read"))
            break
        if feed := _read_outline(element, folders):
            feeds.append(feed)
    return tuple(feeds), tuple(problems)


def write_opml(title: str, feeds: Iterable[ListedFeed]) -> str:
    """The list as OPML 2.0: each feed in the folder of its first tag, all its tags as categories."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"monitor": NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed in feeds:
        parent = body
        if feed.tags:
            folder = feed.tags[0]
            if folder not in folders:
                folders[folder] = etree.SubElement(body, "outline", {"text": folder})
            parent = folders[folder]
        parent.append(_outline(feed))
    etree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode")}\n'


def _outline(feed: ListedFeed) -> etree._Element:
    attributes = {"type": "rss", "text": feed.title or feed.url, "xmlUrl": feed.url}
    if feed.tags:
        attributes["category"] = ",".join(tag.replace(",", " ") for tag in feed.tags)
    attributes |= {f"{_OWN}{key}": value for key, value in feed.options.items() if key != "language"}
    if "language" in feed.options:
        attributes["language"] = feed.options["language"]
    return etree.Element("outline", attributes)


def _parse(text: str, name: str) -> tuple[etree._Element | None, list[Problem]]:
    """Entities are not resolved and nothing is fetched: an entity that unfolds, or names a file, stays what it is."""
    data = text.encode("utf-8", "replace")
    options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        return etree.fromstring(data, etree.XMLParser(encoding="utf-8", **options)), []
    except etree.XMLSyntaxError as error:
        message = f"broken XML ({str(error.msg or '').lower()}); what can be read of it is read"
        problem = Problem(name, error.lineno or 0, 0, message, "warning")
    except (etree.LxmlError, ValueError):
        return None, []
    try:
        return etree.fromstring(data, etree.XMLParser(encoding="utf-8", recover=True, **options)), [problem]
    except (etree.LxmlError, ValueError):
        return None, []


def _iter_outlines(root: etree._Element) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Every outline with the names of those around it, in the order of the file; by a stack, for they may nest deep."""
    stack: list[tuple[etree._Element, tuple[str, ...]]] = [(root, ())]
    while stack:
        element, folders = stack.pop()
        inner = folders
        if _local(element) == "outline":
            yield element, folders
            if _attribute(element, "xmlurl") is None:
                name = _attribute(element, "text") or _attribute(element, "title")
                inner = (*folders, name) if name else folders
        stack.extend((child, inner) for child in reversed(element))


def _read_outline(element: etree._Element, folders: tuple[str, ...]) -> ListedFeed | None:
    url = _attribute(element, "xmlurl")
    if url is None:
        return None
    # "/news/world,/europe": the categories of OPML 2.0 are paths.
    categories = (_attribute(element, "category") or "").split(",")
    tags = [clean_line(part) for category in categories for part in category.split("/")] or []
    options = {
        str(key).removeprefix(_OWN): str(value) for key, value in element.attrib.items() if str(key).startswith(_OWN)
    }
    language = _attribute(element, "language")
    return ListedFeed(
        title=_attribute(element, "text") or _attribute(element, "title"),
        url=url,
        line=_line(element),
        tags=tuple(dict.fromkeys(tag for tag in (*tags, *folders) if tag)),
        options=options | ({"language": language} if language else {}),
    )


def _line(element: Any) -> int:
    """Where the element stands; 0 where that is not known."""
    return element.sourceline or 0


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _attribute(element: etree._Element, name: str) -> str | None:
    """An attribute whatever the case of its name, as one clean line: readers write xmlUrl, xmlurl and XMLURL."""
    return next(
        (clean_line(str(value)) or None for key, value in element.attrib.items() if str(key).lower() == name), None
    )
