"""The table of faulty peers, and a double for each of its rows."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from monitor.deliver.slack import SlackChannel
from monitor.deliver.webhook import WebhookChannel
from monitor.model import Address, ChannelKind, EmailAddress, SignedWebhook, SlackBot, SlackWebhook
from monitor.ports import Channel
from monitor.text.durations import format_duration, parse_duration
from monitor.text.yaml import parse_yaml
from tests.deliver import slack_double
from tests.deliver.peers import HttpPeer, SmtpPeer, answer, closed_port, listen, loopback_session, server_context
from tests.deliver.slack_double import SlackDouble
from tests.deliver.values import NOW, SECRET, TOKEN, email_channel

TABLE = Path(__file__).with_name("faulty_peers.yaml")
# A peer that is silent is given up soon; the others have all the time that a busy machine may need.
_SOON, _PATIENT = timedelta(milliseconds=300), timedelta(seconds=5)
_SMTP_STEPS = frozenset({"greeting", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "message", "QUIT", "AUTH", "STARTTLS"})

Outcome = Literal["sent", "retried", "dead", "disabled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a peer does and what follows; the head of the table says more."""

    channel: Literal["email", "webhook", "slack", "slack-app"]
    peer: str
    does: Mapping[str, Any] = field(hash=False)
    outcome: Outcome
    after: timedelta | None = None
    told: bool = False
    says: str
    requests: int = 1

    @property
    def kind(self) -> ChannelKind:
        """The channel as the outbox names it."""
        return "slack" if self.channel == "slack-app" else self.channel

    @property
    def name(self) -> str:
        """Of the test."""
        return f"{self.channel}: {self.peer}"


def read_table(path: Path = TABLE) -> tuple[Row, ...]:
    """Every row, in order."""
    document = parse_yaml(path.read_text(encoding="utf-8"), path.name)
    assert document.problems == ()
    assert document.data["version"] == 1
    return tuple(_read_row(row) for row in document.data["peers"])


def _read_row(row: Mapping[str, Any]) -> Row:
    after = row.get("after")
    return Row(**{**row, "peer": str(row["peer"]), "after": parse_duration(after) if after else None})


def as_markdown(rows: Sequence[Row]) -> str:
    """The table as the documentation shows it."""
    lines = ["| channel | the other side | the message is | operators are told |", "|---|---|---|---|"]
    lines += [f"| {row.channel} | {row.peer} | {_words_for(row)} | {'yes' if row.told else 'no'} |" for row in rows]
    return "\n".join([*lines, ""])


def _words_for(row: Row) -> str:
    match row.outcome:
        case "sent":
            return "sent"
        case "retried":
            return f"tried again after {format_duration(row.after or timedelta(0))}"
        case "dead":
            return "given up (dead letter)"
        case "disabled":
            return "given up, and the address is disabled"


@dataclass(frozen=True, slots=True)
class Setting:
    """A channel, the address of the peer behind it, and what that peer has received so far."""

    channel: Channel
    address: Address
    received: Callable[[], list[bytes]]


@asynccontextmanager
async def open_setting(row: Row, certificate: Path) -> AsyncIterator[Setting]:
    """The peer of a row, and the service's own channel to it."""
    is_silent = row.does.get("way") == "silent" or None in row.does.values()
    timeout = _SOON if is_silent else _PATIENT
    tls = server_context(certificate) if "certificate" in row.does else None
    open_one = _open_smtp if row.channel == "email" else _open_http
    async with open_one(row, tls, timeout) as setting:
        yield setting


@asynccontextmanager
async def open_sound_setting(row: Row) -> AsyncIterator[Setting]:
    """The same channel with a peer that takes everything."""
    async with open_setting(replace(row, does={}), TABLE) as setting:
        yield setting


