"""One story of a subscriber: was it relevant, and do they want to hear no more of it, or of its rules?"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.model import Choices, Digest, DigestStory, RelevanceMark, RuleId, StoryId
from monitor.ports import Transaction
from monitor.render.views import view_digest
from monitor.web.errors import PageError
from monitor.web.forms import Fields, read_fields
from monitor.web.rendering import render_page
from monitor.web.visits import Site, Visit, open_visit

# The newest messages that told of a story may have had no room for it.
_MOST_DIGESTS = 5
_OF_A_RULE = frozenset({"mute-rule", "unmute-rule", "relevant", "not-relevant"})

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A story as a subscriber was told of it. `whole` is the id of the story that it is part of by now, or its own."""

    digest: Digest
    story: DigestStory
    whole: StoryId
    choices: Choices
    marks: Mapping[RuleId, bool]


async def show_story(site: Site, request: Request) -> Response:
    """The story, and the buttons; nothing is done by looking."""
    return await _show(open_visit(site, request, "story"))


async def change_story(site: Site, request: Request) -> Response:
    """Mark it, mute it or its rule, or take a mute back."""
    visit = open_visit(site, request, "story")
    fields = await read_fields(request)
    if not site.seals.is_good(fields.get("seal", ""), visit.page, visit.now):
        return await _show(visit, is_stale=True)
    async with site.store.transaction() as tx:
        await _change(tx, visit, await _find(tx, visit), fields)
    return RedirectResponse(visit.token, 303)


async def _change(tx: Transaction, visit: Visit, found: _Found, fields: Fields) -> None:
    """A rule that the subscriber was not told this story by is none of theirs to judge here."""
    what, rule = fields.get("do", ""), RuleId(fields.get("rule", ""))
    subscriber = visit.subscriber.id
    if what in _OF_A_RULE and rule not in {reason.rule.id for reason in found.story.reasons}:
        raise PageError(400, "This rule does not belong to this story", "Nothing was changed.")
    match what:
        case "mute-story":
            await tx.add_mute(subscriber, "story", found.whole, visit.now)
        case "unmute-story":
            for name in {found.whole, StoryId(visit.page.subject)}:
                await tx.remove_mute(subscriber, "story", name)
        case "mute-rule":
            await tx.add_mute(subscriber, "rule", rule, visit.now)
        case "unmute-rule":
            await tx.remove_mute(subscriber, "rule", rule)
        case "relevant" | "not-relevant":
            is_relevant = what == "relevant"
            await tx.save_mark(
                RelevanceMark(
                    subscriber=subscriber, story=found.whole, rule=rule, relevant=is_relevant, marked_at=visit.now
                )
            )
        case _:
            raise PageError(400, "This button is not known here", "Nothing was changed. Load the page again.")
    _log.info("story page", subscriber=subscriber, story=found.whole, did=what, rule=rule or None)


async def _show(visit: Visit, *, is_stale: bool = False) -> Response:
    async with visit.site.store.transaction() as tx:
        found = await _find(tx, visit)
    view = view_digest(found.digest, visit.subscriber)
    muted = found.choices.muted_stories
    return render_page(
        "story.html",
        403 if is_stale else 200,
        visit=visit,
        story=view.stories[found.digest.stories.index(found.story)],
        sent_at=visit.tell(found.digest.composed_at),
        rules=[(reason.rule, found.marks.get(reason.rule.id)) for reason in found.story.reasons],
        muted_rules=found.choices.muted_rules,
        is_muted=bool({found.whole, StoryId(visit.page.subject)} & muted),
        settings=visit.site.nearby.settings(visit.subscriber.id),
        is_stale=is_stale,
    )


async def _find(tx: Transaction, visit: Visit) -> _Found:
    asked = StoryId(visit.page.subject)
    subscriber = visit.subscriber.id
    whole = (await tx.find_aliases([asked])).get(asked, asked)
    names = {asked, whole}
    for digest in await tx.list_digests_telling(subscriber, asked, limit=_MOST_DIGESTS):
        story = next((each for each in digest.stories if each.id in names), None)
        if story is not None:
            newest_last = reversed(await tx.list_marks(subscriber))
            marks = {mark.rule: mark.relevant for mark in newest_last if mark.story in names}
            choices = await tx.find_choices(subscriber)
            return _Found(digest=digest, story=story, whole=whole, choices=choices, marks=marks)
    raise PageError(
        404,
        "This story is not here",
        "It was part of a test, or it has been thrown away. You can still mute its rule from a newer message.",
    )
