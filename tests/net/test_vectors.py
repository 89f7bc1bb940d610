"""Nothing leads into a private network: whatever an address says, DNS answers or a redirect names, and whoever asks.

Every connection that the process opens is recorded. The publisher's server stands at one loopback address that alone is
allowed; each of the vectors must lead nowhere.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TypeVar

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.deliver.webhook import WebhookChannel
from monitor.errors import DeliveryError, FetchError
from monitor.model import PollState, SignedWebhook, Source, SourceId
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.parse.entries import parse_feed
from monitor.sources.discover import discover_feeds
from monitor.sources.entry_pages import HttpPageFetcher
from monitor.sources.fetch import HttpFetcher
from monitor.sources.sitemaps import SitemapFetcher
from tests.builders import NOON
from tests.contract.stores import make_delivery, make_digest
from tests.net.test_guard import REFUSED, VECTORS

PUBLISHER = "127.88.77.66"
GUARD = AddressGuard((ip_network(f"{PUBLISHER}/32"),))
NEW = PollState(source=SourceId("source"), next_poll_at=NOON)
URLS = (
    "http://localhost:6379", "http://LOCALHOST./", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://127.1/", "http://0/", "http://[::]/", "http://[::ffff:7f00:1]/", "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/", "file:///etc/passwd", "gopher://127.0.0.1:25/_x", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/",
    "http://news.example:80+&@127.9.9.9:22/#+@news.example:80/", "http://news.example\\@127.9.9.9/", "ws://127.0.0.1/",
    "http://[fe80::1%25eth0]/", "data:text/xml,<rss/>", "//127.0.0.1/feed", "http:///127.0.0.1/",
)  # fmt: skip

T = TypeVar("T")
_connected: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def recorder() -> None:
    """An audit hook cannot be taken out again; it costs next to nothing."""
    sys.addaudithook(_record)


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _connected.append(str(arguments[1][0]))


class Names(AbstractResolver):
    """A DNS in which the publisher is where it is, and every other name gives `answers`, one list a question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host == "publisher.example":
            found = [PUBLISHER]
        else:
            found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in found
        ]

    async def close(self) -> None:
        pass


@dataclass
class Publisher:
    """A server whose answer is a function of the path."""

    port: int
    answer: Callable[[str], bytes] = lambda _path: b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    asked: int = 0

    @property
    def url(self) -> str:
        return f"http://publisher.example:{self.port}"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            while (await reader.readline()).strip():
                pass
            self.asked += 1
            writer.write(self.answer(line.decode().split(" ")[1]))
            await writer.drain()
        except (ConnectionError, IndexError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def open_publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher(0)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(publisher.converse(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(accept, PUBLISHER, 0)
    publisher.port = server.sockets[0].getsockname()[1]
    try:
        yield publisher
    finally:
        server.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


# ------------------------------------------------------------------------------------------- who asks

Ask = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


def source_at(url: str) -> Source:
    return Source(id=NEW.source, kind="sitemap", address=url)


async def ask_feed(session: aiohttp.ClientSession, url: str) -> None:
    await HttpFetcher(session, clock=lambda: NOON).fetch_feed(source_at(url), NEW)


async def ask_moved_feed(session: aiohttp.ClientSession, url: str) -> None:
    """A move that was adopted: the address comes out of the store."""
    moved = PollState(source=NEW.source, next_poll_at=NOON, moved_to=url, moves=3)
    await HttpFetcher(session, clock=lambda: NOON).fetch_feed(source_at("http://publisher.example/"), moved)


async def ask_page(session: aiohttp.ClientSession, url: str) -> None:
    await HttpPageFetcher(session, clock=lambda: NOON).fetch_page(source_at("http://publisher.example/"), url)


async def ask_webhook(session: aiohttp.ClientSession, url: str) -> None:
    channel = WebhookChannel(session, lambda: NOON)
    await channel.send(make_delivery(make_digest(), channel="webhook"), SignedWebhook(url=url, secret="whsec_YWFh"))


async def discover(session: aiohttp.ClientSession, url: str) -> None:
    found = await discover_feeds(HttpFetcher(session, clock=lambda: NOON), source_at(url), parse_feed, NOON)
    if not found.candidates:
        raise FetchError("nothing was found")


ASKERS: dict[str, Ask] = {
    "feed": ask_feed,
    "moved feed": ask_moved_feed,
    "page": ask_page,
    "webhook": ask_webhook,
    "discover": discover,
}


@pytest.fixture(params=["own", "shared"])
def vectors(request: pytest.FixtureRequest) -> Iterator[list[tuple[str, str]]]:
    """Addresses to refuse, each as a URL and as what a name resolves to."""
    if request.param == "own":
        listed = [(_literal(value), value) for value in REFUSED] + [(url, "127.0.0.1") for url in URLS]
    elif VECTORS.is_file():
        found = [vector for vector in json.loads(VECTORS.read_text()) if vector["block"]]
        listed = [
            (_literal(each["value"]), each["value"]) if each["kind"] == "ip" else (each["value"], "127.0.0.1")
            for each in found
        ]
    else:
        pytest.skip("the larger set of vectors is not part of the project")
    _connected.clear()
    yield listed
    assert set(_connected) <= {PUBLISHER}


def _literal(value: str) -> str:
    return f"http://[{value}]/" if ":" in value else f"http://{value}/"


async def expect_refusal(ask: Ask, url: str, resolved: str) -> None:
    async with open_session(GUARD, user_agent="test", resolver=Names([resolved])) as session:
        with pytest.raises((FetchError, DeliveryError)):
            await ask(session, url)


@pytest.mark.parametrize("asker", list(ASKERS))
def test_no_vector_is_connected_to_as_it_is_written(asker: str, vectors: list[tuple[str, str]]) -> None:
    async def attempt() -> None:
        for url, resolved in vectors:
            await expect_refusal(ASKERS[asker], url, resolved)

    asyncio.run(attempt())


@pytest.mark.parametrize("asker", list(ASKERS))
def test_no_vector_is_connected_to_because_dns_says_so(asker: str, vectors: list[tuple[str, str]]) -> None:
    async def attempt() -> None:
        for resolved in dict.fromkeys(resolved for _, resolved in vectors):
            await expect_refusal(ASKERS[asker], "http://names.example/feed", resolved)

    asyncio.run(attempt())


def _redirect(to: str) -> bytes:
    location = to.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"")
    return b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _body(body: str, kind: str = "text/html") -> bytes:
    data = body.encode("utf-8", "replace")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    return head.encode() + data


_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _only(path: str, answer: Callable[[str], bytes]) -> Callable[[str], Callable[[str], bytes]]:
    """Answer one path by what a vector makes of it, and no other."""
    return lambda url: lambda asked: answer(url) if asked == path else _NOT_FOUND


def _sitemap_index(url: str) -> bytes:
    return _body(f"<sitemapindex><sitemap><loc>{url.replace('&', '&amp;')}</loc></sitemap></sitemapindex>", "text/xml")


def _page_with_link(url: str) -> bytes:
    return _body(f"<html><link rel=alternate type=application/rss+xml href='{url}'></html>")


async def follow_sitemaps(session: aiohttp.ClientSession, url: str) -> None:
    fetcher = SitemapFetcher(HttpFetcher(session, clock=lambda: NOON), clock=lambda: NOON)
    fetched = await fetcher.fetch_feed(source_at(url), NEW)
    assert fetched.parts == ()
    raise FetchError("no sitemap was fetched")


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (ask_feed, _only("/x", _redirect)),
        (ask_page, _only("/x", _redirect)),
        (ask_page, _only("/robots.txt", _redirect)),
        (ask_webhook, _only("/x", _redirect)),
        (discover, _only("/x", _redirect)),
        (discover, _only("/x", _page_with_link)),
        (discover, _only("/robots.txt", lambda url: _body(f"Sitemap: {url}\n", "text/plain"))),
        (follow_sitemaps, _only("/x", _sitemap_index)),
    ],
    ids=[
        "feed",
        "page",
        "robots.txt",
        "webhook",
        "discover",
        "link of a page",
        "sitemap in robots.txt",
        "sitemap index",
    ],
)
def test_no_vector_is_connected_to_because_a_publisher_says_so(
    ask: Ask, answer: Callable[[str], Callable[[str], bytes]], vectors: list[tuple[str, str]]
) -> None:
    async def attempt() -> int:
        async with open_publisher() as publisher:
            for url, resolved in vectors:
                publisher.answer = answer(url)
                await expect_refusal(ask, f"{publisher.url}/x", resolved)
            return publisher.asked

    assert asyncio.run(attempt()) >= len(vectors), "the publisher has been asked each time"