@asynccontextmanager
async def _open_smtp(row: Row, tls: ssl.SSLContext | None, timeout: timedelta) -> AsyncIterator[Setting]:
    does = row.does
    mode = does.get("tls", "none")
    peer = SmtpPeer({step: reply for step, reply in does.items() if step in _SMTP_STEPS})
    peer.extensions = (*peer.extensions, *([does["offers"]] if "offers" in does else []))
    peer.tls = tls if mode == "starttls" else None
    peer.handshake = b"no handshake\r\n" * 10 if does.get("way") == "garbage" else b""
    options: dict[str, Any] = {"tls": mode, "timeout": timeout}
    if does.get("login"):
        options |= {"username": "monitor", "password": "hunter2-SECRET"}
    async with _listen(row, peer, tls if mode == "implicit" else None) as port:
        channel = email_channel(port, **options)
        try:
            yield Setting(channel, EmailAddress(address="ana@example.org"), lambda: peer.messages)
        finally:
            await channel.close()


@asynccontextmanager
async def _open_http(row: Row, tls: ssl.SSLContext | None, timeout: timedelta) -> AsyncIterator[Setting]:
    peer = _create_peer(row)
    scheme = "https" if "tls" in row.does else "http"
    async with _listen(row, peer, tls) as port, loopback_session() as session:
        base = f"{scheme}://127.0.0.1:{port}"
        address: Address
        if row.channel == "webhook":
            channel: Channel = WebhookChannel(session, lambda: NOW, timeout=timeout)
            address = SignedWebhook(url=f"{base}/in/{TOKEN}", secret=SECRET)
        else:
            channel = SlackChannel(session, lambda: NOW, timeout=timeout, api_url=f"{base}/api/")
            address = (
                SlackWebhook(url=f"{base}/services/{TOKEN}")
                if row.channel == "slack"
                else SlackBot(token=slack_double.TOKEN, channel=_slack_channel_of(row))
            )
        yield Setting(channel, address, lambda: [request.body for request in peer.requests])


def _create_peer(row: Row) -> HttpPeer:
    does = row.does
    if (way := does.get("way")) is not None and way != "absent":
        return _FaultyHttp([b""], way=way, status=does.get("status", 200))
    if row.channel != "webhook":
        return SlackDouble(says=list(does.get("says", ())), channel=_slack_channel_of(row))
    headers = {name.replace("-", "_"): value for name, value in does.get("headers", {}).items()}
    return HttpPeer([answer(does.get("status", 200), does.get("text", ""), **headers)])


def _slack_channel_of(row: Row) -> str:
    """One for each row: rows are not to wait for each other's messages."""
    return f"C{crc32(row.name.encode()):010}"


@asynccontextmanager
async def _listen(
    row: Row,
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    tls: ssl.SSLContext | None,
) -> AsyncIterator[int]:
    if row.does.get("way") == "absent":
        yield await closed_port()
        return
    async with listen(serve, tls) as port:
        yield port


@dataclass(slots=True)
class _FaultyHttp(HttpPeer):
    """Reads a request and then goes its own way; `begins` is what it says before."""

    way: str = "silent"
    status: int = 200

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.way == "plain":
            await reader.read(100)
            writer.write(answer(400, "this is not HTTP"))
            return
        await self.receive(reader)
        match self.way:
            case "silent":
                await reader.read()
            case "hangs-up":
                pass
            case "resets":
                _reset(writer)
            case "stalls":
                writer.write(self._head("Content-Length: 1000") + b"begun")
                await reader.read()
            case "endless":
                writer.write(self._head("Transfer-Encoding: identity"))
                await _write_for_ever(reader, writer, b"x" * 1_000)
            case "endless-headers":
                writer.write(self._head("X-First: 1")[:-2])
                await _write_for_ever(reader, writer, b"X-More: " + b"x" * 990 + b"\r\n")
            case "garbage":
                writer.write(b"220 ready\r\n\r\n")
            case _:
                raise AssertionError(f'no way "{self.way}"')

    def _head(self, *lines: str) -> bytes:
        return "\r\n".join([f"HTTP/1.1 {self.status} Whatever", *lines, "", ""]).encode()


def _reset(writer: asyncio.StreamWriter) -> None:
    """With nothing to linger for, closing the socket sends RST."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _write_for_ever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chunk: bytes) -> None:
    while not reader.at_eof():
        writer.write(chunk)
        await writer.drain()
