"""Several requests of one poll: each keeps the gap of the domain that it goes to. Time passes only in waiting."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import pairwise

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.demo.servers import Answer, LoopbackServer, Received
from monitor.errors import FetchError
from monitor.model import PollState, Source, SourceId, SourceKind
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.pipeline.pace import Pace
from monitor.sources.fetch import HttpFetcher
from monitor.sources.sitemaps import SitemapFetcher
from monitor.sources.turns import Turns
from tests.builders import NOON

GAP = timedelta(seconds=5)
NEW = PollState(source=SourceId("source"), next_poll_at=NOON)
FEED = b"<rss version='2.0'><channel/></rss>"


class EveryNameIsHere(AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@dataclass
class Site:
    """One server under every name, which remembers when it was asked for what."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[datetime, str]] = field(default_factory=list)
    now: datetime = NOON
    port: int = 0
    pace: Pace = field(default_factory=lambda: Pace(at_once=1, gap=GAP))
    on_wait: Callable[[], None] = lambda: None

    def answer(self, request: Received) -> Answer:
        address = request.headers["host"].split(":")[0] + request.path
        self.asked.append((self.now, address))
        return self.pages.get(address, Answer(404))

    def redirect(self, address: str, to: str) -> None:
        self.pages[address] = Answer(302, headers={"Location": self.url(to)})

    def url(self, address: str) -> str:
        host, _, path = address.partition("/")
        return f"http://{host}:{self.port}/{path}"

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.on_wait()

    def gaps(self) -> list[timedelta]:
        return [later - earlier for (earlier, _), (later, _) in pairwise(self.asked)]


@asynccontextmanager
async def open_site() -> AsyncIterator[tuple[Site, SitemapFetcher]]:
    site = Site()
    guard = AddressGuard((ip_network("127.0.0.0/8"),))
    async with (
        LoopbackServer(site.answer) as server,
        open_session(guard, user_agent="test", resolver=EveryNameIsHere()) as session,
    ):
        site.port = server.port
        turns = Turns(site.pace, lambda: site.now, sleep=site.sleep)
        fetcher = HttpFetcher(session, clock=lambda: site.now, turns=turns)
        yield site, SitemapFetcher(fetcher, clock=lambda: site.now, turns=turns)


def play(scenario: Callable[[Site, SitemapFetcher], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_site() as (site, fetcher):
            await scenario(site, fetcher)

    asyncio.run(run())


def source_at(site: Site, address: str, kind: SourceKind = "feed") -> Source:
    return Source(id=NEW.source, kind=kind, address=site.url(address))


def test_redirects_within_a_domain_keep_its_gap() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.redirect("www.example.org/old", "feeds.example.org/older")
        site.redirect("feeds.example.org/older", "www.example.org/feed")
        site.pages["www.example.org/feed"] = Answer(200, FEED)
        await fetcher.fetch_feed(source_at(site, "www.example.org/old"), NEW)
        assert len(site.asked) == 3
        assert site.gaps() == [GAP, GAP]

    play(scenario)


def test_a_redirect_into_a_domain_that_was_just_asked_waits_and_counts_there() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.redirect("short.example.net/x", "example.org/feed")
        site.pages["example.org/feed"] = Answer(200, FEED)
        site.pace.begin("example.org")
        site.pace.end("example.org", site.now)
        await fetcher.fetch_feed(source_at(site, "short.example.net/x"), NEW)
        assert site.gaps() == [GAP]
        assert site.pace.room("example.org", site.now) == 0
        assert site.pace.room("example.org", site.now + GAP) == 1

    play(scenario)


def test_a_redirect_into_a_busy_domain_waits_until_the_other_request_has_ended() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.redirect("short.example.net/x", "example.org/feed")
        site.pages["example.org/feed"] = Answer(200, FEED)
        site.pace.begin("example.org")

        def end_after_a_while() -> None:
            if site.now == NOON + timedelta(seconds=20):
                site.pace.end("example.org", site.now)

        site.on_wait = end_after_a_while
        await fetcher.fetch_feed(source_at(site, "short.example.net/x"), NEW)
        assert site.gaps() == [timedelta(seconds=20) + GAP]

    play(scenario)


def test_two_that_wait_for_each_other_give_up() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.redirect("example.net/x", "example.org/feed")
        site.pace.begin("example.org")
        with pytest.raises(FetchError, match=r"example\.org: many requests") as caught:
            await fetcher.fetch_feed(source_at(site, "example.net/x"), NEW)
        assert caught.value.transient
        assert site.now - NOON <= timedelta(seconds=60)
        assert len(site.asked) == 1

    play(scenario)


def test_a_feed_that_has_moved_for_good_takes_the_turn_of_its_new_domain() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.pages["example.org/feed"] = Answer(200, FEED)
        moved = PollState(source=NEW.source, next_poll_at=NOON, moved_to=site.url("example.org/feed"), moves=3)
        site.pace.begin("example.org")
        site.pace.end("example.org", site.now)
        await fetcher.fetch_feed(source_at(site, "example.net/x"), moved)
        assert site.asked == [(NOON + GAP, "example.org/feed")]

    play(scenario)


def test_a_site_that_asks_for_longer_pauses_gets_them() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.redirect("example.org/old", "example.org/feed")
        site.pages["example.org/feed"] = Answer(200, FEED)
        site.pace.slow_down("example.org", timedelta(seconds=30))
        await fetcher.fetch_feed(source_at(site, "example.org/old"), NEW)
        assert site.gaps() == [timedelta(seconds=30)]
        site.pace.slow_down("example.org", timedelta(minutes=5))
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch_feed(source_at(site, "example.org/old"), NEW)
        assert caught.value.retry_after == site.now + timedelta(minutes=5)

    play(scenario)


def test_the_sitemaps_of_an_index_keep_the_gap_one_after_the_other() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        names = [f"example.org/{number}.xml" for number in range(3)]
        children = "".join(f"<sitemap><loc>{site.url(name)}</loc></sitemap>" for name in names)
        site.pages["example.org/index.xml"] = Answer(200, f"<sitemapindex>{children}</sitemapindex>".encode())
        site.pages |= dict.fromkeys(names, Answer(200, b"<urlset/>"))
        await fetcher.fetch_feed(source_at(site, "example.org/index.xml", "sitemap"), NEW)
        assert {address for _, address in site.asked} == {"example.org/index.xml", *names}
        assert site.gaps() == [GAP] * 3

    play(scenario)


def test_an_index_whose_sitemaps_take_too_long_is_read_on_in_the_next_poll() -> None:
    async def scenario(site: Site, fetcher: SitemapFetcher) -> None:
        site.pace.slow_down("example.org", timedelta(seconds=50))
        names = [f"example.org/{number}.xml" for number in range(6)]
        children = "".join(
            f"<sitemap><loc>{site.url(name)}</loc><lastmod>2026-03-02</lastmod></sitemap>" for name in names
        )
        site.pages["example.org/index.xml"] = Answer(200, f"<sitemapindex>{children}</sitemapindex>".encode())
        site.pages |= dict.fromkeys(names, Answer(200, b"<urlset/>"))
        source = source_at(site, "example.org/index.xml", "sitemap")
        await fetcher.fetch_feed(source, NEW)
        first = {address for _, address in site.asked}
        assert len(first) == 4
        site.asked.clear()
        await fetcher.fetch_feed(source, PollState(source=NEW.source, next_poll_at=NOON, last_success_at=site.now))
        assert {address for _, address in site.asked} - first == set(names) - first
        assert len(site.asked) == 4

    play(scenario)
