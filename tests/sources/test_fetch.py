"""Fetching feeds from real servers on loopback, polite and hostile ones."""

import asyncio
import gzip
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

import brotli
import pytest

from monitor.demo.servers import Answer, SampleSite, WebhookReceiver
from monitor.errors import FetchError
from monitor.model import Fetched, PollState, Source, SourceId
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.sources.fetch import HttpFetcher
from monitor.sources.visits import DEFAULT_LIMITS, FetchLimits
from tests.builders import NOON
from tests.sources.raw_server import Ending, RawServer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FEED = b"<rss version='2.0'><channel><title>World</title></channel></rss>" + b"<!-- padding -->" * 40
LOOPBACK = AddressGuard((ip_network("127.0.0.0/8"),))
BRIEF = FetchLimits(longest=timedelta(milliseconds=200))


def make_source(address: str, **headers: str) -> Source:
    return Source(id=SourceId("world"), kind="feed", address=address, headers=headers)


def make_state(**fields: str | None) -> PollState:
    state = PollState(source=SourceId("world"), next_poll_at=NOON)
    return replace(state, **fields)  # type: ignore[arg-type]  # the fields tests set are all texts


def state_after(fetched: Fetched) -> PollState:
    return make_state(etag=fetched.etag, last_modified=fetched.last_modified, body_hash=fetched.body_hash)


@asynccontextmanager
async def make_fetcher(
    limits: FetchLimits = DEFAULT_LIMITS, guard: AddressGuard = LOOPBACK
) -> AsyncIterator[HttpFetcher]:
    async with open_session(guard, user_agent="media-monitor/0 (+https://example.org)") as session:
        yield HttpFetcher(session, clock=lambda: NOON, limits=limits)


async def fetch(source: Source, state: PollState | None = None, limits: FetchLimits = DEFAULT_LIMITS) -> Fetched:
    async with make_fetcher(limits) as fetcher:
        return await fetcher.fetch_feed(source, state or make_state())


def fetch_raw(reply: bytes, *, then: Ending = "close", limits: FetchLimits = DEFAULT_LIMITS) -> Fetched:
    """What comes of a server that sends these very bytes."""

    async def attempt() -> Fetched:
        async with RawServer(reply, then=then) as server:
            return await fetch(make_source(f"{server.url}/feed"), limits=limits)

    return asyncio.run(attempt())


def fetch_answer(answer: Answer, state: PollState | None = None) -> Fetched:
    async def attempt() -> Fetched:
        async with WebhookReceiver() as server:
            server.answer_next(answer)
            return await fetch(make_source(f"{server.url}/feed"), state)

    return asyncio.run(attempt())


# ------------------------------------------------------------------------------------------- conditional requests


def test_the_second_poll_sends_both_validators_back_and_costs_a_304() -> None:
    async def poll_twice() -> tuple[Fetched, Fetched, SampleSite]:
        async with SampleSite({"/world.xml": FEED}) as site, make_fetcher() as fetcher:
            source = make_source(f"{site.url}/world.xml")
            first = await fetcher.fetch_feed(source, make_state())
            return first, await fetcher.fetch_feed(source, state_after(first)), site

    first, second, site = asyncio.run(poll_twice())
    assert first.body == FEED
    assert first.content_type == "application/rss+xml; charset=utf-8"
    assert second == replace(first, body=None, content_type=None, conditional=True, hints=None)
    opening, conditional = (request.headers for request in site.requests)
    assert "if-none-match" not in opening
    assert "if-modified-since" not in opening
    assert conditional["if-none-match"] == first.etag
    assert conditional["if-modified-since"] == first.last_modified
    assert opening["user-agent"] == "media-monitor/0 (+https://example.org)"
    assert "gzip" in opening["accept-encoding"]


def test_a_304_refreshes_the_validators_it_names_and_keeps_the_others() -> None:
    state = make_state(etag='"old"', last_modified="Mon, 01 Jan 2041 00:00:00 GMT", body_hash="h")
    fetched = fetch_answer(Answer(304, headers={"ETag": 'W/"new"'}), state)
    assert (fetched.body, fetched.body_hash) == (None, "h")
    assert (fetched.etag, fetched.last_modified) == ('W/"new"', "Mon, 01 Jan 2041 00:00:00 GMT")


def test_a_200_without_validators_forgets_the_old_ones() -> None:
    fetched = fetch_answer(Answer(200, FEED), make_state(etag='"old"', last_modified="then"))
    assert (fetched.body, fetched.etag, fetched.last_modified) == (FEED, None, None)


