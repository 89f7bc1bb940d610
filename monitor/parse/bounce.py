"""Reports of non-delivery (RFC 3464) in a mail; what is no such report, an auto-reply say, is none.

What a report means, and for whom, is decided in monitor.route.bounces.
"""

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import Parser
from email.utils import getaddresses

from monitor.errors import ParseError
from monitor.model import BouncedRecipient, BounceReport

_REPORT = "multipart/report"
# The second ones are for addresses in letters beyond ASCII (RFC 6533).
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_BLANK_LINES = re.compile(r"\n(?:[ \t\r]*\n)+")
_CODE = re.compile(r"\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_REPLY = re.compile(r"\b([245])[0-9]{2}\b")
_ID = re.compile(r"<[^<>\s]{3,250}>")
_MOST_RECIPIENTS = 100
_LONGEST_DIAGNOSTIC = 200


def read_bounce(data: bytes) -> BounceReport | None:
    """The report in a mail; None where it is another kind of mail. ParseError for a report that says nothing."""
    # As text: addresses may be in any letters, and what is neither is of no interest here.
    message = Parser(policy=policy.compat32).parsestr(data.decode("utf-8", "replace"))
    if message.get_content_type() != _REPORT or _report_type(message) not in ("delivery-status", ""):
        return None
    payload = message.get_payload()
    if not isinstance(payload, list):
        raise ParseError("a report of non-delivery whose parts cannot be told apart")
    parts = [part for part in payload if isinstance(part, Message)]
    status = next((part for part in parts if part.get_content_type() in _STATUS), None)
    if status is None:
        raise ParseError("a report of non-delivery without a part message/delivery-status")
    blocks = _read_blocks(status)
    recipients = tuple(_iter_recipients(blocks))
    if not recipients:
        raise ParseError("a report of non-delivery that names no recipient")
    returned = _find_returned(parts)
    return BounceReport(
        recipients=recipients[:_MOST_RECIPIENTS],
        message_id=_find_id(message, blocks[0], returned),
        sent_to=tuple(address for _, address in getaddresses([_text(returned, "To")]) if address) if returned else (),
    )


def _report_type(message: Message) -> str:
    return str(message.get_param("report-type") or "").lower()


def _read_blocks(status: Message) -> list[Message]:
    """Groups of fields with blank lines between: one about the message, then one for each recipient."""
    _, _, text = status.as_string().replace("\r\n", "\n").partition("\n\n")
    parser = Parser(policy=policy.compat32)
    return [parser.parsestr(block, headersonly=True) for block in _BLANK_LINES.split(text.strip("\n"))]


def _iter_recipients(blocks: list[Message]) -> Iterator[BouncedRecipient]:
    for block in blocks:
        if not ("Final-Recipient" in block or "Original-Recipient" in block):
            continue
        addresses = [_address_in(_text(block, name)) for name in ("Final-Recipient", "Original-Recipient")]
        diagnostic = _text(block, "Diagnostic-Code").partition(";")[2].strip()
        yield BouncedRecipient(
            addresses=tuple(dict.fromkeys(filter(None, addresses))),
            action=_text(block, "Action").lower(),
            status=_status_in(_text(block, "Status"), diagnostic),
            diagnostic=diagnostic[:_LONGEST_DIAGNOSTIC],
        )


def _status_in(status: str, diagnostic: str) -> str:
    """The enhanced code; where the field has none that says anything, that of the other server's words."""
    given = _CODE.search(status)
    said = _CODE.search(diagnostic)
    if given and not given[1].endswith(".0.0"):
        return given[1]
    if said:
        return said[1]
    reply = _REPLY.match(diagnostic)
    return given[1] if given else f"{reply[1]}.0.0" if reply else ""


def _address_in(field: str) -> str:
    """Of "rfc822; ana@example.org"; some servers leave the type out, or put angle brackets around."""
    return field.rpartition(";")[2].strip().strip("<>").strip()


def _find_returned(parts: list[Message]) -> Message | None:
    """The headers of the message that came back, however much of it there is."""
    for part in parts:
        kind, inner = part.get_content_type(), part.get_payload()
        if kind in _STATUS:
            continue
        if kind.startswith("message/") and isinstance(inner, list) and isinstance(inner[0], Message):
            return inner[0]
        if kind == "text/rfc822-headers":
            return Parser(policy=policy.compat32).parsestr(_decode(part).lstrip(), headersonly=True)
    return None


def _decode(part: Message) -> str:
    decoded = part.get_payload(decode=True)
    is_encoded = _text(part, "Content-Transfer-Encoding").lower() in ("base64", "quoted-printable")
    return decoded.decode("utf-8", "replace") if is_encoded and isinstance(decoded, bytes) else str(part.get_payload())


def _find_id(message: Message, about: Message, returned: Message | None) -> str | None:
    """The Message-ID of what came back: in its own headers, or where servers that return none tell it."""
    for place, name in (
        (returned, "Message-ID"),
        (about, "X-Original-Message-ID"),
        (about, "Original-Message-ID"),
        (message, "X-Original-Message-ID"),
        (message, "In-Reply-To"),
        (message, "References"),
    ):
        found = _ID.search(_text(place, name)) if place is not None else None
        if found:
            return found[0]
    return None


def _text(message: Message | None, name: str) -> str:
    """A header on one line, without control characters."""
    value = str(message.get(name, "")) if message is not None else ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
