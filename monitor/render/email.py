"""A digest as a complete e-mail: plain text first and whole, HTML that no client clips.

The bytes follow from the digest alone (no clock, no random boundary), so that every try, and every worker, sends the
same message under the same Message-ID.
"""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from hashlib import blake2b

from markupsafe import Markup

from monitor.model import Digest, EmailAddress, Subscriber
from monitor.render.addresses import find_address, parse_sender
from monitor.render.page_links import PageLinks
from monitor.render.subject import subject_of
from monitor.render.templating import SHIPPED, Templates
from monitor.render.views import LANGUAGE, DigestView, view_digest

# Gmail cuts a message off at about 102 KB of HTML, and its footer with it.
_MOST_HTML = 90_000
_LONGEST_HEADER = 900  # SMTP takes lines of 998
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")


def render_email(
    digest: Digest,
    subscriber: Subscriber,
    *,
    sender: str,
    pages: PageLinks | None = None,
    templates: Templates = SHIPPED,
    most_html: int = _MOST_HTML,
) -> bytes:
    """The MIME message with CRLF line ends. `most_html` bounds the HTML in bytes; whole stories are left out of it.

    With `pages` it links to the subscriber's own, and to the one for unsubscribing in its headers too. `sender` is
    "Name <user@host>"; ConfigError when it is not. A subscriber without e-mail gets no To, for previews.
    """
    view = view_digest(digest, subscriber, pages)
    message = _start_message(digest, view, parse_sender(sender), _recipient_of(subscriber))
    if pages is not None:
        _offer_unsubscription(message, pages.unsubscribe(digest.subscriber), one_click=pages.is_secure)
    text = templates.render("digest.txt", view=view).rstrip("\n") + "\n"
    html = _render_html(view, templates, most_html)
    message.set_content(text, cte=_encoding_for(text))
    message.add_alternative(html, subtype="html", cte=_encoding_for(html))
    message.set_boundary(f"=_{_hash_of(digest.id)}")  # "=_" occurs in neither encoding
    message["Content-Language"] = LANGUAGE  # not earlier: it would move into the first part
    return _write(message)


def _write(message: EmailMessage) -> bytes:
    """Headers of plain ASCII are not folded: Python would put a long one below its name, where its own parser, and
    not only that, then reads it with a space before it. What has to be encoded is folded, as RFC 2047 asks.
    """
    is_ascii = all(str(value).isascii() for value in message.values())
    return message.as_bytes(policy=message.policy.clone(max_line_length=_LONGEST_HEADER) if is_ascii else None)


def _start_message(digest: Digest, view: DigestView, sender: Address, recipient: Address | None) -> EmailMessage:
    is_ascii = sender.username.isascii() and (recipient is None or recipient.username.isascii())
    message = EmailMessage(policy=SMTP if is_ascii else SMTPUTF8)
    message["Subject"] = subject_of(view)
    message["From"] = sender
    message["To"] = recipient or "undisclosed-recipients:;"
    message["Date"] = format_datetime(digest.composed_at)
    message["Message-ID"], thread = _ids_of(digest, sender.domain)
    if thread is not None:
        message["In-Reply-To"] = message["References"] = thread
    message["List-Id"] = f"Media Monitor <media-monitor.{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _ids_of(digest: Digest, domain: str) -> tuple[str, str | None]:
    """Its own id, the same at every try, and that of the message it goes on from.

    The message that tells of one story is named after it, so that what follows up can name it without a look at what
    was sent. Where the story was first told among others, nothing has that name, and mail programs still keep what
    refers to it together.
    """
    own = f"<digest.{_plain_id(digest.id)}@{domain}>"
    if digest.told is None:
        return own, None
    first = f"<story.{_hash_of(f'{digest.subscriber} {digest.told}')}@{domain}>"
    return (own, first) if digest.follows_up else (first, None)


def _offer_unsubscription(message: EmailMessage, address: str, *, one_click: bool) -> None:
    """RFC 2369, and where the address is https also RFC 8058."""
    message["List-Unsubscribe"] = f"<{address}>"
    if one_click:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _recipient_of(subscriber: Subscriber) -> Address | None:
    address = subscriber.find_address("email")
    return find_address(address.address) if isinstance(address, EmailAddress) else None


def _render_html(view: DigestView, templates: Templates, most: int) -> str:
    """The page with as many stories, from the first on, as fit."""
    shown: list[Markup] = []
    size = len(_render_page(view, templates, ()).encode())
    for number, story in enumerate(view.stories):
        before = view.stories[number - 1].section if number else None
        fragment = templates.render(
            "story.html",
            story=story,
            alone=view.is_alert,
            first=number == 0,
            heading=story.section if story.section != before else None,
        )
        size += len(fragment.encode())
        if size > most:
            break
        shown.append(Markup(fragment))  # noqa: S704 (the template has escaped what is foreign in it)
    return _render_page(view, templates, shown)


def _render_page(view: DigestView, templates: Templates, stories: Sequence[Markup]) -> str:
    unshown = len(view.stories) - len(stories)
    return templates.render("digest.html", view=view, stories=stories, unshown=unshown)


def _encoding_for(text: str) -> str:
    """The shorter one: quoted-printable makes three bytes of each that is not ASCII, base64 four of every three."""
    size = len(text.encode("utf-8", "replace"))
    foreign = size - sum(letter.isascii() for letter in text)
    return "quoted-printable" if foreign * 6 < size else "base64"


def _plain_id(digest: str) -> str:
    return digest if _PLAIN_ID.fullmatch(digest) else _hash_of(digest)


def _hash_of(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
