"""Feed bytes to entries: formats, identities, and everything that is no feed."""

import pickle
from dataclasses import replace
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model import Fetched, Image, Source, SourceId
from monitor.parse.entries import MOST_ENTRIES, parse_feed
from monitor.ports import ParsedFeed

WIRE = Source(id=SourceId("wire"), kind="feed", address="https://example.org/news/feed.xml", language="en")


def read(body: bytes | str, content_type: str | None = None) -> ParsedFeed:
    return parse_feed(WIRE, fetch(body, content_type))


def fetch(body: bytes | str, content_type: str | None = None) -> Fetched:
    data = body.encode() if isinstance(body, str) else body
    return Fetched(body=data, url=WIRE.address, content_type=content_type, etag=None, last_modified=None)


def rss(*entries: str, head: str = "<title>Wire</title>") -> str:
    namespaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    listed = "".join(f"<item>{entry}</item>" for entry in entries)
    return f'<rss version="2.0" {namespaces}><channel>{head}{listed}</channel></rss>'


def test_an_rss_entry_keeps_the_publishers_words() -> None:
    feed = read(
        rss(
            "<title>Tom &amp;amp; “Jerry”</title><link>/a.html?utm_source=rss</link><guid isPermaLink='false'>g1</guid>"
            "<description>Short.</description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>"
            "<pubDate>22.04.2021 14:05</pubDate><author>Ann Lee</author>"
            "<media:content url='x'><media:description>A quay</media:description><media:credit>AFP</media:credit>"
            "</media:content>",
            head="<title>The &lt;b&gt;Wire&lt;/b&gt;</title><language>en-gb</language>",
        )
    )
    [entry] = feed.entries

    assert feed.title == "The Wire"
    assert (entry.key, entry.url) == ("g1", "https://example.org/a.html")
    assert (entry.title, entry.summary, entry.content) == ("Tom &amp; “Jerry”", "Short.", "<p>Long.</p>")
    assert (entry.published, entry.updated, entry.language) == ("22.04.2021 14:05", None, "en-gb")
    assert entry.authors == ("Ann Lee",)
    assert entry.images == (Image(caption="A quay", credit="AFP"),)
    assert pickle.loads(pickle.dumps(feed)) == feed


def test_atom_rdf_old_rss_and_json_feeds_are_read() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>A</title><entry><id>tag:x,1</id>'
        '<title type="text">1 &lt; 2</title><link href="../x"/><updated>2021-04-22T10:00:00Z</updated>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Oui</p></div></content></entry></feed>'
    )
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>R</title></channel>'
        '<item rdf:about="u"><title>T</title><link>http://e.org/1</link><dc:date>2021-04-22</dc:date></item></rdf:RDF>'
    )
    old = '<rss version="0.91"><channel><title>O</title><item><title>T</title><link>http://e.org/1</link></item></channel></rss>'
    json_feed = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": 1, "url": "y", "content_text": "Hi"}]}'

    [entry] = read(atom).entries
    assert (entry.key, entry.url, entry.language) == ("tag:x,1", "https://example.org/x", "fr")
    assert (entry.title, entry.published) == ("1 &lt; 2", "2021-04-22T10:00:00Z")
    assert entry.content is not None
    assert "<p>Oui</p>" in entry.content
    assert read(rdf).entries[0].published == "2021-04-22"
    assert read(old).entries[0].url == "http://e.org/1"
    [entry] = read(json_feed).entries
    assert (entry.key, entry.url, entry.content) == ("1", "https://example.org/news/y", "Hi")


@pytest.mark.parametrize("guid", ["", "N/A", "null", " ", "0"])
def test_an_empty_guid_or_a_placeholder_is_no_identity(guid: str) -> None:
    [entry] = read(rss(f"<title>T</title><link>http://e.org/1</link><guid>{guid}</guid>")).entries

    assert entry.key == "https://e.org/1"


def test_a_guid_shared_by_different_pages_is_no_identity() -> None:
    feed = read(rss(*(f"<title>T{n}</title><link>http://e.org/{n}</link><guid>same</guid>" for n in range(3))))

    assert [entry.key for entry in feed.entries] == [f"https://e.org/{n}" for n in range(3)]


def test_a_feed_says_whether_its_guids_tell_its_entries_apart_and_can_be_read_without_them() -> None:
    guids = [("same", "same", "own"), ("same", "same", "a", "b", "c"), ("a", "b", "c")]
    feeds = [
        rss(*(f"<title>T{n}</title><link>http://e.org/{n}</link><guid>{guid}</guid>" for n, guid in enumerate(each)))
        for each in guids
    ]
    assert [read(feed).guid_fault for feed in feeds] == ["repeated", None, None]

    [entry, *_] = parse_feed(WIRE, replace(fetch(feeds[-1]), guid_fault="changing")).entries
    assert entry.key == "https://e.org/0"


def test_links_shared_by_all_entries_leave_the_text_as_identity() -> None:
    feed = read(rss(*(f"<title>T{n}</title><link>http://e.org/</link>" for n in range(3))))

    assert len({entry.key for entry in feed.entries}) == 3
    assert all(entry.key.startswith("hash:") for entry in feed.entries)


