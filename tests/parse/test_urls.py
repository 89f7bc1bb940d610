"""Addresses: cleaned for readers, canonical for identity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.parse.urls import accept_canonical, canonical_url, clean_url, same_site


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "HTTP://User:pw@Example.COM:80/a/../b/./c%7ed%2f?utm_source=x&amp=1&id=3#frag",
            "http://example.com/b/c~d%2F?amp=1&id=3",
        ),
        ("https://example.org", "https://example.org/"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://straße.de/", "https://xn--strae-oqa.de/"),
        ("https://example.org/#!/route/1", "https://example.org/#!/route/1"),
        ("http://example.org/%zz%", "http://example.org/%25zz%25"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        (" https://example.org/a b\n", "https://example.org/a%20b"),
        ("https://example.org/?fbclid=1&b=2&a=1", "https://example.org/?b=2&a=1"),
    ],
)
def test_an_address_is_cleaned(url: str, expected: str) -> None:
    assert clean_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "data:text/html,x", "/relative", "http:///x", "http://[::1/x", "http://a:99999/",
     "https://ex ample.org/", "ftp://example.org/", "https://example.org/" + "x" * 5000],
)  # fmt: skip
def test_what_is_no_web_address_is_none(url: str | None) -> None:
    assert clean_url(url) is None
    assert canonical_url(url) is None


def test_links_are_resolved_against_the_feed() -> None:
    assert clean_url("../x.html", "https://example.org/a/b/feed.xml") == "https://example.org/a/x.html"


def test_the_scheme_does_not_tell_pages_apart() -> None:
    assert canonical_url("http://example.org:80/a") == canonical_url("https://example.org/a")


def test_a_canonical_address_is_accepted_on_its_own_site_only() -> None:
    page = "https://amp.example.co.uk/news/1"

    assert accept_canonical("https://www.example.co.uk/news/1?utm_x=2", page) == "https://www.example.co.uk/news/1"
    assert accept_canonical("https://other.co.uk/news/1", page) is None
    assert accept_canonical("https://www.example.co.uk/", page) is None
    assert accept_canonical("https://example.org/news/1", None) == "https://example.org/news/1"
    assert same_site("http://127.0.0.1:8000/x", "http://127.0.0.1/y")
    assert not same_site("http://127.0.0.1/x", "http://127.0.0.2/x")


@given(st.text(max_size=80).map("http://example.org/".__add__) | st.text(max_size=60))
def test_cleaning_twice_changes_nothing(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once
    assert clean_url(clean_url(url)) == clean_url(url)
