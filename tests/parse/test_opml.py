"""Lists of feeds from other readers, and for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.parse.opml import ListedFeed, read_opml, write_opml

NESTED = """<?xml version="1.0"?>
<opml version="2.0"><head><title>Mine</title></head><body>
 <outline text="World"><outline title="Wires">
  <outline type="rss" text="Orsa Gazette" xmlUrl="https://gazette.example/feed.xml" htmlUrl="https://gazette.example/"/>
 </outline></outline>
 <outline TEXT="Shouting" XMLURL=" https://loud.example/rss " category="/news/local,/daily" language="fr"/>
 <outline text="A page" type="link" url="https://page.example/"/>
</body></opml>"""


def test_folders_and_categories_become_tags_from_the_outside_in() -> None:
    feeds, problems = read_opml(NESTED.encode(), "mine.opml")

    assert problems == ()
    assert [(feed.title, feed.url, feed.tags) for feed in feeds] == [
        ("Orsa Gazette", "https://gazette.example/feed.xml", ("World", "Wires")),
        ("Shouting", "https://loud.example/rss", ("news", "local", "daily")),
    ]
    assert feeds[1].options == {"language": "fr"}
    assert feeds[0].line == 4


# Not from all of Unicode: what looks like a wrong decoding is repaired, and would not come back.
_NAMES = st.text("abzAZ09 <>&\"'-_.:;=?#éßмирԱ語", min_size=1, max_size=12).map(str.strip).filter(bool)
_FEEDS = st.builds(
    ListedFeed,
    title=_NAMES,
    url=_NAMES.map(lambda name: f"https://e.org/{name}"),
    tags=st.lists(_NAMES, max_size=3, unique=True).map(tuple),
    options=st.dictionaries(st.sampled_from(["language", "tier", "every", "kind"]), _NAMES, max_size=3),
)


def _one_line(text: str) -> str:
    """White space in an attribute is no more than a space."""
    return " ".join(text.split())


@given(st.lists(_FEEDS, max_size=5))
def test_what_is_written_is_read_back_as_the_same(feeds: list[ListedFeed]) -> None:
    read, problems = read_opml(write_opml("All", feeds).encode(), "all.opml")

    def essence(feed: ListedFeed) -> tuple[object, ...]:
        options = sorted((key, _one_line(value)) for key, value in feed.options.items())
        return _one_line(feed.title or ""), _one_line(feed.url), [_one_line(tag) for tag in feed.tags], options

    assert problems == ()
    assert sorted(map(repr, map(essence, read))) == sorted(map(repr, map(essence, feeds)))


def test_a_broken_list_is_read_as_far_as_it_goes_and_named() -> None:
    feeds, (problem,) = read_opml(NESTED[: NESTED.index("<outline TEXT")].encode(), "cut.opml")

    assert [feed.title for feed in feeds] == ["Orsa Gazette"]
    assert str(problem).startswith("cut.opml:5: warning: broken XML")


@pytest.mark.parametrize("text", ["", "hello", "<rss><channel/></rss>", "<html><body/></html>", "{}"])
def test_what_is_no_list_is_named(text: str) -> None:
    with pytest.raises(ParseError, match=r"x\.opml: .*expected OPML"):
        read_opml(text.encode(), "x.opml")


def test_a_charset_is_found_as_in_feeds() -> None:
    outline = '<outline text="Мир" xmlUrl="https://e.org/"/>'
    text = f'<?xml version="1.0" encoding="windows-1251"?><opml><body>{outline}</body></opml>'

    assert read_opml(text.encode("cp1251"), "x.opml")[0][0].title == "Мир"


@pytest.mark.parametrize(
    "hostile",
    [
        """<!DOCTYPE o [<!ENTITY f SYSTEM "file:///etc/passwd">]>
        <opml><body><outline text="&f;" xmlUrl="u">&f;</outline></body></opml>""",
        "<!DOCTYPE o [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
        + "]><opml><body><outline text='&m;' xmlUrl='&m;'/></body></opml>",
        "<opml><body>" + "<outline text='x'>" * 100_000,
        "<opml><body>" + "<outline " + " ".join(f"a{n}='1'" for n in range(100_000)) + "/></body></opml>",
        "<opml><body>" + "<outline xmlUrl='u'/>" * 30_000 + "</body></opml>",
    ],
    ids=["external", "laughs", "deep", "wide", "long"],
)
def test_a_hostile_list_costs_little_and_brings_nothing(hostile: str) -> None:
    feeds, _ = read_opml(hostile.encode(), "x.opml")

    assert len(feeds) <= 20_000
    assert all(len(feed.url) < 100 and "root:" not in repr(feed) for feed in feeds)


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: NESTED.replace("Wires", text).encode()))
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    try:
        read_opml(data, "x.opml")
    except ParseError:
        return