def test_odd_validators_travel_byte_for_byte() -> None:
    etag, date = 'W/"a\'b ,c"--gzip', "yesterday, Tuesday"

    async def poll_twice() -> list[str]:
        async with WebhookReceiver() as server, make_fetcher() as fetcher:
            server.answer_next(Answer(200, FEED, {"ETag": etag, "Last-Modified": date}))
            source = make_source(f"{server.url}/feed")
            first = await fetcher.fetch_feed(source, make_state())
            await fetcher.fetch_feed(source, state_after(first))
            return [server.requests[1].headers[name] for name in ("if-none-match", "if-modified-since")]

    assert asyncio.run(poll_twice()) == [etag, date]


def test_the_same_bytes_again_are_no_body_but_bring_new_validators() -> None:
    first = fetch_answer(Answer(200, FEED, {"ETag": '"1"'}))
    second = fetch_answer(Answer(200, FEED, {"ETag": '"2"'}), state_after(first))
    assert (second.body, second.etag, second.body_hash) == (None, '"2"', first.body_hash)


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    with pytest.raises(FetchError, match="not conditional"):
        fetch_answer(Answer(304))


def test_a_validator_that_is_no_text_is_left_out() -> None:
    fetched = fetch_raw(b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Length: 2\r\n\r\nhi')
    assert (fetched.body, fetched.etag) == (b"hi", None)


def fetch_delta(status: int, headers: dict[str, str], etag: str | None = '"old"') -> Fetched:
    return fetch_answer(Answer(status, FEED, headers), make_state(etag=etag))


def test_a_delta_is_asked_for_with_an_etag_only_and_taken_with_its_new_validators() -> None:
    fetched = fetch_delta(226, {"IM": "feed", "ETag": '"new"'})
    assert (fetched.body, fetched.etag, fetched.conditional) == (FEED, '"new"', True)
    assert fetch_delta(226, {"IM": "feed, gzip", "ETag": '"new"'}).body == FEED

    async def ask(state: PollState) -> str | None:
        async with SampleSite({"/feed": FEED}) as site:
            await fetch(make_source(f"{site.url}/feed"), state)
            return site.requests[0].headers.get("a-im")

    assert asyncio.run(ask(make_state(etag='"e"'))) == "feed"
    assert asyncio.run(ask(make_state(last_modified="Mon, 02 Mar 2020 00:00:00 GMT"))) is None


@pytest.mark.parametrize(
    ("headers", "etag"),
    [({}, '"old"'), ({"IM": "diffe"}, '"old"'), ({"IM": "feed"}, None)],
    ids=["of nothing", "of another kind", "unasked"],
)
def test_a_delta_that_is_not_what_was_asked_for_is_an_error(headers: dict[str, str], etag: str | None) -> None:
    with pytest.raises(FetchError, match="answered 226"):
        fetch_delta(226, headers, etag)


def test_requests_carry_no_cookie_no_referer_and_no_query_of_ours() -> None:
    async def poll_twice() -> SampleSite:
        async with SampleSite({"/feed": FEED}) as site, make_fetcher() as fetcher:
            moved = Answer(302, headers={"Location": "/feed?a=1", "Set-Cookie": "seen=1; Path=/"})
            site.set_answer("/start", moved)
            for _ in range(2):
                await fetcher.fetch_feed(make_source(f"{site.url}/start"), make_state())
            return site

    requests = asyncio.run(poll_twice()).requests
    assert [request.path for request in requests] == ["/start", "/feed?a=1"] * 2
    for request in requests:
        assert not {"cookie", "referer"} & set(request.headers)


# ------------------------------------------------------------------------------------------- bodies


def test_an_html_page_and_an_empty_body_pass_as_bytes() -> None:
    assert fetch_answer(Answer(200, b"<html>log in</html>")).body == b"<html>log in</html>"
    assert fetch_answer(Answer(200, b"")).body == b""


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress)],
)
def test_a_compressed_body_arrives_unpacked(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert fetch_answer(Answer(200, pack(FEED), {"Content-Encoding": encoding})).body == FEED


def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    with pytest.raises(FetchError, match="larger than 10 MB"):
        fetch_answer(Answer(200, bomb, {"Content-Encoding": "gzip"}))


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_a_bomb_of_another_encoding_is_named(encoding: str) -> None:
    pack = partial(brotli.compress, quality=4) if encoding == "br" else zstd.compress
    with pytest.raises(FetchError, match="unfolds to more than 300 times its size"):
        fetch_answer(Answer(200, pack(bytes(20 * 1024 * 1024)), {"Content-Encoding": encoding}))


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    with pytest.raises(FetchError, match="larger than 10 MB"):
        fetch_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", then="hang")


def test_an_endless_body_is_cut_off_at_the_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(FetchError, match="larger than 1 MB"):
        fetch_raw(
            head + b"100000\r\n" + bytes(0x100000) + b"\r\n100000\r\n" + bytes(0x100000),
            then="hang",
            limits=FetchLimits(largest_body=1024 * 1024),
        )


def test_a_body_of_exactly_the_limit_passes() -> None:
    limits = FetchLimits(largest_body=1000)
    assert len(fetch_raw(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1000), limits=limits).body or b"") == 1000
    with pytest.raises(FetchError):
        fetch_raw(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1001), limits=limits)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n<rss>",
    ],
    ids=["short", "short chunk", "no chunk", "no gzip"],
)
def test_a_truncated_or_broken_body_is_a_transient_error(reply: bytes) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_raw(reply)
    assert caught.value.transient


