"""HTML pages to parts: what the page says of itself, and the body without its furniture."""

import json

import pytest

from monitor.errors import ParseError
from monitor.model import Image
from monitor.parse.page import read_page
from tests.builders import NOON

PARAGRAPHS = tuple(f"Paragraph {n} of the ferry story says something of its own, at some length." for n in range(1, 6))
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
URL = "https://news.example.org/2021/ferries"


def page(head: str = "", body: str = BODY, lang: str = "en") -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body><article>{body}</article></body></html>'


def test_the_body_is_the_articles_paragraphs() -> None:
    menu = "<nav><a href='/'>Home</a></nav><aside><h2>Related</h2><p>Read also: bread</p></aside>"
    parts = read_page(page(body=f"<h1>Ferries Stay Ashore</h1>{menu}{BODY}<script>x()</script>"), URL, NOON)

    assert parts.title == "Ferries Stay Ashore"
    assert parts.paragraphs == PARAGRAPHS


def test_linked_data_gives_title_dates_authors_and_images() -> None:
    article = {
        "@type": ["NewsArticle"],
        "headline": "Ferries &amp; Crews",
        "datePublished": "2021-04-22T10:00:00+02:00",
        "dateModified": "2021-04-23",
        "author": [{"name": "Ann Lee"}],
        "image": {"caption": "A quay", "creditText": "AFP"},
        "inLanguage": "fr",
    }
    data = json.dumps({"@graph": [{"@type": "WebSite", "name": "W"}, article]})
    parts = read_page(page(f'<script type="application/ld+json">{data}</script>', lang=""), URL, NOON)

    assert (parts.title, parts.published, parts.updated) == (
        "Ferries & Crews",
        "2021-04-22T10:00:00+02:00",
        "2021-04-23",
    )
    assert (parts.authors, parts.language) == (("Ann Lee",), "fr")
    assert parts.images == (Image(caption="A quay", credit="AFP"),)


@pytest.mark.parametrize("block", ["{", "[[[", "null", '{"@type": 7}', '{"@graph": {"@graph": {}}}', "[" * 50_000])
def test_broken_linked_data_is_passed_over(block: str) -> None:
    head = f'<title>Ferries Stay Ashore | The Wire</title><script type="application/ld+json">{block}</script>'

    assert read_page(page(head), URL, NOON).title == "Ferries Stay Ashore"


def test_the_marked_standfirst_leaves_the_body() -> None:
    marked = '<p class="standfirst">Islanders have begun to share boats and blame.</p>'
    parts = read_page(page(body=f"<h1>Ferries Stay Ashore</h1>{marked}{BODY}"), URL, NOON)

    assert parts.standfirst == "Islanders have begun to share boats and blame."
    assert parts.paragraphs == PARAGRAPHS


def test_captions_and_credits_are_no_body() -> None:
    figures = (
        "<figure><img><figcaption>A quay. Photo: Ann Lee/Agency</figcaption></figure>"
        "<figure><img><figcaption>A bridge <span class='credit'>© AFP</span></figcaption></figure>"
    )
    parts = read_page(page(body=figures + BODY), URL, NOON)

    assert parts.images == (Image(caption="A quay", credit="Ann Lee/Agency"), Image(caption="A bridge", credit="AFP"))
    assert parts.paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ("https://www.example.org/ferries?utm_source=x", "https://www.example.org/ferries"),
        ("https://elsewhere.test/ferries", URL),
        ("https://news.example.org/", URL),
        ("javascript:alert(1)", URL),
    ],
)
def test_the_canonical_address_is_believed_within_its_site(claimed: str, expected: str) -> None:
    assert read_page(page(f'<link rel="canonical" href="{claimed}">'), URL, NOON).url == expected


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ('<meta property="article:published_time" content="2021-04-22T10:00:00Z">', "", "2021-04-22T10:00:00Z"),
        ("", '<time datetime="2021-04-22">yesterday</time>', "2021-04-22"),
        ("", "", None),
    ],
)
def test_the_date_is_the_pages_own_or_none(head: str, body: str, published: str | None) -> None:
    assert read_page(page(head, body + BODY), URL, NOON).published == published


def test_a_page_inside_one_form_or_too_short_for_the_extractor_is_read() -> None:
    assert read_page(f"<html><body><form>{BODY}</form></body></html>", None, NOON).paragraphs == PARAGRAPHS
    assert read_page("<p>One.</p><p>Two.</p>", None, NOON).paragraphs == ("One.", "Two.")


def test_an_xhtml_prolog_is_no_obstacle() -> None:
    text = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>One.</p></body></html>'

    assert read_page(text, None, NOON).paragraphs == ("One.",)


@pytest.mark.parametrize("text", ["", "  ", "<!-- only -->"])
def test_nothing_is_no_page(text: str) -> None:
    with pytest.raises(ParseError, match="no HTML page"):
        read_page(text, None, NOON)


def test_a_paragraph_in_bold_type_alone_below_the_heading_is_the_standfirst_where_nothing_says_what_is() -> None:
    text = f"<html><h1>Port closed</h1><p><b>Ships wait outside for a second day.</b></p><p>{PARAGRAPHS[0]}</p>"
    assert read_page(text, None, NOON).standfirst == "Ships wait outside for a second day."
    for other in (
        f"<p><b>Ships wait outside for a second day</b>, they said. {PARAGRAPHS[0]}</p>",
        f"<p>Yes. <b>{PARAGRAPHS[0]}</b>",
    ):
        assert read_page(f"<html><h1>Port closed</h1>{other}", None, NOON).standfirst is None


def test_a_date_that_stands_alone_below_the_heading_is_the_pages_where_nothing_says_it() -> None:
    text = f"<html><h1>Port closed</h1><div><span>14 июня 2022</span></div><p>{PARAGRAPHS[0]}</p>"
    assert read_page(text, None, NOON).published == "14 июня 2022"
    assert read_page(text.replace("<span>", "<span>After "), None, NOON).published is None
