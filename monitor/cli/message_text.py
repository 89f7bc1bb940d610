"""Messages as people read them: the headers and the plain text of a mail, and documents over several lines."""

import json
from contextlib import suppress
from email import message_from_bytes, policy

from monitor.cli.options import printable
from monitor.model import Delivery


def message_text(delivery: Delivery) -> str:
    """What a delivery says, with nothing in it that a terminal would obey."""
    if delivery.channel == "email":
        return mail_text(delivery.payload, with_headers=True)
    text = delivery.payload.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):  # a channel may send something else
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return printable(text)


def mail_text(message: bytes, *, with_headers: bool = False) -> str:
    """The plain text of a mail, below its headers if those are wanted; empty where it has none."""
    mail = message_from_bytes(message, policy=policy.default)
    part = mail.get_body(("plain",))
    text = "" if part is None else str(part.get_content()).replace("\r\n", "\n")
    headers = "".join(f"{name}: {value}\n" for name, value in mail.items()) + "\n" if with_headers else ""
    return printable(headers + text)
