"""Servers on loopback that answer as a script says: HTTP endpoints and an SMTP server, down to single bytes."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest

from monitor.demo.servers import end_connections
from monitor.errors import DeliveryError
from monitor.model import Address
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.ports import Channel
from tests.deliver.values import make_delivery

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listen(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a free port of 127.0.0.1; gives the port. At the end it drops every connection."""
    connections: set[asyncio.BaseTransport] = set()
    serving: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer.transport)
        task = asyncio.create_task(converse(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()
        connections.discard(writer.transport)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await end_connections(server, connections)
        for task in tuple(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


@asynccontextmanager
async def loopback_session(*allowed: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The service's own HTTP client, which may reach the given networks; by default loopback."""
    guard = AddressGuard(tuple(ip_network(network) for network in allowed or ("127.0.0.0/8",)))
    async with open_session(guard, user_agent="tests") as session:
        yield session


async def closed_port() -> int:
    """A port where nobody listens."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...

    async with listen(refuse) as port:
        return port


def make_certificate(directory: Path, name: str = "IP:127.0.0.1") -> Path:
    """A key and a self-signed certificate for one name in one PEM file; the certificate alone is beside it (.crt)."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate, cannot be found")
    path = directory / "server.pem"
    command = [
        openssl,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={name.partition(':')[2]}",
    ]
    command += ["-addext", f"subjectAltName={name}", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """What a server needs that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class HttpPeer:
    """Answers each request with the next of `answers`, the last one for ever; b"" hangs up, None never answers."""

    answers: list[bytes | None]
    requests: list[Received] = field(default_factory=list)
    endless: bool = False

    def reply(self, received: Received) -> bytes | None:
        """The answer to one request."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, one request."""
        answer = self.reply(await self.receive(reader))
        if answer is None:
            await reader.read()  # until the client gives up
            return
        writer.write(answer)
        while self.endless:
            writer.write(b"x" * 1_000)
            await writer.drain()
            if reader.at_eof():
                return

    async def receive(self, reader: asyncio.StreamReader) -> Received:
        """Read one request and keep it."""
        self.requests.append(await _read_request(reader))
        return self.requests[-1]


async def _read_request(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(head[0].split()[1], headers, body)


def answer(status: int, text: str = "", **headers: str) -> bytes:
    """An HTTP answer; underscores in names of headers stand for hyphens."""
    body = b"" if status in (204, 304) else text.encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def outcomes_of(
    channel_of: Callable[[aiohttp.ClientSession], Channel], address_of: Callable[[int], Address]
) -> dict[int, str]:
    """What a channel makes of each status from 200 to 599: accepted, transient or permanent."""
    outcomes = {}
    statuses = range(200, 600)
    peer = HttpPeer([answer(status, "words") for status in statuses])
    async with listen(peer) as port, loopback_session() as session:
        for status in statuses:
            try:
                await channel_of(session).send(make_delivery(), address_of(port))
                outcomes[status] = "accepted"
            except DeliveryError as error:
                outcomes[status] = "permanent" if error.permanent else "transient"
    return outcomes


@dataclass(slots=True)
class SmtpPeer:
    """Answers each SMTP command as `replies` says: its verb, or "greeting" and "message" (what follows the DATA).

    A reply of "" hangs up, None never answers. `messages` are the texts that were accepted, with their recipients.
    After STARTTLS it goes on with `tls`, or without that sends `handshake`, which is none.
    """

    replies: dict[str, str | None] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("SIZE 10000000", "SMTPUTF8", "AUTH PLAIN")
    commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    now_open: int = 0
    most_open: int = 0
    tls: ssl.SSLContext | None = None
    handshake: bytes = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.now_open += 1
        self.most_open = max(self.most_open, self.now_open)
        try:
            going = await self._reply("greeting", "220 test ESMTP", reader, writer)
            while going and (line := (await reader.readline()).decode("utf-8", "replace").strip()):
                self.commands.append(line)
                going = await self._obey(line.split()[0].upper(), reader, writer)
        finally:
            self.now_open -= 1

    async def _obey(self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if verb == "DATA" and await self._reply("DATA", "354 go on", reader, writer):
            if self.replies.get("DATA") is not None:
                return True
            message = await reader.readuntil(b"\r\n.\r\n")
            self.messages.append(message[:-3].replace(b"\r\n..", b"\r\n."))
            return await self._reply("message", "250 2.0.0 queued as 4711", reader, writer)
        if verb == "STARTTLS":
            return await self._start_tls(reader, writer)
        extensions = "".join(f"-{name}\r\n250" for name in self.extensions)
        usual = {"EHLO": f"250-test\r\n250{extensions} 8BITMIME", "QUIT": "221 bye", "AUTH": "235 welcome"}
        return await self._reply(verb, usual.get(verb, "250 ok"), reader, writer) and verb != "QUIT"

    async def _start_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if not await self._reply("STARTTLS", "220 go on", reader, writer):
            return False
        if self.tls is not None:
            await writer.start_tls(self.tls)
        else:
            writer.write(self.handshake)
        return True

    async def _reply(self, step: str, usual: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        reply = self.replies.get(step, usual)
        if reply is None:
            await reader.read()  # until the client gives up
        elif reply:
            writer.write(f"{reply}\r\n".encode())
            await writer.drain()
        return bool(reply)
