"""Where a site may keep its feeds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse.discovery import (
    find_header_links,
    find_links,
    find_sitemaps,
    guess_addresses,
    name_format,
    usual_places,
)

PAGE = "https://www.example.org/news/today"


def links(html: str) -> list[str]:
    return [lead.url for lead in find_links(html.encode(), None, PAGE)]


def test_declared_feeds_come_before_linked_ones_and_comments_are_left_out() -> None:
    html = (
        "<html><head><base href='/sub/'><link rel='Alternate' type='application/rss+xml; charset=x' href='a.xml'>"
        "<link rel='alternate' type='text/html' hreflang='fr' href='/fr'>"
        "<link rel='alternate' type='application/atom+xml' href='/comments/feed'>"
        "<link rel='alternate' type='application/feed+json' href='//cdn.example.net/feed.json'></head>"
        "<body><a href='/rss/world'>RSS</a><a href='/news'>x</a><a href='https://other.example/feed'>y</a></body></html>"
    )

    assert links(html) == [
        "https://www.example.org/sub/a.xml",
        "https://cdn.example.net/feed.json",
        "https://www.example.org/rss/world",
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('</feed.xml>; rel="alternate"; type="application/rss+xml"', ["https://www.example.org/feed.xml"]),
        ("<a.atom>;rel=alternate;type=application/atom+xml", ["https://www.example.org/news/a.atom"]),
        (
            '<https://e.org/?a=1,2>; title="News, more"; type="application/feed+json"; rel="Alternate x", <b>;rel=hub',
            ["https://e.org/?a=1,2"],
        ),
        (
            '<https://e.org/a>; rel="icon", <https://e.org/b>; rel="alternate"; type="text/xml; charset=utf-8"',
            ["https://e.org/b"],
        ),
        ('<https://e.org/fr>; rel="alternate"; hreflang="fr"', []),
        ('<https://e.org/style.css>; rel=preload; as=style, <https://e.org/hub>; rel="hub"', []),
        ('<javascript:x>; rel="alternate"; type="application/rss+xml"', []),
        ('<https://e.org/a>; rel="alternate; type=application/rss+xml', []),
        ("", []),
    ],
)
def test_the_link_header_declares_feeds(header: str, expected: list[str]) -> None:
    assert [lead.url for lead in find_header_links(header, PAGE)] == expected


@given(st.text(alphabet='<>;,="\\ relatnyp/+xms', max_size=3000))
def test_whatever_a_link_header_says_is_read_without_an_error(header: str) -> None:
    find_header_links(header, PAGE)


@pytest.mark.parametrize(
    ("url", "html", "expected"),
    [
        ("https://www.reddit.com/r/europe/", "", "https://www.reddit.com/r/europe.rss"),
        ("https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv", "", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabcdefghijklmnopqrstuv"),
        ("https://medium.com/@ann", "", "https://medium.com/feed/@ann"),
        ("https://github.com/a/b", "", "https://github.com/a/b/releases.atom"),
        ("https://ann.blogspot.com/", "", "https://ann.blogspot.com/feeds/posts/default"),
        ("https://site.example/", "<link href='/wp-content/x.css'>", "https://site.example/feed/"),
        ("https://site.example/", "<meta name=generator content='Drupal 10'>", "https://site.example/rss.xml"),
    ],
)  # fmt: skip
def test_publishing_systems_are_known_by_their_marks(url: str, html: str, expected: str) -> None:
    assert expected in [lead.url for lead in guess_addresses(html.encode(), None, url)]


def test_robots_txt_names_sitemaps_those_for_news_first() -> None:
    robots = b"User-agent: *\nSitemap: https://e.org/all.xml\n sitemap : /News-sitemap.xml\nSitemap: ftp://x/\n"

    assert [lead.url for lead in find_sitemaps(robots, "https://e.org/robots.txt")] == [
        "https://e.org/News-sitemap.xml",
        "https://e.org/all.xml",
    ]


def test_usual_places_are_on_the_same_host() -> None:
    assert all(lead.url.startswith("https://www.example.org/") for lead in usual_places(PAGE))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<rss version='2.0'/>", "RSS"), ("<?xml version='1.0'?><feed xmlns='a'/>", "Atom"),
        ("<rdf:RDF/>", "RSS 1.0"), (' {"items": []}', "JSON Feed"), ("<urlset/>", "sitemap"),
        ("<urlset xmlns:news='n'><news:news/></urlset>", "news sitemap"), ("<sitemapindex/>", "sitemap index"),
    ],
)  # fmt: skip
def test_formats_have_the_names_people_use(body: str, expected: str) -> None:
    assert name_format(body.encode()) == expected


@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"<a href='{text}'><base href={text}>".encode())
)
def test_no_page_raises_anything(body: bytes) -> None:
    find_links(body, None, PAGE)
    guess_addresses(body, None, PAGE)
    find_sitemaps(body, PAGE)
    name_format(body)
