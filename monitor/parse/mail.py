"""One mail to article parts: a newsletter's HTML as a page, a plain mail as a text; its headers say the rest."""

import re
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr

from monitor.errors import ParseError
from monitor.parse.charset import clean_line, decode_bytes
from monitor.parse.fragment import html_to_paragraphs
from monitor.parse.page import read_page
from monitor.parse.parts import Parts
from monitor.parse.plain import read_plain

# Decoding its words takes time by the square of their number.
_LONGEST_HEADER = 10_000
_MOST_PARTS = 200
_SIGNATURE = re.compile(r"\n-- ?\n.*", re.DOTALL)
_ANGLES = re.compile(r"^<(https?://[^<>\s]+)>$")


def read_mail(data: bytes, fetched_at: datetime) -> Parts:
    """The parts of a mail: title from its subject, date and author from its headers. ParseError when it has no text."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        page, text = _find_texts(message)
    except RecursionError as error:
        raise ParseError("a mail of parts within parts within parts, nested too deeply") from error
    if page is None and text is None:
        raise ParseError("a mail without a text, expected a part in HTML or plain text")
    body = _read_html(page, fetched_at) if page else ()
    if not body and text is not None:
        body = _read_text(text)
    author = _read_author(message)
    return Parts(
        title=_header(message, "Subject"),
        authors=(author,) if author else (),
        published=_header(message, "Date"),
        paragraphs=body,
        language=(_header(message, "Content-Language") or "").split(",")[0] or None,
        url=_find_url(message),
    )


def _find_texts(message: Message) -> tuple[str | None, str | None]:
    """The first part in HTML and the first in plain text that are no attachments, decoded."""
    page = text = None
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            break
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/html" and page is None:
            page = _decode(part)
        elif kind == "text/plain" and text is None:
            text = _decode(part)
    return page, text


def _decode(part: Message) -> str | None:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return None
    charset = str(part.get_param("charset") or "")
    return decode_bytes(payload, f"{part.get_content_type()}; charset={charset}" if charset else None).strip() or None


def _read_html(page: str, fetched_at: datetime) -> tuple[str, ...]:
    """By the reader of pages; by tags alone where that leaves little, as of newsletters made of tables."""
    plain = html_to_paragraphs(page)
    try:
        read = read_page(page, None, fetched_at).paragraphs
    except ParseError:
        return plain
    enough = sum(map(len, read)) * 3 >= sum(map(len, plain))
    return read if enough else plain


def _read_text(text: str) -> tuple[str, ...]:
    """A text that is all body; lines that were wrapped for a terminal are joined."""
    text = _SIGNATURE.sub("", text)
    parts = read_plain(text)
    head = [line for line in (parts.title, parts.standfirst) if line]
    return (*head, *parts.paragraphs)


def _read_author(message: Message) -> str | None:
    name, address = parseaddr(_header(message, "From") or "")
    return name or address or None


def _header(message: Message, name: str) -> str | None:
    """Encoded words decoded, whatever they are; what cannot be decoded stays as it is."""
    value = message.get(name)
    if value is None:
        return None
    try:
        text = str(make_header(decode_header(str(value)[:_LONGEST_HEADER])))
    except (MessageError, LookupError, ValueError):
        text = str(value)
    raw = text.encode("utf-8", "surrogateescape")
    return clean_line(decode_bytes(raw)) or None


def _find_url(message: Message) -> str | None:
    """Where the list keeps this very mail (RFC 5064)."""
    found = _ANGLES.match(_header(message, "Archived-At") or "")
    return found[1] if found else None
