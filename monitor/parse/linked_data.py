"""What a page's JSON-LD says of its article (schema.org). Broken or hostile blocks are passed over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from monitor.model import Image
from monitor.parse.charset import clean_line
from monitor.parse.fragment import html_to_line

_ARTICLE_TYPES = ("article", "newsarticle", "reportage", "blogposting", "posting", "opinion", "analysis", "liveblog")
_LONGEST_BLOCK = 500_000
_MOST_NODES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedArticle:
    """The fields of the first article node; None or empty where it says nothing."""

    title: str | None = None
    description: str | None = None
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    language: str | None = None


def read_linked_data(root: HtmlElement) -> LinkedArticle:
    """The article among a page's JSON-LD blocks; an empty one when there is none."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        for node in _iter_nodes(_load(script.text or "")):
            if _is_article(node):
                return _read_article(node)
    return LinkedArticle()


def _load(text: str) -> Any:
    if len(text) > _LONGEST_BLOCK:
        return None
    try:
        # strict=False: raw line breaks within strings are the commonest fault of these blocks.
        return json.loads(text.strip().removeprefix("<![CDATA[").removesuffix("]]>").strip(), strict=False)
    except (ValueError, RecursionError):
        return None


def _iter_nodes(data: Any) -> Iterator[dict[str, Any]]:
    """The objects of a block and of its @graph, outermost first."""
    waiting = [data]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting = [*node[:_MOST_NODES], *waiting]
        elif isinstance(node, dict):
            yield node
            waiting = [node.get("@graph"), node.get("mainEntity"), *waiting]


def _is_article(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    names = [name.lower() for name in (types if isinstance(types, list) else [types]) if isinstance(name, str)]
    return any(kind in name for name in names for kind in _ARTICLE_TYPES)


def _read_article(node: dict[str, Any]) -> LinkedArticle:
    return LinkedArticle(
        title=_text(node.get("headline")) or _text(node.get("name")),
        description=_text(node.get("description")),
        published=_text(node.get("datePublished")) or _text(node.get("dateCreated")),
        updated=_text(node.get("dateModified")),
        authors=_names(node.get("author")),
        images=_images(node.get("image")),
        language=_text(node.get("inLanguage")),
    )


def _text(value: Any) -> str | None:
    return html_to_line(value) if isinstance(value, str) else None


def _names(value: Any) -> tuple[str, ...]:
    people = value if isinstance(value, list) else [value]
    names = [_text(person.get("name") if isinstance(person, dict) else person) for person in people]
    return tuple(dict.fromkeys(clean_line(name) for name in names if name and not name.startswith("http")))


def _images(value: Any) -> tuple[Image, ...]:
    nodes = value if isinstance(value, list) else [value]
    images = [
        Image(
            caption=_text(node.get("caption")), credit=_text(node.get("creditText")) or _first_name(node.get("creator"))
        )
        for node in nodes
        if isinstance(node, dict)
    ]
    return tuple(image for image in images if image.caption or image.credit)


def _first_name(value: Any) -> str | None:
    return next(iter(_names(value)), None)
