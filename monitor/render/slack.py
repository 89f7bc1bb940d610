"""A digest as a Slack message in Block Kit, within its limits, with its text for where blocks are not shown.

Foreign text cannot write markup: `&`, `<` and `>` are escaped, which also disarms `<!channel>`, links and mentions;
the letters of Slack's own formatting are replaced by lookalikes, as they cannot be escaped.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from monitor.model import Digest, Subscriber
from monitor.render.clean import shorten
from monitor.render.highlight import Segment
from monitor.render.page_links import PageLinks
from monitor.render.views import DigestView, Links, ReasonView, StoryView, count_stories, view_digest

Block = dict[str, Any]

# Slack's limits are 50 blocks, 3,000 characters in a section and 13,000 in all; characters after escaping.
_MOST_BLOCKS = 48
_MOST_CHARACTERS = 12_000
_SECTION = 3_000
_CONTEXT = 2_000
_HEADER = 150
_MOST_TEXT = 3_000

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "*": "∗", "~": "∼", "`": "ˋ"})
_CALLS = re.compile(r"@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)
_MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "🔵", "info": "⚪"}
_BOUNDARY = "\u200b"


def render_slack(
    digest: Digest, subscriber: Subscriber, *, pages: PageLinks | None = None, thread: str | None = None
) -> bytes:
    """The JSON of a message. Whole stories are left out, with their number, when it grows long.

    `thread` is the stamp of the message below which it stands; an incoming webhook takes no notice of it.
    """
    view = view_digest(digest, subscriber, pages)
    dated = _context(f"{view.day}, {view.time}, {escape(view.zone)}")
    notes = [_section(_join_within(_SECTION, [escape(note) for note in view.notes]))] if view.notes else []
    frame = [dated] if view.is_alert and not view.is_test else [_header(view), dated, *notes]
    stories = _fitting_stories(view, frame)
    left_out = len(view.stories) - len(stories) // 2 + view.omitted
    more = [_context(_left_out_text(left_out, view))] if left_out else []
    more += [_context(_links_text(view.links))] if view.links else []
    message = {
        "text": _text_of(view),
        "blocks": [*frame, *stories, *more],
        "unfurl_links": False,
        "unfurl_media": False,
        **({"thread_ts": thread} if thread else {}),
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def escape(text: str) -> str:
    """Foreign text as Slack shows it, and nothing else: no link, mention, call to a channel or formatting."""
    return _CALLS.sub(f"@{_BOUNDARY}", text.translate(_ESCAPES))


def _left_out_text(count: int, view: DigestView) -> str:
    where = f": <{view.links.digest}|read all of them in the browser>" if view.links else ", not shown here"
    return f"*{count_stories(count)} more*{where}."


def _links_text(links: Links) -> str:
    return f"<{links.digest}|In the browser> · <{links.settings}|Change what you get>"


def _fitting_stories(view: DigestView, frame: Sequence[Block]) -> list[Block]:
    """Two blocks for each story, from the first on, as long as they fit."""
    blocks: list[Block] = []
    size = _size_of(frame)
    for story in view.stories:
        added = [_section(_story_text(story)), _context(_reasons_text(story))]
        size += _size_of(added)
        if size > _MOST_CHARACTERS or len(frame) + len(blocks) + len(added) > _MOST_BLOCKS:
            break
        blocks += added
    return blocks


def _size_of(blocks: Iterable[Block]) -> int:
    return len(json.dumps(list(blocks), ensure_ascii=False))


def _header(view: DigestView) -> Block:
    text = shorten(_title_of(view), _HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _story_text(story: StoryView) -> str:
    about = f"{_severity(story)} · {escape(story.source)} · {escape(story.dated)}"
    quotes = []
    for excerpt in story.excerpts:
        label = f"{excerpt.label.capitalize()}: " if excerpt.label else ""
        quotes.append(f"> {label}{_bold(excerpt.segments)}")
    news = [f"*{escape(story.news)}*"] if story.news else []
    section = [f"_{escape(story.section)}_"] if story.section else []
    return _join_within(_SECTION, [*section, f"*{_headline(story)}*\n{about}", *news, *quotes])


def _reasons_text(story: StoryView) -> str:
    lines = [_reason_text(reason) for reason in story.reasons]
    if story.more_reasons:
        lines.append(f"And by {story.more_reasons} more rule{'s' if story.more_reasons > 1 else ''}.")
    if story.also_in:
        more = f" and {story.more_also_in} more" if story.more_also_in else ""
        lines.append(f"Also in: {escape(', '.join(story.also_in))}{more}")
    if story.link:
        lines.append(f"<{story.link.href.replace('&', '&amp;')}|Read at {story.link.host}>")
    if story.page:
        lines.append(f"<{story.page}|Mute it, or say whether it was relevant>")
    return _join_within(_CONTEXT, lines)


def _reason_text(reason: ReasonView) -> str:
    parts = [f"Why you get this: *{escape(reason.title)}*{f' – {escape(reason.why)}' if reason.why else ''}"]
    if reason.words:
        more = f" and {reason.more_words} more" if reason.more_words else ""
        parts.append(f"Words found: {escape(', '.join(reason.words))}{more}")
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)


def _join_within(limit: int, lines: Iterable[str]) -> str:
    """The lines as long as they fit: one is left out whole, so that no markup is ever cut in two."""
    kept: list[str] = []
    for line in lines:
        if sum(len(part) + 1 for part in kept) + len(line) <= limit:
            kept.append(line)
    return "\n".join(kept)


def _headline(story: StoryView) -> str:
    title = escape(story.headline)
    return f"<{story.link.href.replace('&', '&amp;')}|{title}>" if story.link else title


def _severity(story: StoryView) -> str:
    return f"{_MARKS[story.severity]} {story.severity.capitalize()}"


def _bold(segments: Sequence[Segment]) -> str:
    """Mentions in bold. Slack begins bold only at the edge of a word, so an invisible edge is put around each."""
    parts: list[str] = []
    for segment in segments:
        text = escape(segment.text)
        parts.append(f"{_BOUNDARY}*{text.strip()}*{_BOUNDARY}" if segment.is_mention and text.strip() else text)
    return "".join(parts)


def _text_of(view: DigestView) -> str:
    """What a notification shows, and the whole message where the blocks are refused."""
    lines = [f"• {story.label}: {_headline(story)} ({escape(story.source)})" for story in view.stories]
    text = _join_within(_MOST_TEXT, [f"{_title_of(view)} – {view.day}, {view.time}", *lines])
    left_out = len(view.stories) + view.omitted - text.count("\n")
    notes = _join_within(_MOST_TEXT - len(text), [escape(note) for note in view.notes])
    text = f"{text}\n{notes}" if notes else text
    return f"{text}\n{left_out} more." if left_out else text


def _title_of(view: DigestView) -> str:
    counts = f": {view.counts}" if view.counts else ""
    return f"{'Test: ' if view.is_test else ''}{view.count}{counts}"
