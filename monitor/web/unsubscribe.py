"""Unsubscribing: GET shows a page and never acts, because mail scanners open every link; POST acts.

A POST with the body that RFC 8058 names comes from a mail program at its reader's click: it acts without a page, a
seal or a redirect.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from monitor.pipeline import plan_windows
from monitor.web.forms import Fields, read_fields
from monitor.web.rendering import render_page
from monitor.web.visits import Site, Visit, name_channels, open_visit

_ONE_CLICK = ("List-Unsubscribe", "One-Click")

_log = structlog.get_logger()


async def show_unsubscribe(site: Site, request: Request) -> Response:
    """The page with the button; where it has been pressed, the one that takes it back."""
    return await _show(open_visit(site, request, "unsubscribe"))


async def unsubscribe(site: Site, request: Request) -> Response:
    """Stop everything, or begin again."""
    visit = open_visit(site, request, "unsubscribe")
    fields = await read_fields(request)
    if fields.get(_ONE_CLICK[0]) == _ONE_CLICK[1]:
        await _save(visit, visit.now)
        return PlainTextResponse("unsubscribed\n")
    if not site.seals.is_good(fields.get("seal", ""), visit.page, visit.now):
        return await _show(visit, is_stale=True)
    await _save(visit, None if _wants_back(fields) else visit.now)
    return RedirectResponse(visit.token, 303)


def _wants_back(fields: Fields) -> bool:
    return fields.get("do") == "subscribe"


async def _show(visit: Visit, *, is_stale: bool = False) -> Response:
    async with visit.site.store.transaction() as tx:
        chosen = await tx.find_choices(visit.subscriber.id)
    return render_page(
        "unsubscribe.html",
        403 if is_stale else 200,
        visit=visit,
        since=visit.tell(chosen.unsubscribed_at) if chosen.unsubscribed_at else None,
        channels=name_channels(visit.subscriber),
        settings=visit.site.nearby.settings(visit.subscriber.id),
        is_stale=is_stale,
    )


async def _save(visit: Visit, at: datetime | None) -> None:
    """Who has unsubscribed already keeps the time at which they did."""
    async with visit.site.store.transaction() as tx:
        chosen = await tx.find_choices(visit.subscriber.id)
        kept = chosen.unsubscribed_at or at if at else None
        await tx.save_choices(replace(chosen, unsubscribed_at=kept))
        await plan_windows(tx, visit.site.plan(), visit.now, visit.subscriber.id)
    _log.info("unsubscribed" if at else "subscribed again", subscriber=visit.subscriber.id)
