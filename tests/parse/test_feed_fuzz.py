"""Whatever bytes a server sends: entries or a ParseError, in bounded time and memory, and all of it can be stored."""

import gzip
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model import Fetched, Source, SourceId
from monitor.parse.entries import MOST_ENTRIES, parse_feed
from monitor.ports import ParsedFeed
from tests.builders import NOON

_GOLDEN = sorted(
    path
    for path in (Path(__file__).parents[1] / "golden" / "parse" / "feeds").iterdir()
    if not path.name.endswith(".expected.json")
)
_SAMPLES = [path.read_bytes() for path in _GOLDEN]
_PIECES = [
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&#x110000;", b"&amp;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"\x00",
    b"\xff\xfe", b"\xed\xa0\x80", b"<item>", b"</item>", b"<entry>", b"<url><loc>", b"</urlset>", b"<title", b"'", b'"',
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b'"\\ud800"', b"null", b"[", b"{", b"xml:base='http://['", b"<guid>//[</guid>",
    b"https://[::1", b"1e999", b"-" * 300,
]  # fmt: skip


def read(data: bytes, kind: str = "feed") -> ParsedFeed | None:
    source = Source(
        id=SourceId("wire"), kind="sitemap" if kind == "sitemap" else "feed", address="https://example.org/feed.xml"
    )
    fetched = Fetched(body=data, url=source.address, content_type=None, etag=None, last_modified=None, at=NOON)
    try:
        return parse_feed(source, fetched)
    except ParseError:
        return None


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sample with pieces cut out, put in and exchanged."""
    data = draw(st.sampled_from(_SAMPLES))
    for _ in range(draw(st.integers(0, 5))):
        place = draw(st.integers(0, len(data)))
        gone = draw(st.integers(0, 40))
        data = data[:place] + draw(st.sampled_from(_PIECES) | st.binary(max_size=4)) + data[place + gone :]
    return data


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged() | st.binary(max_size=300), st.sampled_from(["feed", "sitemap"]))
def test_no_damage_raises_anything_but_a_parse_error_or_makes_what_cannot_be_stored(data: bytes, kind: str) -> None:
    feed = read(data, kind)

    if feed is not None:
        assert len({entry.key for entry in feed.entries}) == len(feed.entries)
        pickle.dumps(feed)
        repr([(entry.key, entry.url, entry.title, entry.summary, entry.content) for entry in feed.entries]).encode()
        for entry in feed.entries:
            "".join(filter(None, (entry.key, entry.url, entry.title, entry.summary, entry.content))).encode()


_OPEN = b"<rss version='2.0'><channel><item><title>T</title><guid>1</guid>"
_MANY = 200_000


# Each of these took minutes, or the whole memory, of some reader of feeds.
@pytest.mark.parametrize(
    "bomb",
    [
        b" " * 20_000_000,
        b" " * 51_000_000,
        _OPEN + b" " * 5_000_000 + b"</item></channel></rss>",
        _OPEN + b"<a>" * _MANY,
        _OPEN + b"<" * _MANY,
        _OPEN + b"&" * _MANY,
        _OPEN + b"<![CDATA[" * _MANY,
        _OPEN + b"<!--" * _MANY,
        _OPEN + b"<media:content url='x'>" * 20_000,
        _OPEN + b"<b c='" * 50_000,
        b"<rss version='2.0'><channel><item a='" + b"x" * 3_000_000 + b"'><title>T</title></item></channel></rss>",
        b"<rss><channel><item " + b" ".join(b"a%d='1'" % n for n in range(_MANY)) + b"></item></channel></rss>",
        b"<!DOCTYPE r [" + b"<!ENTITY " * _MANY + _OPEN,
        b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>"
        + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20))
        + b"]><rss version='2.0'><channel><item><title>&u;</title></item></channel></rss>",
        b'{"items": ' + b"[" * _MANY,
        b'{"items": [' + b'{"id": "a"},' * 50_000 + b"{}]}",
        b'{"items": [{"id": ' + b"9" * 100_000 + b"}]}",
        b"<urlset>" + b"<url>" * _MANY,
        b"<urlset>" + b"<url><loc>https://e.org/</loc></url>" * 60_000 + b"</urlset>",
        b"<urlset " + b" ".join(b"a%d='1'" % number for number in range(_MANY)) + b"/>",
        gzip.compress(b" " * 60_000_000),
    ],
    ids=lambda bomb: f"{bomb[:24]!r}-{len(bomb)}",
)  # fmt: skip
def test_bombs_end(bomb: bytes) -> None:
    feed = read(bomb, "sitemap")

    assert feed is None or len(feed.entries) <= MOST_ENTRIES


def test_the_newest_of_too_many_entries_are_read_whichever_end_they_stand_at() -> None:
    entries = [
        b"<item><guid>%dx</guid><title>%d</title><pubDate>2026-02-%02d</pubDate></item>" % (n, n, 1 + n * 20 // 2_100)
        for n in range(2_100)
    ]
    oldest_first = read(b"<rss version='2.0'><channel>" + b"".join(entries) + b"</channel></rss>")
    newest_first = read(b"<rss version='2.0'><channel>" + b"".join(reversed(entries)) + b"</channel></rss>")

    assert oldest_first is not None
    assert newest_first is not None
    assert [entry.key for entry in oldest_first.entries] == [entry.key for entry in newest_first.entries]
    assert oldest_first.entries[0].key == "2099x"
