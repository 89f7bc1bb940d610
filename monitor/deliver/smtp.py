"""Connections to the one SMTP server: opened when needed, used for several messages, closed when idle.

One message is one recipient. A connection that the server ended between two messages is replaced, which is safe as
long as nothing of the next message was handed over; from then on a lost connection is a failed try.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import aiosmtplib

_SHARE_FOR_FAREWELL = 0.1
_CLOSING = 421


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """How to reach the SMTP server. `tls` is what must happen: when it cannot, nothing is sent in the clear instead.

    `timeout` is for one message with all that goes before it. A connection takes `messages` and is closed after
    `idle` without one.
    """

    host: str = "localhost"
    port: int = 25
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: timedelta = timedelta(seconds=60)
    connections: int = 4
    messages: int = 100
    idle: timedelta = timedelta(seconds=10)


@dataclass(slots=True, eq=False)
class _Connection:
    client: aiosmtplib.SMTP
    messages: int = 0
    closing: asyncio.TimerHandle | None = None


class SmtpServer:
    """Hands messages to the server, at most `connections` at once. To be used within one event loop."""

    def __init__(self, options: SmtpOptions, tls_context: ssl.SSLContext | None = None) -> None:
        self._options = options
        self._tls_context = tls_context
        self._free = asyncio.Semaphore(options.connections)
        self._idle: list[_Connection] = []
        self._farewells: set[asyncio.Task[None]] = set()

    async def hand_over(self, sender: str, recipient: str, message: bytes) -> str:
        """What the server said when it accepted a message with CRLF line ends.

        aiosmtplib's exceptions; OSError, with TimeoutError; ValueError for an address that cannot be sent.
        """
        async with self._free:
            async with asyncio.timeout(self._options.timeout.total_seconds()):
                connection = await self._start(sender, recipient, len(message))
                with _closing_on_error(connection):
                    answer = await connection.client.data(message)
            connection.messages += 1
            if connection.messages < self._options.messages:
                self._keep(connection)
            else:
                await self._say_goodbye(connection)
        return answer.message

    async def close(self) -> None:
        """Say goodbye on every connection that waits for more."""
        while self._idle:
            await self._say_goodbye(self._take_idle())
        await asyncio.gather(*self._farewells)

    async def _start(self, sender: str, recipient: str, size: int) -> _Connection:
        """A connection on which the server awaits the message: one that waits for more, or a new one."""
        while self._idle:
            connection = self._take_idle()
            try:
                with _closing_on_error(connection):
                    await _announce(connection.client, sender, recipient, size)
                return connection
            except (aiosmtplib.SMTPServerDisconnected, ConnectionError):
                continue
            except aiosmtplib.SMTPResponseException as error:
                if error.code != _CLOSING:
                    raise
        connection = _Connection(self._new_client())
        with _closing_on_error(connection):
            await connection.client.connect()
            await _announce(connection.client, sender, recipient, size)
        return connection

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

    def _keep(self, connection: _Connection) -> None:
        loop = asyncio.get_running_loop()
        connection.closing = loop.call_later(self._options.idle.total_seconds(), self._retire, connection)
        self._idle.append(connection)

    def _take_idle(self) -> _Connection:
        connection = self._idle.pop()
        if connection.closing is not None:
            connection.closing.cancel()
        return connection

    def _retire(self, connection: _Connection) -> None:
        self._idle.remove(connection)
        farewell = asyncio.ensure_future(self._say_goodbye(connection))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    async def _say_goodbye(self, connection: _Connection) -> None:
        """What was accepted is accepted: whatever happens to QUIT must not make it look failed."""
        try:
            with suppress(aiosmtplib.SMTPException, OSError):
                async with asyncio.timeout(self._options.timeout.total_seconds() * _SHARE_FOR_FAREWELL):
                    await connection.client.quit()
        finally:
            connection.client.close()


@contextmanager
def _closing_on_error(connection: _Connection) -> Iterator[None]:
    """Half a conversation cannot be gone on with, nor is it worth waiting until what was written has been read."""
    try:
        yield
    except BaseException:
        transport = connection.client.transport
        connection.client.close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        raise


async def _announce(client: aiosmtplib.SMTP, sender: str, recipient: str, size: int) -> None:
    """Say from whom and to whom, and how much."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()
    options = [f"SIZE={size}"] if client.supports_extension("size") else []
    encoding = "ascii"
    if not (sender.isascii() and recipient.isascii()):
        if not client.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("SMTPUTF8 is not supported by this server")
        options.append("SMTPUTF8")
        encoding = "utf-8"
    await client.mail(sender, options=options, encoding=encoding)
    await client.rcpt(recipient, encoding=encoding)
