"""Sitemaps and their indexes: which pages are new, and which sitemaps are worth a request."""

import gzip
from datetime import timedelta

import pytest

from monitor.errors import ParseError
from monitor.parse.sitemap import Child, choose_children, find_kind, read_index, read_sitemap, unpack_sitemap
from tests.builders import NOON

INDEX = "https://site.example/sitemap.xml"


def urlset(*pages: tuple[str, str]) -> str:
    listed = "".join(f"<url><loc>https://site.example/{name}</loc><lastmod>{at}</lastmod></url>" for name, at in pages)
    return f"<urlset>{listed}</urlset>"


def links(text: str) -> list[str | None]:
    return [entry.link for entry in read_sitemap(text, NOON)]


def test_pages_older_than_a_week_are_passed_over_and_the_newest_stand_first() -> None:
    text = urlset(("old", "2026-02-20"), ("new", "2026-02-28"), ("newest", "2026-03-02"), ("undated", "soon"))

    assert links(text) == [f"https://site.example/{name}" for name in ("newest", "new", "undated")]
    assert len(read_sitemap(text, None)) == 4


def test_a_sitemap_that_breaks_off_gives_only_whole_pages() -> None:
    text = urlset(("a", "2026-03-01"), ("b", "2026-03-01"))

    assert links(text[: text.index("/b") + 1]) == ["https://site.example/a"]


def test_an_index_names_each_sitemap_once_with_the_time_of_its_change() -> None:
    text = (
        "<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2026-03-01T10:00:00Z</lastmod></sitemap>"
        "<sitemap><loc>https://site.example/a.xml</loc></sitemap><sitemap><loc>b.xml</loc></sitemap>"
        "<sitemap><loc>ftp://site.example/c.xml</loc></sitemap></sitemapindex>"
    )

    assert find_kind(text) == "sitemapindex"
    assert read_index(text, INDEX, NOON) == (
        Child("https://site.example/a.xml", NOON - timedelta(hours=26)),
        Child("https://site.example/b.xml", None),
    )


def test_the_newest_sitemaps_of_an_index_come_first_and_old_ones_not_at_all() -> None:
    old, new, newest = (Child(f"https://e.org/{days}", NOON - timedelta(days=days)) for days in (30, 2, 1))

    assert choose_children([old, new, newest], NOON) == (newest, new)


def test_sitemaps_without_a_date_are_taken_from_both_ends_those_for_news_first() -> None:
    undated = [Child(f"https://e.org/{name}", None) for name in ("1", "2", "news", "3", "4")]

    chosen = choose_children(undated, NOON, most=4)

    assert [child.url.rpartition("/")[2] for child in chosen] == ["news", "4", "1", "3"]


def test_a_packed_sitemap_is_unpacked_up_to_a_limit() -> None:
    assert unpack_sitemap(gzip.compress(b"<urlset/>")) == b"<urlset/>"
    assert unpack_sitemap(b"\x1f\x8bbroken") == b"\x1f\x8bbroken"
    with pytest.raises(ParseError, match="more than 1,000 bytes"):
        unpack_sitemap(gzip.compress(b" " * 2000), largest=1000)


def test_entities_and_nesting_are_no_way_in() -> None:
    doctype = '<!DOCTYPE u [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    text = f"{doctype}<urlset><url><loc>https://e.org/&f;&b;</loc></url></urlset>"

    assert "root:" not in repr(read_sitemap(text, NOON))
    assert read_sitemap("<urlset>" + "<url>" * 50_000, NOON) == []
