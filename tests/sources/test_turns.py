"""Several requests of one poll: each keeps the gap of the domain that it goes to. Time passes only in waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from monitor.demo.servers import Answer
from monitor.errors import FetchError
from monitor.model import PollState, Source, SourceId, SourceKind
from monitor.sources.fetch import HttpFetcher
from monitor.sources.sitemaps import SitemapFetcher
from tests.builders import NOON
from tests.sources.sites import GAP, Web, open_web

NEW = PollState(source=SourceId("source"), next_poll_at=NOON)
FEED = b"<rss version='2.0'><channel/></rss>"


def play(scenario: Callable[[Web, SitemapFetcher], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_web() as (site, session):
            fetcher = HttpFetcher(session, clock=site.clock, turns=site.turns)
            await scenario(site, SitemapFetcher(fetcher, clock=site.clock, turns=site.turns))

    asyncio.run(run())


def source_at(site: Web, address: str, kind: SourceKind = "feed") -> Source:
    return Source(id=NEW.source, kind=kind, address=site.url(address))


def test_redirects_within_a_domain_keep_its_gap() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.redirect("www.example.org/old", "feeds.example.org/older")
        site.redirect("feeds.example.org/older", "www.example.org/feed")
        site.answers["www.example.org/feed"] = Answer(200, FEED)
        await fetcher.fetch_feed(source_at(site, "www.example.org/old"), NEW)
        assert len(site.asked) == 3
        assert site.gaps() == [GAP, GAP]

    play(scenario)


def test_a_redirect_into_a_domain_that_was_just_asked_waits_and_counts_there() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.redirect("short.example.net/x", "example.org/feed")
        site.answers["example.org/feed"] = Answer(200, FEED)
        site.pace.begin("example.org")
        site.pace.end("example.org", site.now)
        await fetcher.fetch_feed(source_at(site, "short.example.net/x"), NEW)
        assert site.gaps() == [GAP]
        assert site.pace.room("example.org", site.now) == 0
        assert site.pace.room("example.org", site.now + GAP) == 1

    play(scenario)


def test_a_redirect_into_a_busy_domain_waits_until_the_other_request_has_ended() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.redirect("short.example.net/x", "example.org/feed")
        site.answers["example.org/feed"] = Answer(200, FEED)
        site.pace.begin("example.org")

        def end_after_a_while() -> None:
            if site.now == NOON + timedelta(seconds=20):
                site.pace.end("example.org", site.now)

        site.on_wait = end_after_a_while
        await fetcher.fetch_feed(source_at(site, "short.example.net/x"), NEW)
        assert site.gaps() == [timedelta(seconds=20) + GAP]

    play(scenario)


def test_two_that_wait_for_each_other_give_up() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.redirect("example.net/x", "example.org/feed")
        site.pace.begin("example.org")
        with pytest.raises(FetchError, match=r"example\.org: many requests") as caught:
            await fetcher.fetch_feed(source_at(site, "example.net/x"), NEW)
        assert caught.value.transient
        assert site.now - NOON <= timedelta(seconds=60)
        assert len(site.asked) == 1

    play(scenario)


def test_a_feed_that_has_moved_for_good_takes_the_turn_of_its_new_domain() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.answers["example.org/feed"] = Answer(200, FEED)
        moved = PollState(source=NEW.source, next_poll_at=NOON, moved_to=site.url("example.org/feed"), moves=3)
        site.pace.begin("example.org")
        site.pace.end("example.org", site.now)
        await fetcher.fetch_feed(source_at(site, "example.net/x"), moved)
        assert site.asked == [(NOON + GAP, "example.org/feed")]

    play(scenario)


def test_a_site_that_asks_for_longer_pauses_gets_them() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.redirect("example.org/old", "example.org/feed")
        site.answers["example.org/feed"] = Answer(200, FEED)
        site.pace.slow_down("example.org", timedelta(seconds=30))
        await fetcher.fetch_feed(source_at(site, "example.org/old"), NEW)
        assert site.gaps() == [timedelta(seconds=30)]
        site.pace.slow_down("example.org", timedelta(minutes=5))
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch_feed(source_at(site, "example.org/old"), NEW)
        assert caught.value.retry_after == site.now + timedelta(minutes=5)

    play(scenario)


def test_the_sitemaps_of_an_index_keep_the_gap_one_after_the_other() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        names = [f"example.org/{number}.xml" for number in range(3)]
        children = "".join(f"<sitemap><loc>{site.url(name)}</loc></sitemap>" for name in names)
        site.answers["example.org/index.xml"] = Answer(200, f"<sitemapindex>{children}</sitemapindex>".encode())
        site.answers |= dict.fromkeys(names, Answer(200, b"<urlset/>"))
        await fetcher.fetch_feed(source_at(site, "example.org/index.xml", "sitemap"), NEW)
        assert {address for _, address in site.asked} == {"example.org/index.xml", *names}
        assert site.gaps() == [GAP] * 3

    play(scenario)


def test_an_index_whose_sitemaps_take_too_long_is_read_on_in_the_next_poll() -> None:
    async def scenario(site: Web, fetcher: SitemapFetcher) -> None:
        site.pace.slow_down("example.org", timedelta(seconds=50))
        names = [f"example.org/{number}.xml" for number in range(6)]
        children = "".join(
            f"<sitemap><loc>{site.url(name)}</loc><lastmod>2026-03-02</lastmod></sitemap>" for name in names
        )
        site.answers["example.org/index.xml"] = Answer(200, f"<sitemapindex>{children}</sitemapindex>".encode())
        site.answers |= dict.fromkeys(names, Answer(200, b"<urlset/>"))
        source = source_at(site, "example.org/index.xml", "sitemap")
        await fetcher.fetch_feed(source, NEW)
        first = {address for _, address in site.asked}
        assert len(first) == 4
        site.asked.clear()
        await fetcher.fetch_feed(source, PollState(source=NEW.source, next_poll_at=NOON, last_success_at=site.now))
        assert {address for _, address in site.asked} - first == set(names) - first
        assert len(site.asked) == 4

    play(scenario)
