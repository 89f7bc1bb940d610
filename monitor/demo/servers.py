"""Real servers on loopback for the demo and for black-box tests: a news site, a mail sink, a webhook and Slack double.

Each is an async context manager on a free port of 127.0.0.1, keeps what it was sent, and answers as it is told to.
They know HTTP and SMTP, and nothing of the service.
"""

import asyncio
import gzip
import json
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

_HOST = "127.0.0.1"
_SMALLEST_GZIP = 200
# A connection takes the loop four turns from its accept to the first line of whatever answers it; TLS a few more.
_TURNS = 12
_GRACE_S = 1.0
# Pages need some date of their last change; each later one is a second younger.
_FIRST_CHANGE = datetime(2026, 1, 1, tzinfo=UTC)
_TYPES = {".xml": "application/rss+xml; charset=utf-8", ".atom": "application/atom+xml; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP request as it came. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says to one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message with its envelope, byte for byte as it came after DATA."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


async def end_connections(server: asyncio.Server, connections: Iterable[asyncio.BaseTransport]) -> None:
    """Close a server and every connection to it, those it has only just accepted among them.

    `connections` is looked at again after some turns: a loop that ended before would leave a socket open for good.
    """
    await _stop_accepting(server)
    for transport in tuple(connections):
        transport.close()
    await _let_arrive()
    for transport in tuple(connections):
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()  # what nobody reads any more is never sent
    await _let_arrive()


def _port_of(server: asyncio.Server | None) -> int:
    if server is None:
        raise RuntimeError("the server is not running")
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _stop_accepting(server: asyncio.Server) -> None:
    """A server that is closed at once loses, and never closes, what it has accepted in this very turn."""
    for listening in server.sockets:
        asyncio.get_running_loop().remove_reader(listening.fileno())
    await _let_arrive()
    server.close()


async def _let_arrive() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)


class LoopbackServer:
    """An HTTP server that answers every request by one function, and remembers the requests in order."""

    def __init__(self, answer: Callable[[Received], Answer]) -> None:
        self.requests: list[Received] = []
        self._answer = answer
        self._arrived = asyncio.Condition()
        self._web = web.Server(self._respond, access_log=None)
        self._server: asyncio.Server | None = None
        self._scripted: deque[Answer] = deque()

    @property
    def port(self) -> int:
        """The port it listens on, once entered."""
        return _port_of(self._server)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://{_HOST}:{self.port}"

    def answer_next(self, *answers: Answer) -> None:
        """Give these answers to the next requests, one each; then all is as before."""
        self._scripted.extend(answers)

    async def wait_for(self, count: int) -> None:
        """Return once so many requests have come in all."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(self._web, _HOST, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            await _stop_accepting(self._server)
            await self._web.shutdown(_GRACE_S)
            await _let_arrive()

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        # Not request.read(), which refuses more than 1 MB: what is too much is the double's to decide.
        body = await request.content.read()
        received = Received(request.method, request.path_qs, headers, body)
        self.requests.append(received)
        async with self._arrived:
            self._arrived.notify_all()
        answer = self._scripted.popleft() if self._scripted else self._answer(received)
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


class SampleSite(LoopbackServer):
    """A news site: pages with both validators, 304 and gzip. `pages` is a folder of files, or path to content."""

    def __init__(self, pages: Mapping[str, bytes] | Path) -> None:
        super().__init__(self._serve)
        self._pages: dict[str, _Page] = {}
        self._statuses: dict[str, Answer] = {}
        self._changes = 0
        for path, content in (_read_folder(pages) if isinstance(pages, Path) else pages).items():
            self.put(path, content)

    def put(self, path: str, content: bytes, content_type: str | None = None) -> None:
        """Publish a page, or a new version of it."""
        changed_at = _FIRST_CHANGE + timedelta(seconds=self._changes)
        self._changes += 1
        self._pages[path] = _Page(
            content=content,
            content_type=content_type or _TYPES.get(Path(path).suffix) or guess_type(path)[0] or "text/html",
            etag=f'"{blake2b(content, digest_size=8).hexdigest()}"',
            last_modified=format_datetime(changed_at, usegmt=True),
        )

    def set_answer(self, path: str, answer: Answer | None) -> None:
        """Answer a path in this way from now on; None: serve its page again."""
        if answer is None:
            self._statuses.pop(path, None)
        else:
            self._statuses[path] = answer

    def _serve(self, request: Received) -> Answer:
        path = request.path.partition("?")[0]
        if path in self._statuses:
            return self._statuses[path]
        page = self._pages.get(path)
        return Answer(404, b"not found") if page is None else page.answer(request.headers)


@dataclass(frozen=True, slots=True)
class _Page:
    content: bytes
    content_type: str
    etag: str
    last_modified: str

    def answer(self, asked: Mapping[str, str]) -> Answer:
        headers = {"ETag": self.etag, "Last-Modified": self.last_modified, "Vary": "Accept-Encoding"}
        if self._is_known(asked):
            return Answer(304, headers=headers)
        headers["Content-Type"] = self.content_type
        if "gzip" in asked.get("accept-encoding", "") and len(self.content) >= _SMALLEST_GZIP:
            return Answer(200, gzip.compress(self.content, mtime=0), headers | {"Content-Encoding": "gzip"})
        return Answer(200, self.content, headers)

    def _is_known(self, asked: Mapping[str, str]) -> bool:
        """If-None-Match speaks first (RFC 9110, 13.2.2)."""
        if "if-none-match" in asked:
            return asked["if-none-match"] == self.etag
        return asked.get("if-modified-since") == self.last_modified


def _read_folder(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


class WebhookReceiver(LoopbackServer):
    """Accepts whatever it is sent, unless told otherwise by `answer_next`."""

    def __init__(self) -> None:
        super().__init__(lambda _: Answer(200, b"ok"))


class SlackDouble(LoopbackServer):
    """An incoming webhook as strict as Slack's about the limits of Block Kit."""

    def __init__(self) -> None:
        super().__init__(_judge_slack)

    @property
    def messages(self) -> tuple[dict[str, Any], ...]:
        """The messages sent so far, those it refused among them."""
        return tuple(json.loads(request.body) for request in self.requests)


