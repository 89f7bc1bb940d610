"""The guarded session over real sockets."""

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.demo.servers import Answer, WebhookReceiver
from monitor.net.failures import REQUEST_ERRORS, explain_failure, explain_status
from monitor.net.guard import AddressGuard, AddressRefusedError
from monitor.net.http import open_session

PUBLIC = AddressGuard()
LOOPBACK = AddressGuard((ip_network("127.0.0.0/8"), ip_network("::1/128")))


class ScriptedResolver(AbstractResolver):
    """Names to addresses, without DNS."""

    def __init__(self, names: Mapping[str, list[str]]) -> None:
        self.names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.names[host]
        ]

    async def close(self) -> None:
        pass


async def _fail(url: str, guard: AddressGuard = PUBLIC, resolver: AbstractResolver | None = None) -> str:
    """The words for why a request failed."""
    async with open_session(guard, user_agent="test", resolver=resolver) as session:
        try:
            async with session.get(url) as response:
                return f"answered {response.status}"
        except REQUEST_ERRORS as error:
            return explain_failure(error)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::ffff:7f00:1]"])
def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    async def attempt() -> tuple[str, int]:
        async with WebhookReceiver() as server:
            return await _fail(f"http://{host}:{server.port}/"), len(server.requests)

    words, requests = asyncio.run(attempt())
    assert "is not public (loopback); allow_private" in words
    assert requests == 0


@pytest.mark.parametrize(
    "url",
    ["http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://[::]/",
     "http://127.0.0.1./", "http://localhost./", "http://①②⑦.⓪.⓪.①/", "http://user:pw@127.0.0.1/", "http://[fe80::1%25eth0]/",
     "http://8.8.8.8\\@127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:25/_MAIL", "ftp://127.0.0.1/",
     "ws://127.0.0.1/", "tcp://127.0.0.1/", "jar:http://127.0.0.1!/", "data:text/xml,<rss/>", "http:///x", "", "x"],
)  # fmt: skip
def test_no_spelling_of_an_address_gets_past_the_guard(url: str) -> None:
    words = asyncio.run(_fail(url))
    assert not words.startswith("answered")
    assert "pw" not in words


def test_an_allowed_network_is_reached() -> None:
    async def attempt() -> str:
        async with WebhookReceiver() as server:
            return await _fail(f"{server.url}/", LOOPBACK)

    assert asyncio.run(attempt()) == "answered 200"


def test_a_redirect_is_checked_like_any_address() -> None:
    async def attempt() -> str:
        async with WebhookReceiver() as server:
            server.answer_next(Answer(302, headers={"Location": "http://169.254.169.254/latest/"}))
            return await _fail(f"{server.url}/", LOOPBACK)

    assert "address 169.254.169.254 is not public (link-local)" in asyncio.run(attempt())


def test_a_name_with_only_private_addresses_is_refused() -> None:
    words = asyncio.run(_fail("http://rebound.example/", resolver=ScriptedResolver({"rebound.example": ["10.0.0.7"]})))
    assert words.startswith("address 10.0.0.7 is not public (private)")


def test_of_a_name_with_mixed_addresses_only_the_allowed_ones_are_tried() -> None:
    async def attempt() -> str:
        async with WebhookReceiver() as server:
            names = ScriptedResolver({"mixed.example": ["10.0.0.7", "64:ff9b::1", "127.0.0.1"]})
            return await _fail(f"http://mixed.example:{server.port}/", LOOPBACK, names)

    assert asyncio.run(attempt()) == "answered 200"


def test_a_name_without_addresses_is_a_plain_failure() -> None:
    words = asyncio.run(_fail("http://empty.example/", resolver=ScriptedResolver({"empty.example": []})))
    assert words == "the host name is not known (DNS)"


def test_cookies_are_not_kept_and_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def attempt() -> list[Mapping[str, str]]:
        async with WebhookReceiver() as server, open_session(LOOPBACK, user_agent="media-monitor/1") as session:
            server.answer_next(Answer(headers={"Set-Cookie": "a=b"}))
            for _ in range(2):
                async with session.get(f"{server.url}/") as response:
                    assert response.status == 200
            return [request.headers for request in server.requests]

    headers = asyncio.run(attempt())
    assert [each["user-agent"] for each in headers] == ["media-monitor/1"] * 2
    assert not any("cookie" in each or "referer" in each for each in headers)


def test_a_refused_connection_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert asyncio.run(_fail(f"http://127.0.0.1:{port}/", LOOPBACK)) == "the connection was refused"


def test_every_request_error_has_words() -> None:
    errors = [
        AddressRefusedError("address 10.0.0.1 is not public"),
        TimeoutError(),
        ConnectionResetError(),
        aiohttp.ServerTimeoutError(),
        aiohttp.ClientPayloadError("secret"),
        aiohttp.ClientError("secret"),
        OSError("secret"),
        ValueError("secret"),
    ]
    words = [explain_failure(error) for error in errors]
    assert all(words)
    assert not any("secret" in each for each in words)


def test_a_status_is_told_in_our_own_words() -> None:
    assert explain_status(503) == "answered 503 Service Unavailable"
    assert explain_status(799) == "answered 799"