def test_truncated_gzip_is_an_error_and_not_half_a_feed() -> None:
    half = gzip.compress(FEED)[:-20]
    with pytest.raises(FetchError):
        fetch_answer(Answer(200, half, {"Content-Encoding": "gzip"}))


# ------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("reply", "then"),
    [
        (b"", "close"),
        (b"", "reset"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<rss>", "reset"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "close"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", "close"),
        (b"HTTP/1.1 999999 ?\r\n\r\n", "close"),
        (b"\x16\x03\x01\x00\x02\x02\x46", "close"),
    ],
    ids=["nothing", "reset", "reset in the body", "not HTTP", "huge header", "bad status", "TLS"],
)
def test_a_broken_answer_is_a_transient_error_on_one_line(reply: bytes, then: Ending) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_raw(reply, then=then)
    assert caught.value.transient
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith("http://127.0.0.1:")


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\n\r\n<rss>"], ids=["silent", "slow body"])
def test_the_time_limit_covers_the_whole_transfer(reply: bytes) -> None:
    with pytest.raises(FetchError, match=r"no complete answer within 0\.2 s"):
        fetch_raw(reply, then="hang", limits=BRIEF)


@pytest.mark.parametrize("status", [204, 206, 300, 302, 400, 401, 403, 404, 429, 500, 503, 599, 799])
def test_any_other_status_is_a_transient_error_that_names_it(status: int) -> None:
    with pytest.raises(FetchError, match=f"answered {status}") as caught:
        fetch_answer(Answer(status))
    assert (caught.value.transient, caught.value.status, caught.value.retry_after) == (True, status, None)


def test_gone_is_for_good() -> None:
    with pytest.raises(FetchError, match="answered 410 Gone") as caught:
        fetch_answer(Answer(410))
    assert not caught.value.transient


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "90"},
        {"Retry-After": "Mon, 02 Mar 2020 00:01:30 GMT", "Date": "Mon, 02 Mar 2020 00:00:00 GMT"},
    ],
    ids=["seconds", "date by a wrong clock"],
)
def test_a_throttled_poll_says_when_to_come_back(status: int, headers: dict[str, str]) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_answer(Answer(status, headers=headers))
    assert caught.value.retry_after == NOON + timedelta(seconds=90)


@pytest.mark.parametrize("address", ["", "feeds.example.org", "ftp://127.0.0.1/x", "http://[::1", "http://", "///"])
def test_an_address_that_is_none_is_a_fetch_error(address: str) -> None:
    with pytest.raises(FetchError):
        asyncio.run(fetch(make_source(address)))


def test_a_server_without_tls_is_named_as_such() -> None:
    async def attempt() -> None:
        async with WebhookReceiver() as server:
            await fetch(make_source(f"https://127.0.0.1:{server.port}/feed"))

    with pytest.raises(FetchError, match="no TLS connection could be made"):
        asyncio.run(attempt())


def test_a_header_that_cannot_be_sent_is_a_fetch_error_without_its_value() -> None:
    async def attempt() -> None:
        async with WebhookReceiver() as server:
            await fetch(make_source(f"{server.url}/feed", Authorization="Bearer\r\nhunter2"))

    with pytest.raises(FetchError, match="cannot be sent") as caught:
        asyncio.run(attempt())
    assert "hunter2" not in str(caught.value)


