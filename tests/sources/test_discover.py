"""Looking for the feeds of a site whose server says where they are."""

import asyncio

from monitor.demo.servers import Answer
from monitor.model import Source, SourceId
from monitor.parse.entries import parse_feed
from monitor.sources.discover import Discovery, discover_feeds
from monitor.sources.fetch import HttpFetcher
from tests.sources.sites import Web, open_web

FEED = b"<rss version='2.0'><channel><title>News</title><item><title>A</title><guid>1</guid></item></channel></rss>"


def look_around(answers: dict[str, Answer]) -> tuple[Discovery, Web]:
    async def attempt() -> tuple[Discovery, Web]:
        async with open_web() as (web, session):
            web.answers |= answers
            source = Source(id=SourceId("discover"), kind="feed", address=web.url("example.org/news"))
            fetcher = HttpFetcher(session, clock=web.clock)
            return await discover_feeds(fetcher, source, parse_feed, web.now, rest=lambda: web.sleep(1)), web

    return asyncio.run(attempt())


def test_a_feed_in_the_link_header_is_found_and_nothing_else_is_asked() -> None:
    header = '<//feeds.example.org/style.css>; rel=preload, </deep/feed>; rel="alternate"; type="application/rss+xml"'
    found, web = look_around(
        {
            "example.org/news": Answer(200, b"<html><title>News</title></html>", {"Link": header}),
            "example.org/deep/feed": Answer(200, FEED),
        }
    )
    [candidate] = found.candidates
    assert (candidate.url, candidate.how) == (web.url("example.org/deep/feed"), "declared by the page")
    assert web.addresses() == ["example.org/news", "example.org/deep/feed"]


def test_what_header_and_page_both_declare_is_asked_once() -> None:
    page = b"<html><link rel=alternate type='application/atom+xml' href='/deep/feed'></html>"
    header = '</deep/feed>; rel="alternate"; type="application/rss+xml"'
    found, web = look_around(
        {
            "example.org/news": Answer(200, page, {"Link": header}),
            "example.org/deep/feed": Answer(200, FEED),
        }
    )
    assert len(found.candidates) == 1
    assert web.addresses() == ["example.org/news", "example.org/deep/feed"]


def test_a_domain_is_left_alone_for_a_moment_between_two_requests() -> None:
    _, web = look_around({"example.org/news": Answer(200, b"<html><title>News</title></html>")})
    assert len(web.addresses()) > 5
    assert {gap.total_seconds() for gap in web.gaps()} == {1.0}
