"""An index of sitemaps as one source: which of its sitemaps are asked for, and when."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from monitor.demo.servers import Answer, SampleSite
from monitor.errors import FetchError
from monitor.model import Fetched, PollState, Source, SourceId
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.parse.entries import parse_feed
from monitor.sources.fetch import HttpFetcher
from monitor.sources.sitemaps import SitemapFetcher
from tests.builders import NOON

NEW = PollState(source=SourceId("site"), next_poll_at=NOON)
STORED = replace(NEW, last_success_at=NOON)


def index(url: str, *children: tuple[str, str | None]) -> bytes:
    listed = (
        f"<sitemap><loc>{url}{path}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>" for path, at in children
    )
    return f"<sitemapindex>{''.join(listed)}</sitemapindex>".encode()


def urlset(*names: str) -> bytes:
    return (
        f"<urlset>{''.join(f'<url><loc>https://site.example/{name}</loc></url>' for name in names)}</urlset>".encode()
    )


@asynccontextmanager
async def open_site() -> AsyncIterator[tuple[SampleSite, SitemapFetcher, Source]]:
    async with (
        SampleSite({}) as site,
        open_session(AddressGuard((ip_network("127.0.0.0/8"),)), user_agent="test") as session,
    ):
        fetcher = SitemapFetcher(HttpFetcher(session, clock=lambda: NOON), clock=lambda: NOON)
        source = Source(
            id=SourceId("site"), kind="sitemap", address=f"{site.url}/index.xml", headers={"X-Key": "secret"}
        )
        yield site, fetcher, source


def asked(site: SampleSite) -> list[str]:
    """The paths asked for since the last time."""
    paths = [request.path for request in site.requests]
    site.requests.clear()
    return paths


def pages(source: Source, fetched: Fetched) -> Sequence[str | None]:
    return [entry.url for entry in parse_feed(source, fetched).entries]


def test_an_index_is_followed_to_what_changed_and_then_only_to_what_says_it_changed_again() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source):
            children = [("/new.xml", "2026-03-01"), ("/old.xml", "2025-01-01"), ("/silent.xml", None)]
            site.put("/index.xml", index(site.url, *children))
            site.put("/new.xml", urlset("a"))
            site.put("/silent.xml", urlset("b"))
            first = await fetcher.fetch_feed(source, NEW)
            assert pages(source, first) == ["https://site.example/a", "https://site.example/b"]
            assert (first.etag, first.last_modified, first.body_hash) == (None, None, None)
            assert asked(site) == ["/index.xml", "/new.xml", "/silent.xml"]

            second = await fetcher.fetch_feed(source, STORED)
            assert second.body is None
            assert asked(site) == ["/index.xml", "/silent.xml"]

            children[0] = ("/new.xml", "2026-03-02")
            site.put("/index.xml", index(site.url, *children))
            site.put("/new.xml", urlset("a", "c"))
            third = await fetcher.fetch_feed(source, STORED)
            assert pages(source, third) == ["https://site.example/a", "https://site.example/c"]
            assert asked(site) == ["/index.xml", "/new.xml", "/silent.xml"]

    asyncio.run(play())


def test_what_was_fetched_and_not_stored_is_fetched_again() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source):
            site.put("/index.xml", index(site.url, ("/new.xml", "2026-03-01")))
            site.put("/new.xml", urlset("a"))
            await fetcher.fetch_feed(source, NEW)
            again = await fetcher.fetch_feed(source, replace(NEW, last_success_at=NOON - timedelta(hours=1)))
            assert pages(source, again) == ["https://site.example/a"]

    asyncio.run(play())


def test_a_plain_sitemap_is_conditional_like_a_feed() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source):
            site.put("/index.xml", urlset("a"))
            first = await fetcher.fetch_feed(source, NEW)
            assert pages(source, first) == ["https://site.example/a"]
            second = await fetcher.fetch_feed(source, replace(STORED, etag=first.etag, body_hash=first.body_hash))
            assert second.body is None
            assert "if-none-match" in site.requests[-1].headers

    asyncio.run(play())


def test_an_index_in_an_index_is_followed_and_a_circle_ends() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source):
            site.put("/index.xml", index(site.url, ("/inner.xml", None)))
            site.put("/inner.xml", index(site.url, ("/index.xml", None), ("/inner.xml", None), ("/leaf.xml", None)))
            site.put("/leaf.xml", urlset("leaf"))
            fetched = await fetcher.fetch_feed(source, NEW)
            assert pages(source, fetched) == ["https://site.example/leaf"]
            assert len(asked(site)) <= 12

    asyncio.run(play())


def test_a_poll_makes_at_most_eleven_requests() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source):
            site.put("/index.xml", index(site.url, *((f"/{number}.xml", None) for number in range(500))))
            for number in range(500):
                site.put(f"/{number}.xml", urlset(str(number)))
            await fetcher.fetch_feed(source, NEW)
            assert len(asked(site)) == 11

    asyncio.run(play())


def test_one_sitemap_that_fails_does_not_hide_the_others_and_is_asked_for_again() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source):
            site.put("/index.xml", index(site.url, ("/bad.xml", "2026-03-02"), ("/good.xml", "2026-03-01")))
            site.set_answer("/bad.xml", Answer(500))
            site.put("/good.xml", urlset("good"))
            assert pages(source, await fetcher.fetch_feed(source, NEW)) == ["https://site.example/good"]
            site.set_answer("/bad.xml", None)
            site.put("/bad.xml", urlset("late"))
            assert pages(source, await fetcher.fetch_feed(source, STORED)) == ["https://site.example/late"]

            site.set_answer("/index.xml", Answer(503))
            with pytest.raises(FetchError, match="503"):
                await fetcher.fetch_feed(source, STORED)

    asyncio.run(play())


def test_headers_and_private_addresses_stay_with_the_configured_server() -> None:
    async def play() -> None:
        async with open_site() as (site, fetcher, source), SampleSite({"/x.xml": urlset("x")}) as other:
            listed = [(f"{other.url}/x.xml", None), ("http://10.0.0.1/y.xml", None), (f"{site.url}/z.xml", None)]
            site.put("/index.xml", index("", *listed))
            site.put("/z.xml", urlset("z"))
            fetched = await fetcher.fetch_feed(source, NEW)
            assert sorted(map(str, pages(source, fetched))) == ["https://site.example/x", "https://site.example/z"]
            assert "x-key" not in other.requests[0].headers
            assert all(request.headers["x-key"] == "secret" for request in site.requests)

    asyncio.run(play())
