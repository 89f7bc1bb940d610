"""Every site of a small web, on one real server: each name leads to it, and time passes only where something waits."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.demo.servers import Answer, LoopbackServer, Received
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.pipeline.pace import Pace
from monitor.sources.turns import Turns
from tests.builders import NOON

GAP = timedelta(seconds=5)


class EveryNameIsHere(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@dataclass
class Web:
    """What the sites answer by host and path (`example.org/feed`), and when they were asked for what."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)
    asked: list[tuple[datetime, str]] = field(default_factory=list)
    now: datetime = NOON
    port: int = 0
    pace: Pace = field(default_factory=lambda: Pace(at_once=1, gap=GAP))
    on_wait: Callable[[], None] = lambda: None

    def answer(self, request: Received) -> Answer:
        address = request.headers["host"].split(":")[0] + request.path
        self.asked.append((self.now, address))
        self.requests.append(request)
        return self.answers.get(address, Answer(404))

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.on_wait()

    @property
    def turns(self) -> Turns:
        return Turns(self.pace, self.clock, sleep=self.sleep)

    def url(self, address: str) -> str:
        host, _, path = address.partition("/")
        return f"http://{host}:{self.port}/{path}"

    def redirect(self, address: str, to: str, status: int = 302) -> None:
        self.answers[address] = Answer(status, headers={"Location": self.url(to)})

    def times(self, address: str) -> list[datetime]:
        return [at for at, asked in self.asked if asked == address]

    def addresses(self) -> list[str]:
        return [address for _, address in self.asked]

    def gaps(self) -> list[timedelta]:
        return [later - earlier for (earlier, _), (later, _) in pairwise(self.asked)]


@asynccontextmanager
async def open_web() -> AsyncIterator[tuple[Web, aiohttp.ClientSession]]:
    """The running server, and a session that finds it under every name."""
    web = Web()
    guard = AddressGuard((ip_network("127.0.0.0/8"),))
    async with (
        LoopbackServer(web.answer) as server,
        open_session(guard, user_agent="media-monitor/0 (+https://example.org)", resolver=EveryNameIsHere()) as session,
    ):
        web.port = server.port
        yield web, session