def test_no_message_shows_a_password_or_a_token() -> None:
    address = "http://ana:hunter2@127.0.0.1:9/private/8f3a9c1d77aa0b2c?token=hunter2"
    with pytest.raises(FetchError) as caught:
        asyncio.run(fetch(make_source(address)))
    assert str(caught.value) == "http://127.0.0.1:9/private/…: the connection was refused"


def test_being_cancelled_is_not_an_error_of_the_feed() -> None:
    async def attempt() -> None:
        async with RawServer(b"", then="hang") as server, make_fetcher() as fetcher:
            task = asyncio.create_task(fetcher.fetch_feed(make_source(f"{server.url}/feed"), make_state()))
            while not server.connections:
                await asyncio.sleep(0)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(attempt())


# ------------------------------------------------------------------------------------------- redirects


def test_a_redirect_is_followed_and_the_final_address_told() -> None:
    async def attempt() -> tuple[Fetched, str]:
        async with SampleSite({"/new.xml": FEED}) as site:
            site.set_answer("/old.xml", Answer(301, headers={"Location": "new.xml"}))
            return await fetch(make_source(f"{site.url}/old.xml")), site.url

    fetched, url = asyncio.run(attempt())
    assert (fetched.body, fetched.url) == (FEED, f"{url}/new.xml")


def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    async def attempt(redirects: int) -> Fetched:
        async with WebhookReceiver() as server:
            server.answer_next(*[Answer(302, headers={"Location": "/next"})] * redirects)
            return await fetch(make_source(f"{server.url}/feed"))

    assert asyncio.run(attempt(5)).body == b"ok"
    with pytest.raises(FetchError, match="redirected more than 5 times"):
        asyncio.run(attempt(6))


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://10.0.0.1/a/8f3a9c1d77aa0b2c", "http://10.0.0.1/a/…: address 10.0.0.1 is not public (private)"),
        ("http://[::ffff:10.0.0.1]/", "address 10.0.0.1 is not public (private)"),
        ("file:///etc/passwd", "only http and https"),
        ("http://[broken", "redirects to what is no address"),
    ],
)
def test_a_redirect_to_where_nobody_should_go_is_refused(location: str, words: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch_answer(Answer(302, headers={"Location": location}))
    assert words in str(caught.value)
    assert caught.value.transient


def test_configured_headers_and_the_password_go_to_the_origin_alone() -> None:
    async def attempt() -> tuple[SampleSite, SampleSite]:
        async with SampleSite({}) as origin, SampleSite({"/feed": FEED}) as other:
            address = f"{origin.url}/start".replace("http://", "http://ana:geheim@")
            origin.set_answer("/start", Answer(302, headers={"Location": "/again"}))
            origin.set_answer("/again", Answer(302, headers={"Location": f"{other.url}/feed"}))
            fetched = await fetch(make_source(address, **{"X-Key": "k"}), make_state(etag='"e"'))
            assert fetched.url == f"{other.url}/feed"
            return origin, other

    origin, other = asyncio.run(attempt())
    assert [request.headers["x-key"] for request in origin.requests] == ["k", "k"]
    assert [request.headers["authorization"] for request in origin.requests] == ["Basic YW5hOmdlaGVpbQ=="] * 2
    assert "x-key" not in other.requests[0].headers
    assert "authorization" not in other.requests[0].headers
    assert other.requests[0].headers["if-none-match"] == '"e"'


def test_a_password_that_a_redirect_names_is_not_used() -> None:
    async def attempt() -> SampleSite:
        async with SampleSite({"/feed": FEED}) as site:
            there = f"{site.url}/feed".replace("http://", "http://eve:x@")
            site.set_answer("/start", Answer(302, headers={"Location": there}))
            await fetch(make_source(f"{site.url}/start"))
            return site

    assert "authorization" not in asyncio.run(attempt()).requests[1].headers


def test_without_permission_loopback_is_not_polled() -> None:
    async def attempt() -> None:
        async with SampleSite({"/feed": FEED}) as site, make_fetcher(guard=AddressGuard()) as fetcher:
            try:
                await fetcher.fetch_feed(make_source(f"http://localhost:{site.port}/feed"), make_state())
            finally:
                assert site.requests == []

    with pytest.raises(FetchError, match=r"\(loopback\); allow_private in monitor.yaml may name its network"):
        asyncio.run(attempt())
