"""The text of a feed before a parser sees it: what is no feed is refused by name, what parsers trip over is mended."""

import re

from monitor.errors import ParseError
from monitor.parse.fragment import html_to_line

EXPECTED = "expected an RSS, Atom or JSON feed or a sitemap"
CAPTION_ROLE, IMAGE_ROLE = "monitor-caption", "monitor-image"
"""Roles under which the captions of pictures, and each new picture, stand among the credits of an entry."""

_HEAD = 4_000
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(r"<(?:rss|feed|(?:\w+:)?(?:rdf|feed|urlset|sitemapindex)|channel)\b", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.{1,300}?)</title", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"<input[^>]{1,200}type\s*=\s*[\"']?password", re.IGNORECASE)
_PROLOG = re.compile(r"<\?xml[^>]*\?>")
_CLOSED = re.compile(r"</(?:rss|(?:\w+:)?(?:rdf|feed))\s*>\s*(?:<!--.*-->\s*)?$", re.IGNORECASE | re.DOTALL)
# feedparser takes these for the entry's own description and title, and of several keeps the last. Credits it keeps all.
_MEDIA = re.compile(r"<(/?)media:(description|title|content|thumbnail)\b")
_MEDIA_TAGS = {
    "description": ("media:credit", f' role="{CAPTION_ROLE}"'),
    "title": ("media:heading", ""),
}
_NEW_IMAGE = f'<media:credit role="{IMAGE_ROLE}"></media:credit>'
# The standard library looks an attribute up by going through all of them: 200,000 in one tag take minutes.
_LONG_TAG = re.compile(r"<([\w:.-]{1,100})(\s[^<>]{1000,})>")
_MOST_ATTRIBUTES = 150
_LONGEST_TAG = 100_000
# A character that XML cannot hold, by number: expat gives up on the whole feed, and others pass it on.
_NUMBERED = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")

# "AT&T" and "3 < 4" outside CDATA: strict parsers give up there, and lenient ones make "AT&T;" of it.
_STRAY = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|$)|<!--.*?(?:-->|$)|&(?!(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8});)|<(?![A-Za-z_:/!?])",
    re.DOTALL,
)
# RSS wants an e-mail address in front of the name; feedparser takes only half of one at a newer domain for it.
_AUTHOR = re.compile(r"<author>\s*[^\s<>()@]{1,100}@[^\s<>()@]{1,300}\s*(?:\(([^<>()]{0,300})\)\s*)?</author>")
_ESCAPES = {"&": "&amp;", "<": "&lt;"}


def refuse_page(text: str) -> None:
    """ParseError when the text is a page for people: a login form, a parked domain, a challenge."""
    head = text[:_HEAD]
    if "<opml" in head:
        raise ParseError('a list of feeds (OPML), expected one of them; "monitor sources import-opml" reads lists')
    page, feed = _HTML.search(head), _FEED.search(head)
    if page is None or (feed is not None and feed.start() < page.start()):
        return
    title = _TITLE.search(text[: _HEAD * 4])
    named = f' titled "{html_to_line(title[1])}"' if title else ""
    login = " with a login form" if _LOGIN.search(text) else ""
    raise ParseError(f"an HTML page{named}{login}, {EXPECTED}")


def without_prolog(text: str) -> str:
    """The text from its first element on, without what a broken script wrote before it and without the declared
    charset, which is ours by now.
    """
    root = _FEED.search(text[:_HEAD])
    start = root.start() if root else 0
    doctype = text.rfind("<!DOCTYPE", 0, start)
    return _PROLOG.sub("", text[doctype if doctype >= 0 else start :], count=1)


def prepare_feed(text: str) -> str:
    """The XML of a feed as feedparser reads it best: "&" and "<" that mark nothing escaped, nothing that takes it
    minutes, pictures told apart.
    """
    text = _STRAY.sub(lambda found: _ESCAPES.get(found[0], found[0]), text)
    text = _AUTHOR.sub(r"<author>\1</author>", text)
    text = _NUMBERED.sub(_keep_valid, bound_attributes(text))
    return _MEDIA.sub(_rename_media, text) if "<media:" in text else text


def bound_attributes(text: str) -> str:
    """XML whose tags have few enough attributes to look at; one with too many loses them all."""
    return _LONG_TAG.sub(_bound_attributes, text)


def is_closed(text: str) -> bool:
    """Whether the feed's own element is closed at the end."""
    return _CLOSED.search(text[-_HEAD:]) is not None


def is_cut_off(text: str) -> bool:
    """Whether the last entry was opened and never closed: its text would be stored as if it were whole."""
    if is_closed(text):
        return False
    last_opened = max(text.rfind(tag) for tag in ("<item>", "<item ", "<entry>", "<entry "))
    return last_opened > max(text.rfind("</item>"), text.rfind("</entry>"))


def _rename_media(found: re.Match[str]) -> str:
    closing, name = found[1], found[2]
    if name not in _MEDIA_TAGS:
        return found[0] if closing else _NEW_IMAGE + found[0]
    tag, attributes = _MEDIA_TAGS[name]
    return f"</{tag}" if closing else f"<{tag}{attributes}"


def _bound_attributes(found: re.Match[str]) -> str:
    bounded = len(found[2]) <= _LONGEST_TAG and found[2].count("=") <= _MOST_ATTRIBUTES
    return found[0] if bounded else f"<{found[1]}{'/' if found[2].endswith('/') else ''}>"


def _keep_valid(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    is_valid = (
        number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0xFFFF < number < 0x110000
    )
    return found[0] if is_valid else ""
