"""E-mail over SMTP: one message, one recipient."""

import re
import ssl
from base64 import b64encode

import aiosmtplib

from monitor.deliver.answers import show
from monitor.deliver.dkim import DkimKey, sign_message
from monitor.deliver.smtp import SmtpOptions, SmtpServer
from monitor.errors import DeliveryError
from monitor.model import Address, ChannelKind, Delivery, Digest, EmailAddress, Subscriber
from monitor.net.failures import explain_failure
from monitor.ports import Receipt
from monitor.render.addresses import envelope_address, find_address, parse_sender
from monitor.render.email import render_email
from monitor.render.page_links import PageLinks
from monitor.render.templating import SHIPPED, Templates

_SAMPLE = b"From: monitor@localhost\r\n\r\n"
# Passwords shorter than this would blank out half the server's words.
_SHORTEST_SECRET = 4
_MESSAGE_TOO_LARGE = 552
# "authentication required", "too weak", "failed", "encryption required": about us, not about the recipient.
_ABOUT_US = frozenset({530, 534, 535, 538})
_NO_SUCH_RECIPIENT = frozenset({550, 551, 553, 556})
_MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_ENHANCED = re.compile(r"5\.[0-9]{1,3}\.[0-9]{1,3}")
# RFC 3463 and the registry after it: bad mailbox, system or syntax, moved, no mail taken there, mailbox disabled.
_NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


class EmailChannel:
    """Hands a frozen message to the SMTP server. "Sent" means that this server accepted it, no more.

    An address that the server says does not exist is disabled.

    Permanent: 5xx to the recipient or to the message itself. All else is tried again: 4xx, a lost connection, a name
    that does not resolve, and what is the operator's to mend (login, TLS, a sender that the server refuses). Each try
    carries the same Message-ID, so a repeated message can be known as one.
    """

    kind: ChannelKind = "email"

    def __init__(
        self,
        options: SmtpOptions,
        *,
        sender: str,
        pages: PageLinks | None = None,
        signature: DkimKey | None = None,
        templates: Templates = SHIPPED,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._options = options
        self._sender = sender
        self._envelope_sender = envelope_address(parse_sender(sender).addr_spec)
        self._pages = pages
        self._templates = templates
        self._signature = signature
        if signature is not None:
            sign_message(_SAMPLE, signature)  # a key that is none is found out before the first message
        self._server = SmtpServer(options, tls_context)

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:  # noqa: ARG002
        """The complete MIME message, signed if there is a key. Threads of mail follow from its own headers."""
        message = render_email(digest, subscriber, sender=self._sender, pages=self._pages, templates=self._templates)
        return sign_message(message, self._signature) if self._signature else message

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        """Hand the message over once; the server's answer in a few words, and the Message-ID."""
        if not isinstance(address, EmailAddress):
            raise DeliveryError(f'no e-mail address but one of kind "{address.kind}"', permanent=True)
        if find_address(address.address) is None:
            raise DeliveryError("this is not an address that mail can be sent to", permanent=True)
        recipient = envelope_address(address.address)
        try:
            answer = await self._server.hand_over(self._envelope_sender, recipient, delivery.payload)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Not "from error": a server may repeat what it was told, and a traceback in a log would show it.
            raise self._failure(error, recipient) from None
        return Receipt(self._show(answer, recipient) or "accepted", _message_id_of(delivery.payload))

    async def close(self) -> None:
        """Take leave of the server."""
        await self._server.close()

    def _failure(self, error: Exception, recipient: str) -> DeliveryError:
        words = self._show(_explain(error), recipient)
        return DeliveryError(
            f"SMTP server {self._options.host}:{self._options.port}: {words}",
            permanent=_is_permanent(error),
            disables=_is_gone(error),
        )

    def _show(self, text: str, recipient: str) -> str:
        credentials = _forms_of_login(self._options.username or "", self._options.password or "")
        return show(text, (recipient, *(secret for secret in credentials if len(secret) >= _SHORTEST_SECRET)))


def _forms_of_login(username: str, password: str) -> tuple[str, ...]:
    """Name and password as they are, and as AUTH PLAIN and AUTH LOGIN send them: some servers repeat the line."""
    sent = (f"\0{username}\0{password}", username, password)
    return (username, password, *(b64encode(text.encode()).decode() for text in sent))


def _message_id_of(message: bytes) -> str | None:
    """What a report of non-delivery names the message by."""
    found = _MESSAGE_ID.search(message.partition(b"\r\n\r\n")[0])
    return found[1].decode("ascii", "replace") if found else None


def _is_permanent(error: Exception) -> bool:
    match error:
        case aiosmtplib.SMTPSenderRefused():
            return error.code == _MESSAGE_TOO_LARGE
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError():
            return 500 <= error.code < 600 and error.code not in _ABOUT_US
        case aiosmtplib.SMTPNotSupported():  # an address in letters that this server does not know
            return True
        case _:
            return False


def _is_gone(error: Exception) -> bool:
    """Whether the address itself is no good, which no later message would change."""
    if not isinstance(error, aiosmtplib.SMTPRecipientRefused) or error.code not in _NO_SUCH_RECIPIENT:
        return False
    found = _ENHANCED.match(error.message)
    # Without a code of its own it is taken at its word; with one, only what speaks of the mailbox counts.
    return found is None or found[0] in _NO_SUCH_MAILBOX


# The first that fits.
_STAGES: tuple[tuple[type[aiosmtplib.SMTPResponseException], str], ...] = (
    (aiosmtplib.SMTPRecipientRefused, "the recipient was refused"),
    (aiosmtplib.SMTPSenderRefused, "the sender was refused"),
    (aiosmtplib.SMTPDataError, "the message was refused"),
    (aiosmtplib.SMTPAuthenticationError, "the login was refused"),
    (aiosmtplib.SMTPResponseException, "no mail was taken"),
)


def _explain(error: Exception) -> str:
    match error:
        case aiosmtplib.SMTPResponseException():
            stage = next(words for kind, words in _STAGES if isinstance(error, kind))
            return f"{stage}: {error.code} {error.message}"
        case aiosmtplib.SMTPConnectError() if isinstance(error.__cause__, OSError):
            return explain_failure(error.__cause__)
        case OSError():  # with aiosmtplib's own timeouts and disconnects
            return explain_failure(error)
        case ValueError():
            return "the host, the sender or the recipient is not a name that can be sent"
        case _:
            return str(error)