def test_the_same_entry_twice_is_one() -> None:
    entry = "<title>T</title><link>http://e.org/1</link><guid>g</guid>"

    assert len(read(rss(entry, entry)).entries) == 1


def test_a_move_to_https_keeps_the_identity() -> None:
    old, new = (read(rss(f"<title>T</title><guid>{scheme}://e.org/1</guid>")) for scheme in ("http", "https"))

    assert old.entries[0].key == new.entries[0].key


def test_very_long_guids_are_hashed() -> None:
    [entry] = read(rss(f"<title>T</title><guid isPermaLink='false'>{'x' * 5000}</guid>")).entries

    assert len(entry.key) < 50


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b" \n\t ", "the body is empty"),
        (
            b"<!DOCTYPE html><html><head><title>Log in</title></head><input type=password></html>",
            'titled "Log in" with a',
        ),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body>Parked</body></html>", "an HTML page"),
        (b'{"error": "no such feed"}', "JSON without a list"),
        (b'{"items": [', "broken JSON"),
        (b"[" * 100_000, "broken JSON"),
        (b"not found", 'neither RSS nor Atom: it begins with "not found"'),
        (b"http://127.0.0.1/feed", "neither RSS nor Atom"),
        (b"/etc/passwd", "neither RSS nor Atom"),
        (b"\x1f\x8b\x08\x00garbage\x00\xff", "neither RSS nor Atom"),
        (b"<?xml version='1.0'?><nothing/>", "neither RSS nor Atom"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, message: str) -> None:
    with pytest.raises(ParseError, match="expected an RSS, Atom or JSON feed") as caught:
        read(body)

    assert message in str(caught.value)


def test_an_empty_feed_is_a_feed() -> None:
    assert read(rss()).entries == ()


def test_a_feed_cut_off_leaves_its_last_entry_for_later() -> None:
    whole = rss(
        "<title>One</title><guid>1</guid>", "<title>Two</title><guid>2</guid><description>A long text</description>"
    )
    feed = read(whole[: whole.index("long text")])

    assert [entry.title for entry in feed.entries] == ["One"]
    assert "cut off" in feed.problems[0].message


def test_broken_xml_still_gives_its_entries() -> None:
    [first, second] = read(
        rss("<title>A & B</title><guid>1</guid>", "<title>C \x01\x00D</title><guid>2</guid>")
    ).entries

    assert (first.title, second.title) == ("A & B", "C D")


def test_at_most_two_thousand_entries_are_read() -> None:
    feed = read(rss(*(f"<title>{n}</title><guid>{n}x</guid>" for n in range(MOST_ENTRIES + 5))))

    assert len(feed.entries) == MOST_ENTRIES
    assert "2,005 entries" in feed.problems[0].message


@pytest.mark.parametrize(
    "content_type", [None, "text/xml", "text/xml; charset=windows-1252", "application/octet-stream"]
)
def test_the_charset_is_found_whatever_the_header_says(content_type: str | None) -> None:
    text = rss("<title>The ministry’s “offer”</title>")
    prolog = '<?xml version="1.0" encoding="windows-1252"?>'

    for data in (text.encode(), (prolog + text).encode("cp1252"), ("\ufeff" + text).encode("utf-16-le")):
        assert read(data, content_type).entries[0].title == "The ministry’s “offer”"


def test_entities_neither_grow_nor_read_files() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE r [<!ENTITY e0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">{bomb}]>'
    feed = read(f'<?xml version="1.0"?>{doctype}{rss("<title>x &e11; &f;</title><guid>1</guid>")}')

    assert len(repr(feed)) < 1000
    assert "root:" not in repr(feed)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: rss(f"<title>{escape(text)}</title>").encode()))
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    try:
        read(data)
    except ParseError:
        return


@pytest.mark.parametrize(
    ("head", "other", "offset"),
    [
        ("<lastBuildDate>Thu, 22 Apr 2021 15:05:00 +0400</lastBuildDate>", "", 240),
        ("<pubDate>Thu, 22 Apr 2021 15:05:00 -0330</pubDate>", "", -210),
        ("", "Thu, 22 Apr 2021 13:00:00 +0400", 240),
        ("<lastBuildDate>Thu, 22 Apr 2021 11:05:00 GMT</lastBuildDate>", "Thu, 22 Apr 2021 13:00:00 +0400", 240),
        ("", "Thu, 22 Apr 2021 13:00:00", None),
        ("", "", None),
    ],
)
def test_a_time_without_a_zone_has_that_of_the_feed_around_it(head: str, other: str, offset: int | None) -> None:
    feed = rss(
        "<title>A</title><pubDate>Thu, 22 Apr 2021 14:05:00</pubDate>",
        f"<title>B</title><pubDate>{other}</pubDate>",
        head=f"<title>Wire</title>{head}",
    )
    entry, zoned = read(feed).entries
    assert (entry.published, entry.utc_offset) == ("Thu, 22 Apr 2021 14:05:00", offset)
    assert zoned.utc_offset is None or other.endswith("00")
