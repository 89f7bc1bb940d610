"""E-mail over SMTP: one message, one recipient, one connection."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import aiosmtplib

from monitor.deliver.answers import show
from monitor.errors import DeliveryError
from monitor.model import Address, ChannelKind, Delivery, Digest, EmailAddress, Subscriber
from monitor.net.failures import explain_failure
from monitor.render.addresses import envelope_address, find_address, parse_sender
from monitor.render.email import render_email

_SHARE_FOR_FAREWELL = 0.1
# Passwords shorter than this would blank out half the server's words.
_SHORTEST_SECRET = 4
_MESSAGE_TOO_LARGE = 552
# "authentication required", "too weak", "failed", "encryption required": about us, not about the recipient.
_ABOUT_US = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """How to reach the SMTP server. `tls` is what must happen: when it cannot, nothing is sent in the clear instead."""

    host: str = "localhost"
    port: int = 25
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str = "Media Monitor <monitor@localhost>"
    timeout: timedelta = timedelta(seconds=60)
    connections: int = 4


class EmailChannel:
    """Hands a frozen message to the SMTP server. "Sent" means that this server accepted it, no more.

    Permanent: 5xx to the recipient or to the message itself. All else is tried again: 4xx, a lost connection, a name
    that does not resolve, and what is the operator's to mend (login, TLS, a sender that the server refuses). Each try
    carries the same Message-ID, so a repeated message can be known as one.
    """

    kind: ChannelKind = "email"

    def __init__(self, options: SmtpOptions, *, tls_context: ssl.SSLContext | None = None) -> None:
        self._options = options
        self._sender = envelope_address(parse_sender(options.sender).addr_spec)
        self._tls_context = tls_context
        self._connections = asyncio.Semaphore(options.connections)

    def render(self, digest: Digest, subscriber: Subscriber) -> bytes:
        """The complete MIME message."""
        return render_email(digest, subscriber, sender=self._options.sender)

    async def send(self, delivery: Delivery, address: Address) -> str:
        """Hand the message over once; the server's answer in a few words."""
        if not isinstance(address, EmailAddress):
            raise DeliveryError(f'no e-mail address but one of kind "{address.kind}"', permanent=True)
        if find_address(address.address) is None:
            raise DeliveryError("this is not an address that mail can be sent to", permanent=True)
        recipient = envelope_address(address.address)
        async with self._connections:
            client = self._new_client()
            try:
                answer = await self._hand_over(client, recipient, delivery.payload)
                await self._say_goodbye(client)
            finally:
                client.close()
        return self._show(answer, recipient) or "accepted"

    def _new_client(self) -> aiosmtplib.SMTP:
        options = self._options
        return aiosmtplib.SMTP(
            hostname=options.host,
            port=options.port,
            username=options.username,
            password=options.password,
            use_tls=options.tls == "implicit",
            start_tls=options.tls == "starttls",
            tls_context=self._tls_context,
            timeout=options.timeout.total_seconds(),
        )

    async def _hand_over(self, client: aiosmtplib.SMTP, recipient: str, message: bytes) -> str:
        needs_utf8 = not (recipient.isascii() and self._sender.isascii())
        try:
            async with asyncio.timeout(self._options.timeout.total_seconds()):  # of all steps together
                await client.connect()
                _, answer = await client.sendmail(
                    self._sender, [recipient], message, mail_options=["SMTPUTF8"] if needs_utf8 else []
                )
                return answer
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Not "from error": a server may repeat what it was told, and a traceback in a log would show it.
            raise self._failure(error, recipient) from None

    async def _say_goodbye(self, client: aiosmtplib.SMTP) -> None:
        """The message is accepted already: whatever happens to QUIT must not make it look failed."""
        with suppress(aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(self._options.timeout.total_seconds() * _SHARE_FOR_FAREWELL):
                await client.quit()

    def _failure(self, error: Exception, recipient: str) -> DeliveryError:
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
            error = error.recipients[0]  # there is only one
        words = self._show(_explain(error), recipient)
        return DeliveryError(
            f"SMTP server {self._options.host}:{self._options.port}: {words}", permanent=_is_permanent(error)
        )

    def _show(self, text: str, recipient: str) -> str:
        credentials = (self._options.username or "", self._options.password or "")
        return show(text, (recipient, *(secret for secret in credentials if len(secret) >= _SHORTEST_SECRET)))


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
