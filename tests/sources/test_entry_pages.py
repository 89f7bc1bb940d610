"""Pages of entries and the robots.txt in front of them, from real servers; time passes only where something waits."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.servers import Answer
from monitor.errors import FetchError
from monitor.model import Page, Source, SourceId
from monitor.sources.entry_pages import HttpPageFetcher
from monitor.sources.robots import LONGEST_KEPT
from tests.builders import NOON
from tests.sources.sites import GAP, Web, open_web

HTML = Answer(200, b"<html><p>News</p></html>", {"Content-Type": "text/html"})
ROBOTS = "example.org/robots.txt"
HOUR = timedelta(hours=1)


def play(scenario: Callable[[Web, Callable[[str], Awaitable[Page]]], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_web() as (web, session):
            fetcher = HttpPageFetcher(session, clock=web.clock, turns=web.turns)
            source = Source(id=SourceId("gazette"), kind="feed", address=web.url("example.org/feed"))

            async def fetch(address: str) -> Page:
                return await fetcher.fetch_page(source, web.url(address))

            web.answers |= {"example.org/a": HTML, "example.org/b": HTML, "example.net/a": HTML}
            await scenario(web, fetch)

    asyncio.run(run())


async def fails(attempt: Awaitable[Page]) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await attempt
    return caught.value


# ------------------------------------------------------------------------------------------- robots.txt


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a$", True),
        ("User-agent: otherbot\nDisallow: /", True),
        ("User-agent: Media-Monitor\nAllow: /a\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: media-monitor\nDisallow: /a\n\nUser-agent: *\nAllow: /", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a", False),
        ("User-agent: *\nDisallow: /*/x\nDisallow: /*a", False),
        ("<html><body>Not found</body></html>", True),
        ("", True),
    ],
)
def test_the_rules_of_a_site_are_obeyed(rules: str, allowed: bool) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(200, rules.encode())
        if allowed:
            assert (await fetch("example.org/a")).data == HTML.body
        else:
            error = await fails(fetch("example.org/a"))
            assert "robots.txt does not allow" in str(error)
            assert not error.transient
            assert web.addresses() == [ROBOTS]

    play(scenario)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_site_without_rules_forbids_nothing(status: int) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(status, b"User-agent: *\nDisallow: /")
        await fetch("example.org/a")

    play(scenario)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_while_a_site_cannot_tell_its_rules_it_is_left_alone_for_an_hour(status: int) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(status)
        for address in ("example.org/a", "example.org/b"):
            error = await fails(fetch(address))
            assert error.transient
            assert error.retry_after == NOON + HOUR
        assert web.addresses() == [ROBOTS]
        web.now += HOUR
        web.answers[ROBOTS] = Answer(404)
        await fetch("example.org/a")

    play(scenario)


def test_a_site_that_asks_to_come_back_later_is_asked_for_its_rules_then() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(429, headers={"Retry-After": "7200"})
        error = await fails(fetch("example.org/a"))
        assert (error.status, error.retry_after) == (429, NOON + 2 * HOUR)

    play(scenario)


def test_a_site_that_cannot_be_reached_is_left_alone() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.port, port = 9, web.port
        error = await fails(fetch("example.org/a"))
        assert "the connection was refused, and without its rules no page is fetched" in str(error)
        web.port = port

    play(scenario)


def test_rules_are_kept_for_a_day_at_most_and_those_known_hold_while_new_ones_cannot_be_had() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(200, b"User-agent: *\nDisallow: /b", {"Cache-Control": "max-age=31536000"})
        await fetch("example.org/a")
        web.now += LONGEST_KEPT - HOUR
        await fetch("example.org/a")
        assert len(web.times(ROBOTS)) == 1
        web.now += HOUR
        web.answers[ROBOTS] = Answer(500)
        await fetch("example.org/a")
        await fails(fetch("example.org/b"))
        assert len(web.times(ROBOTS)) == 2
        web.now += HOUR
        web.answers[ROBOTS] = Answer(200, b"")
        await fetch("example.org/b")
        assert len(web.times(ROBOTS)) == 3

    play(scenario)


@pytest.mark.parametrize(
    ("control", "kept"), [("max-age=7200", 2 * HOUR), ("max-age=5", HOUR), ("no-store", 24 * HOUR)]
)
def test_rules_are_kept_as_long_as_their_server_calls_them_fresh_within_bounds(control: str, kept: timedelta) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(200, b"", {"Cache-Control": control})
        await fetch("example.org/a")
        read_at = web.times(ROBOTS)[0]
        web.now = read_at + kept - timedelta(seconds=30)
        await fetch("example.org/a")
        assert len(web.times(ROBOTS)) == 1
        web.now = read_at + kept
        await fetch("example.org/a")
        assert len(web.times(ROBOTS)) == 2

    play(scenario)


def test_of_a_huge_file_the_first_500_kilobytes_count() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        padding = b"# nothing\n" * 60_000
        rules = gzip.compress(b"User-agent: *\nDisallow: /a\n" + padding + b"Disallow: /b\n")
        web.answers[ROBOTS] = Answer(200, rules, {"Content-Encoding": "gzip"})
        await fails(fetch("example.org/a"))
        await fetch("example.org/b")

    play(scenario)


def test_rules_behind_a_redirect_count_for_the_site_that_was_asked() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.redirect(ROBOTS, "example.net/rules")
        web.answers["example.net/rules"] = Answer(200, b"User-agent: *\nDisallow: /a")
        await fails(fetch("example.org/a"))
        await fetch("example.net/a")

    play(scenario)


def test_each_site_of_a_redirect_is_asked_for_its_own_rules() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.redirect("example.org/short", "example.net/a")
        web.answers["example.net/robots.txt"] = Answer(200, b"User-agent: *\nDisallow: /")
        await fails(fetch("example.org/short"))
        assert web.addresses() == [ROBOTS, "example.org/short", "example.net/robots.txt"]

    play(scenario)


@pytest.mark.parametrize(("delay", "gap"), [("20", 20), ("2.5", 5), ("nan", 5), ("-3", 5), ("many", 5)])
def test_a_crawl_delay_widens_the_gap_and_never_narrows_it(delay: str, gap: int) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(200, f"User-agent: *\nCrawl-delay: {delay}\n".encode())
        await fetch("example.org/a")
        assert web.gaps() == [timedelta(seconds=gap)]

    play(scenario)


@given(st.binary(max_size=2000))
def test_whatever_a_robots_txt_holds_is_read_without_an_error(data: bytes) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers[ROBOTS] = Answer(200, data)
        await fetch("example.org/a")

    play(scenario)


# ------------------------------------------------------------------------------------------- pages


def test_a_page_comes_with_its_type_and_the_address_that_it_was_found_at() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.redirect("example.org/old", "www.example.org/new", 301)
        body = "<html><p>Å</p></html>".encode("latin-1")
        web.answers["www.example.org/new"] = Answer(200, body, {"Content-Type": "text/html; charset=latin-1"})
        page = await fetch("example.org/old")
        assert page == Page(url=web.url("www.example.org/new"), content_type="text/html; charset=latin-1", data=body)
        assert min(web.gaps()) >= GAP

    play(scenario)


@pytest.mark.parametrize("kind", ["text/html", "TEXT/HTML ; charset=utf-8", "application/xhtml+xml"])
def test_pages_of_html_are_taken(kind: str) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers["example.org/a"] = Answer(200, b"<p>x", {"Content-Type": kind})
        await fetch("example.org/a")

    play(scenario)


@pytest.mark.parametrize("kind", ["application/pdf", "text/plain", "image/jpeg", "application/json", "video/mp4"])
def test_anything_else_is_refused_for_good_and_named(kind: str) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers["example.org/a"] = Answer(200, b"x", {"Content-Type": kind})
        error = await fails(fetch("example.org/a"))
        assert f'the page is "{kind}", expected HTML' in str(error)
        assert not error.transient

    play(scenario)


@pytest.mark.parametrize(
    ("status", "transient"),
    [
        (401, False),
        (402, False),
        (403, False),
        (404, False),
        (410, False),
        (451, False),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_an_error_says_whether_asking_again_is_of_use(status: int, transient: bool) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers["example.org/a"] = Answer(status, headers={"Retry-After": "90"})
        error = await fails(fetch("example.org/a"))
        assert (error.status, error.transient) == (status, transient)
        assert error.retry_after == (web.now + timedelta(seconds=90) if status in (429, 503) else None)

    play(scenario)


@pytest.mark.parametrize("loop", ["example.org/a", "example.net/a"])
def test_a_loop_of_redirects_ends(loop: str) -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.redirect("example.org/a", loop)
        web.redirect("example.net/a", "example.org/a")
        assert "redirected more than 5 times" in str(await fails(fetch("example.org/a")))

    play(scenario)


def test_a_bomb_is_no_page() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        bomb = gzip.compress(bytes(30_000_000))
        web.answers["example.org/a"] = Answer(200, bomb, {"Content-Type": "text/html", "Content-Encoding": "gzip"})
        error = await fails(fetch("example.org/a"))
        assert "larger than 5 MB" in str(error) or "unfolds" in str(error)

    play(scenario)


def test_a_page_that_is_too_large_is_not_asked_for_again() -> None:
    async def scenario(web: Web, fetch: Callable[[str], Awaitable[Page]]) -> None:
        web.answers["example.org/a"] = Answer(200, b"<p>word " * 700_000, {"Content-Type": "text/html"})
        error = await fails(fetch("example.org/a"))
        assert ("larger than 5 MB" in str(error), error.transient) == (True, False)

    play(scenario)