_MOST_BLOCKS = 50
_SLACK_TEXT = 40_000
_MOST_CONTEXT = 10
_LONGEST_TEXT = {"section": 3000, "header": 150}


def _judge_slack(request: Received) -> Answer:
    try:
        message = json.loads(request.body)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        return Answer(400, b"invalid_payload")
    text, blocks = message.get("text"), message.get("blocks", [])
    if not isinstance(text, str) or not text.strip():
        return Answer(400, b"no_text")
    if len(text) > _SLACK_TEXT:
        return Answer(400, b"msg_too_long")
    if not isinstance(blocks, list) or len(blocks) > _MOST_BLOCKS or not all(map(_is_valid_block, blocks)):
        return Answer(400, b"invalid_blocks")
    return Answer(200, b"ok")


def _is_valid_block(block: Any) -> bool:
    """Slack refuses the whole message for one text that is empty or too long."""
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        return False
    kind = block["type"]
    if kind == "context":
        elements = block.get("elements")
        return isinstance(elements, list) and 0 < len(elements) <= _MOST_CONTEXT
    if kind not in _LONGEST_TEXT:
        return True
    texts = [block["text"]] if "text" in block else block.get("fields", [])
    return bool(texts) and all(_is_valid_text(text, _LONGEST_TEXT[kind]) for text in texts)


def _is_valid_text(text: Any, longest: int) -> bool:
    return isinstance(text, dict) and isinstance(text.get("text"), str) and 0 < len(text["text"]) <= longest


class SmtpSink:
    """A mail server that delivers to a list. Unless told otherwise it offers no TLS and asks for no password.

    With `tls` it speaks nothing else from the first byte on; `options` are those of aiosmtpd's SMTP.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.messages: list[Mail] = []
        self._tls = tls
        self._options = options
        self._refused: dict[str, str] = {}
        self._deferrals: deque[str] = deque()
        self._arrived = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.BaseTransport] = set()

    @property
    def port(self) -> int:
        """The port it listens on, once entered."""
        return _port_of(self._server)

    def refuse(self, recipient: str, reply: str = "550 5.1.1 no such mailbox") -> None:
        """Refuse this recipient from now on."""
        self._refused[recipient] = reply

    def answer_next(self, *replies: str) -> None:
        """Answer the next messages, one each, by these replies instead of keeping them: "451 4.3.0 try later"."""
        self._deferrals.extend(replies)

    async def wait_for(self, count: int) -> None:
        """Return once so many messages have been kept in all."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= count)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def connect() -> _SmtpConnection:
            return _SmtpConnection(self, self._connections, **self._options, loop=loop)

        self._server = await loop.create_server(connect, _HOST, 0, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            await end_connections(self._server, self._connections)
            await self._server.wait_closed()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd finds its hooks by these names)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """aiosmtpd's hook for one recipient."""
        if address in self._refused:
            return self._refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook for a whole message."""
        if self._deferrals:
            return self._deferrals.popleft()
        self.messages.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b""))
        async with self._arrived:
            self._arrived.notify_all()
        return f"250 2.0.0 kept as {len(self.messages)}"


class _SmtpConnection(SMTP):
    """One connection, known to its sink so that none outlives it."""

    def __init__(self, sink: SmtpSink, connections: set[asyncio.BaseTransport], **options: Any) -> None:
        # Without a name of ours it would look one up in DNS.
        super().__init__(sink, enable_SMTPUTF8=True, hostname="localhost", **options)
        self._connections = connections
        self._opened: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._opened = transport
        self._connections.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio.Protocol."""
        if self._opened is not None:
            self._connections.discard(self._opened)
        super().connection_lost(error)
