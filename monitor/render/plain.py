"""A digest as a title and a short plain text, for services that take no more."""

import json
from collections.abc import Iterator

from monitor.model import Digest, Subscriber
from monitor.render.page_links import PageLinks
from monitor.render.subject import subject_of
from monitor.render.views import DigestView, StoryView, count_stories, view_digest

# What the smallest of the common services take in one message, with room for the last lines.
_LONGEST = 3_500


def render_plain(digest: Digest, subscriber: Subscriber, *, pages: PageLinks | None = None) -> bytes:
    """UTF-8 JSON with `title` and `body`. Whole stories are left out, with their number, when it grows long."""
    view = view_digest(digest, subscriber, pages)
    message = {"title": subject_of(view), "body": "\n\n".join(_iter_paragraphs(view))}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _iter_paragraphs(view: DigestView) -> Iterator[str]:
    if view.is_test:
        yield "This is a test message. It shows what a digest will look like."
    yield from view.notes
    left = _LONGEST
    shown = 0
    for story in view.stories:
        text = "\n".join(_iter_lines(story))
        left -= len(text)
        if left < 0:
            break
        yield text
        shown += 1
    if left_out := len(view.stories) - shown + view.omitted:
        yield f"{count_stories(left_out)} more, not shown here."
    if view.links:
        yield f"In the browser: {view.links.digest}\nChange what you get: {view.links.settings}"


def _iter_lines(story: StoryView) -> Iterator[str]:
    yield f"{story.severity.capitalize()}: {story.headline}"
    if story.news:
        yield story.news
    for excerpt in story.excerpts:
        yield "> " + "".join(segment.text for segment in excerpt.segments)
    yield f"{story.source}, {story.dated}. Why: {', '.join(reason.title for reason in story.reasons)}."
    if story.link:
        yield story.link.href
