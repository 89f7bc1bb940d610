"""Where a site may keep its feeds: what its page says, what its publishing system would do, and the usual places. Pure.

Nothing here is certain; monitor.sources.discover asks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html
from lxml.etree import LxmlError

from monitor.parse.charset import clean_line, decode_bytes
from monitor.parse.feed_text import without_prolog
from monitor.parse.sitemap import find_kind, unpack_sitemap
from monitor.parse.urls import clean_url, same_site

DECLARED = "declared by the page"
"""How leads are come upon that a page, or its server, itself calls its feeds."""

_FEED_TYPES = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
        "application/json", "application/xml", "text/xml", "application/x-rss+xml", "text/rss+xml",
    }
)  # fmt: skip
_LIKE_FEED = re.compile(r"(?:^|[/._-])(?:rss|atom|feeds?)(?:[/._?-]|\d|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_NO_FEED = re.compile(r"comments?/|/comments|feedback|oembed|wp-json", re.IGNORECASE)
_PATHS = (
    "/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/feed.json", "/news-sitemap.xml",
    "/sitemap-news.xml", "/sitemap_news.xml", "/sitemap.xml",
)  # fmt: skip
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_HEADER_LINK = re.compile(r"<([^<>]{1,2000})>((?:[^\"<>,]|\"[^\"]{0,1000}\"){0,2000})")
_PARAMETER = re.compile(r";\s*([\w-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_LONGEST_HEADER = 16_000
_LONGEST = 2_000_000
_MOST_LINKS = 12

# A mark in the host or the page, and the path of the feed on such a site: {path} is that of the page.
_SYSTEMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"//(?:www\.|old\.)?reddit\.com/"), "{path}.rss"),
    (re.compile(r"//medium\.com/"), "/feed{path}"),
    (re.compile(r"//github\.com/[^/]+/[^/]+/?$"), "{path}/releases.atom"),
    (re.compile(r"//[^/]+/@[\w.]+/?$"), "{path}.rss"),
    (re.compile(r"blogspot\.|content=[\"']blogger", re.IGNORECASE), "/feeds/posts/default"),
    (re.compile(r"tumblr\.com", re.IGNORECASE), "/rss"),
    (re.compile(r"substack(?:cdn)?\.com|content=[\"']ghost", re.IGNORECASE), "/feed"),
    (re.compile(r"content=[\"']ghost", re.IGNORECASE), "/rss/"),
    (re.compile(r"wp-content|content=[\"']wordpress", re.IGNORECASE), "{path}/feed/"),
    (re.compile(r"wp-content|content=[\"']wordpress", re.IGNORECASE), "/?feed=rss2"),
    (re.compile(r"content=[\"']drupal", re.IGNORECASE), "/rss.xml"),
    (re.compile(r"content=[\"']joomla", re.IGNORECASE), "{path}?format=feed&type=rss"),
    (re.compile(r"static1?\.squarespace", re.IGNORECASE), "{path}?format=rss"),
    (re.compile(r"wixstatic", re.IGNORECASE), "/blog-feed.xml"),
)
_CHANNEL = re.compile(r"youtube\.com/channel/([\w-]{10,40})|\"(?:externalId|channelId)\":\"(UC[\w-]{20,30})\"")


@dataclass(frozen=True, slots=True)
class Lead:
    """An address that may be a feed's, and how it was come upon."""

    url: str
    how: str


def find_links(body: bytes, content_type: str | None, url: str) -> tuple[Lead, ...]:
    """What a page links to as its feeds: first what it declares, then links of the same site that look like feeds."""
    text = decode_bytes(body[:_LONGEST], content_type)
    try:
        root = html.document_fromstring(text) if text.strip() else None
    except (LxmlError, ValueError, AssertionError):
        root = None
    if root is None:
        return ()
    base = next((urljoin(url, found.get("href") or "") for found in root.iter("base")), url)
    declared = [
        Lead(address, DECLARED)
        for link in root.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and _is_feed_type(link.get("type"))
        and (address := clean_url(link.get("href"), base))
        and not _NO_FEED.search(address)
    ]
    linked = [
        Lead(address, "linked from the page")
        for link in root.iter("a")
        if (address := clean_url(link.get("href"), base)) and _looks_like_feed(address, url)
    ]
    return _distinct([*declared, *linked])[:_MOST_LINKS]


def find_header_links(links: str, url: str) -> tuple[Lead, ...]:
    """What the Link header of an answer declares as feeds (RFC 8288)."""
    leads = []
    for found in _HEADER_LINK.finditer(links[:_LONGEST_HEADER]):
        names = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(found[2])}
        address = clean_url(found[1], url)
        if address and "alternate" in names.get("rel", "").lower().split() and _is_feed_type(names.get("type")):
            leads.append(Lead(address, DECLARED))
    return _distinct(leads)[:_MOST_LINKS]


def guess_addresses(body: bytes, content_type: str | None, url: str) -> tuple[Lead, ...]:
    """Where the publishing system that shows in a page or its address would have the feed."""
    text = decode_bytes(body[:_LONGEST], content_type)
    path = urlsplit(url).path.rstrip("/")
    leads = [
        Lead(urljoin(url, pattern.format(path=path)), "where its publishing system has feeds")
        for mark, pattern in _SYSTEMS
        if mark.search(url) or mark.search(text)
    ]
    channel = _CHANNEL.search(url) or (_CHANNEL.search(text) if "youtube" in url else None)
    if channel:
        address = f"https://www.youtube.com/feeds/videos.xml?channel_id={channel[1] or channel[2]}"
        leads.insert(0, Lead(address, "where its publishing system has feeds"))
    return _distinct(leads)


def usual_places(url: str) -> tuple[Lead, ...]:
    """The paths that sites most often have feeds under."""
    return tuple(Lead(urljoin(url, path), "a usual place") for path in _PATHS)


def find_sitemaps(robots: bytes, url: str) -> tuple[Lead, ...]:
    """The sitemaps that a robots.txt names, those for news first."""
    found = [clean_url(line, url) for line in _SITEMAP_LINE.findall(decode_bytes(robots[:_LONGEST]))[:200]]
    addresses = sorted(filter(None, found), key=lambda address: "news" not in address.lower())
    return _distinct(Lead(address, "named in robots.txt") for address in addresses)[:5]


def name_format(body: bytes) -> str:
    """What people call the format of a body that was read as a feed."""
    head = without_prolog(decode_bytes(unpack_sitemap(body)[:20_000])).lstrip()[:4_000]
    if head.startswith(("{", "[")):
        return "JSON Feed"
    kind = find_kind(head)
    if kind is not None:
        return "sitemap index" if kind == "sitemapindex" else "news sitemap" if "news:" in head else "sitemap"
    found = re.search(r"<(?:[\w-]+:)?(rss|feed|rdf)\b", head, re.IGNORECASE)
    return {"rss": "RSS", "feed": "Atom", "rdf": "RSS 1.0"}.get(found[1].lower() if found else "", "RSS")


def _is_feed_type(kind: str | None) -> bool:
    return clean_line(kind or "").partition(";")[0].lower() in _FEED_TYPES


def _looks_like_feed(address: str, page: str) -> bool:
    parts = urlsplit(address)
    return bool(_LIKE_FEED.search(parts.path)) and not _NO_FEED.search(address) and same_site(address, page)


def _distinct(leads: Iterable[Lead]) -> tuple[Lead, ...]:
    return tuple({lead.url: lead for lead in reversed(list(leads))}.values())[::-1]
