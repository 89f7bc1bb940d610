"""No address of the larger set of vectors is ever connected to: every connection that the process opens is recorded."""

import asyncio
import json
import socket
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.errors import FetchError
from monitor.model import PollState, Source, SourceId
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.sources.fetch import HttpFetcher
from tests.builders import NOON
from tests.sources.raw_server import RawServer

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "ssrf-vectors.json"
NEW = PollState(source=SourceId("source"), next_poll_at=NOON)

_connected: list[str] = []


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _connected.append(str(arguments[1][0]))


class NamesLeadTo(AbstractResolver):
    """A DNS that answers every name with one address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        return [ResolveResult(hostname=host, host=self._address, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


async def fetch(url: str, resolved: str, guard: AddressGuard) -> None:
    async with open_session(guard, user_agent="test", resolver=NamesLeadTo(resolved)) as session:
        source = Source(id=NEW.source, kind="feed", address=url)
        await HttpFetcher(session, clock=lambda: NOON).fetch_feed(source, NEW)


@pytest.mark.skipif(not VECTORS.is_file(), reason="the larger set of vectors is not part of the project")
def test_no_vector_is_connected_to_as_written_or_as_dns_answers_it() -> None:
    blocked = [vector for vector in json.loads(VECTORS.read_text()) if vector["block"]]

    async def attempt() -> None:
        for vector in blocked:
            value, is_ip = vector["value"], vector["kind"] == "ip"
            literal = f"http://[{value}]/" if ":" in value else f"http://{value}/"
            for url in (literal, "http://names.example.org/") if is_ip else (value,):
                with pytest.raises(FetchError):
                    await fetch(url, value if is_ip else "127.0.0.1", AddressGuard())

    async def allowed() -> None:
        async with RawServer(b"") as server:
            with pytest.raises(FetchError):
                await fetch(server.url, "127.0.0.1", AddressGuard((ip_network("127.0.0.0/8"),)))

    sys.addaudithook(_record)
    _connected.clear()
    asyncio.run(attempt())
    assert _connected == []
    asyncio.run(allowed())
    assert set(_connected) == {"127.0.0.1"}
