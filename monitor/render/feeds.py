"""What a subscriber was told lately as a feed: Atom (RFC 4287) and JSON Feed (1.1), for whatever reads feeds.

An entry is one story as it was told once; what is told of it later is an entry of its own. Its id follows from that
alone, so it survives new keys, names and addresses of this service.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from lxml import etree
from markupsafe import Markup, escape

from monitor.model import Digest, DigestStory, Subscriber
from monitor.render.highlight import Segment
from monitor.render.page_links import PageLinks
from monitor.render.views import StoryView, view_digest

MOST_ENTRIES = 50

_ATOM = "http://www.w3.org/2005/Atom"
_PREFIXES: dict[Any, str] = {None: _ATOM}  # the default namespace
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACE = UUID("6d6f6e69-746f-5220-8000-6d656469612d")
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # the date of a feed without an entry: the format asks for one


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One story as it was told: `content` is HTML, `tags` are its severity and rules."""

    id: str
    title: str
    url: str | None
    told_at: datetime
    source: str
    language: str | None
    tags: tuple[str, ...]
    content: str


def list_feed_entries(
    digests: Iterable[Digest], subscriber: Subscriber, pages: PageLinks | None = None
) -> tuple[FeedEntry, ...]:
    """At most `MOST_ENTRIES`, in the order of the digests; with `pages` each links to the one of its story."""
    entries: list[FeedEntry] = []
    for digest in digests:
        views = view_digest(digest, subscriber, pages).stories
        entries += (_enter(digest, story, view) for story, view in zip(digest.stories, views, strict=True))
        if len(entries) >= MOST_ENTRIES:
            break
    return tuple(entries[:MOST_ENTRIES])


def render_atom(subscriber: Subscriber, entries: Sequence[FeedEntry], own_address: str | None) -> bytes:
    """The feed as Atom. `own_address` is where it stands, if that is known."""
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=_PREFIXES)
    _add(feed, "id", _urn(f"feed {subscriber.id}"))
    _add(feed, "title", _title_of(subscriber))
    _add(feed, "updated", _instant(max((entry.told_at for entry in entries), default=_NEVER)))
    _add(_add(feed, "author"), "name", "Media Monitor")
    _add(feed, "generator", "Media Monitor")
    if own_address is not None:
        _add(feed, "link", rel="self", type="application/atom+xml", href=own_address)
    for entry in entries:
        _add_entry(feed, entry)
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True)


def render_json_feed(subscriber: Subscriber, entries: Sequence[FeedEntry], own_address: str | None) -> bytes:
    """The feed as JSON Feed."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title_of(subscriber),
        "language": "en",
        "items": [_item(entry) for entry in entries],
    }
    if own_address is not None:
        document["feed_url"] = own_address
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _enter(digest: Digest, story: DigestStory, view: StoryView) -> FeedEntry:
    news = f"{view.news}: " if view.news and len(view.news) < len("Correction: ") else ""
    return FeedEntry(
        id=_urn(f"story {digest.subscriber} {story.id} {story.kind} {story.ordinal}"),
        title=f"{news}{view.headline}",
        url=view.link.href if view.link else None,
        told_at=digest.composed_at,
        source=view.source,
        language=view.language,
        tags=(view.severity, *(reason.rule.id for reason in story.reasons)),
        content=_content_of(view),
    )


def _urn(name: str) -> str:
    return uuid5(_NAMESPACE, name.encode("utf-8", "replace").decode()).urn


def _title_of(subscriber: Subscriber) -> str:
    return f"Media Monitor: alerts for {subscriber.id}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _content_of(view: StoryView) -> str:
    parts = [Markup("<p><strong>{}</strong></p>").format(view.news)] if view.news else []
    for excerpt in view.excerpts:
        label = Markup("<em>{}:</em> ").format(excerpt.label) if excerpt.label else Markup()
        parts.append(
            Markup('<blockquote dir="{}">{}{}</blockquote>').format(view.direction, label, _marked(excerpt.segments))
        )
    for reason in view.reasons:
        words = Markup(" ({})").format(", ".join(reason.words)) if reason.words else Markup()
        parts.append(Markup("<p>Why you get this: {}{}</p>").format(reason.title, words))
    if view.also_in:
        more = f" and {view.more_also_in} more" if view.more_also_in else ""
        parts.append(Markup("<p>Also in: {}{}</p>").format(", ".join(view.also_in), more))
    if view.page:
        parts.append(Markup('<p><a href="{}">Relevant or not? Mute this story or its rule</a></p>').format(view.page))
    return str(Markup().join(parts))


def _marked(segments: Iterable[Segment]) -> Markup:
    return Markup().join(
        Markup("<mark>{}</mark>").format(segment.text) if segment.is_mention else escape(segment.text)
        for segment in segments
    )


def _add_entry(feed: etree._Element, entry: FeedEntry) -> None:
    node = _add(feed, "entry")
    if entry.language:
        node.set(_XML_LANG, entry.language)
    _add(node, "id", entry.id)
    _add(node, "title", entry.title)
    _add(node, "updated", _instant(entry.told_at))
    _add(_add(node, "author"), "name", entry.source)
    if entry.url is not None:
        _add(node, "link", rel="alternate", href=entry.url)
    for tag in entry.tags:
        _add(node, "category", term=tag)
    _add(node, "content", entry.content, type="html")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{_ATOM}}}{name}", {key: _xml(value) for key, value in attributes.items()})
    node.text = None if text is None else _xml(text)
    return node


def _xml(text: str) -> str:
    """Without the characters that no XML may hold."""
    return _NO_XML.sub("\ufffd", text)


def _item(entry: FeedEntry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "title": entry.title,
        "content_html": entry.content,
        "date_published": _instant(entry.told_at),
        "authors": [{"name": entry.source}],
        "tags": list(entry.tags),
    }
    known = {"url": entry.url, "language": entry.language}
    return item | {key: value for key, value in known.items() if value}
