"""The page on which subscribers decide about what they get: pause, pace, quiet hours, mutes."""

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.model import RuleId
from monitor.pipeline import plan_windows
from monitor.ports import Transaction
from monitor.web.choices_view import list_recent_rules, view_choices
from monitor.web.choosing import WISHES, Wish
from monitor.web.errors import PageError
from monitor.web.forms import Fields, read_fields
from monitor.web.rendering import render_page
from monitor.web.visits import Site, Visit, open_visit

# What a page says after a button has done its work, by the name in the address.
_DONE = {
    "pause": "Paused.",
    "resume": "Messages come again.",
    "pace": "Saved. The next messages come at that pace.",
    "quiet": "Saved. Nothing comes at once in those hours.",
    "no-quiet": "Your quiet hours are gone.",
    "mute-rule": "Muted. You hear no more of this rule.",
    "unmute-rule": "You hear of this rule again.",
    "unmute-story": "You hear of this story again.",
}

_log = structlog.get_logger()


async def show_choices(site: Site, request: Request) -> Response:
    """The page as things are; nothing is done by looking."""
    visit = open_visit(site, request, "settings")
    return await _show(visit, done=_DONE.get(request.query_params.get("done", "")))


async def change_choices(site: Site, request: Request) -> Response:
    """One form of the page; what is wrong with it is said on the page."""
    visit = open_visit(site, request, "settings")
    fields = await read_fields(request)
    if not site.seals.is_good(fields.get("seal", ""), visit.page, visit.now):
        stale = "This page had been open for long, and nothing was changed. Please press the button again."
        return await _show(visit, 403, problem=stale)
    what = fields.get("do", "")
    try:
        async with site.store.transaction() as tx:
            await _change(tx, visit, what, fields)
    except ValueError as error:
        return await _show(visit, 400, problem=f"Nothing was changed: {error}.")
    _log.info("settings page", subscriber=visit.subscriber.id, did=what)
    return RedirectResponse(f"{visit.token}?done={what}", 303)


async def _change(tx: Transaction, visit: Visit, what: str, fields: Fields) -> None:
    subscriber, target = visit.subscriber.id, fields.get("target", "")
    match what:
        case "mute-rule":
            if RuleId(target) not in {rule.id for rule in await list_recent_rules(tx, subscriber)}:
                raise ValueError("choose a rule from the list")
            await tx.add_mute(subscriber, "rule", target, visit.now)
        case "unmute-rule":
            await tx.remove_mute(subscriber, "rule", target)
        case "unmute-story":
            await tx.remove_mute(subscriber, "story", target)
        case _ if what in WISHES:
            chosen = await tx.find_choices(subscriber)
            await tx.save_choices(WISHES[what](Wish(fields=fields, chosen=chosen, now=visit.now)))
            await plan_windows(tx, visit.site.plan(), visit.now, visit.subscriber.id)
        case _:
            raise PageError(400, "This button is not known here", "Nothing was changed. Load the page again.")


async def _show(visit: Visit, status: int = 200, *, done: str | None = None, problem: str | None = None) -> Response:
    async with visit.site.store.transaction() as tx:
        view = await view_choices(tx, visit)
    return render_page("settings.html", status, visit=visit, view=view, done=done, problem=problem)
