"""A subscriber's feeds at their secret addresses; who asks again for the same gets 304."""

from collections.abc import Callable, Sequence
from email.utils import format_datetime
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from monitor.model import Subscriber
from monitor.render.feeds import FeedEntry, list_feed_entries, render_atom, render_json_feed
from monitor.render.page_links import FeedFormat, PageLinks
from monitor.web.visits import Site, open_visit

_Render = Callable[[Subscriber, Sequence[FeedEntry], str | None], bytes]

# Digests that may fill a feed.
_MOST_DIGESTS = 50
_FORMS: dict[FeedFormat, tuple[_Render, str]] = {
    "atom": (render_atom, "application/atom+xml; charset=utf-8"),
    "json": (render_json_feed, "application/feed+json; charset=utf-8"),
}


async def show_atom(site: Site, request: Request) -> Response:
    """The feed as Atom."""
    return await _show(site, request, "atom")


async def show_json_feed(site: Site, request: Request) -> Response:
    """The feed as JSON Feed."""
    return await _show(site, request, "json")


async def _show(site: Site, request: Request, form: FeedFormat) -> Response:
    visit = open_visit(site, request, "feed")
    async with site.store.transaction() as tx:
        digests = await tx.list_digests(visit.subscriber.id, limit=_MOST_DIGESTS)
    pages = PageLinks(site.public_url, site.tokens) if site.public_url else None
    entries = list_feed_entries(digests, visit.subscriber, pages)
    render, kind = _FORMS[form]
    content = render(visit.subscriber, entries, pages.feed(visit.subscriber.id, form) if pages else None)
    tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if entries:
        headers["last-modified"] = format_datetime(max(entry.told_at for entry in entries), usegmt=True)
    if _is_known(tag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=kind)


def _is_known(tag: str, asked: str) -> bool:
    """RFC 9110: a list of tags, weak or not, or a star for any."""
    known = [each.strip().removeprefix("W/") for each in asked.split(",")]
    return tag in known or "*" in known