# ------------------------------------------------------------------------------------------- DNS that changes its mind


def rebind(*answers: list[str]) -> tuple[int, list[str]]:
    """Ask one name again and again, each time with an empty memory; how often it answered, and who was connected to."""

    async def attempt() -> int:
        resolver, reached = Names(*answers), 0
        async with open_publisher() as publisher:
            publisher.answer = lambda _path: _body("<rss version='2.0'><channel/></rss>", "text/xml")
            for _ in answers:
                async with open_session(GUARD, user_agent="test", resolver=resolver) as session:
                    with suppress(FetchError):
                        await ask_feed(session, f"http://names.example:{publisher.port}/feed")
                        reached += 1
        return reached

    _connected.clear()
    return asyncio.run(attempt()), list(_connected)


@pytest.mark.parametrize("private", REFUSED)
def test_a_name_that_turns_private_after_its_first_answer_is_not_followed(private: str) -> None:
    assert rebind([PUBLISHER], [private], [PUBLISHER]) == (2, [PUBLISHER] * 2)


@pytest.mark.parametrize("private", REFUSED)
def test_of_a_name_with_public_and_private_addresses_only_the_public_ones_are_connected_to(private: str) -> None:
    assert rebind([private, PUBLISHER], [PUBLISHER, private]) == (2, [PUBLISHER] * 2)


def test_a_redirect_to_a_name_that_has_turned_private_meanwhile_is_not_followed() -> None:
    async def attempt() -> None:
        async with open_publisher() as publisher:
            publisher.answer = lambda _path: _redirect(f"http://again.example:{publisher.port}/")
            resolver = Names([PUBLISHER], ["10.0.0.1"])
            async with open_session(GUARD, user_agent="test", resolver=resolver) as session:
                with pytest.raises(FetchError, match="not public"):
                    await ask_feed(session, f"http://names.example:{publisher.port}/")
            assert publisher.asked == 1

    _connected.clear()
    asyncio.run(attempt())
    assert _connected == [PUBLISHER]


def test_what_is_recorded_is_what_is_connected_to() -> None:
    assert rebind([PUBLISHER]) == (1, [PUBLISHER])
    assert ip_address(_connected[0]).is_loopback
