"""Entries and records to articles: one believed text each, and problems instead of exceptions."""

import json
import pickle
from typing import Any

import pytest

from monitor.model import Article, Entry, EntryKey, Image, Record, SourceId
from monitor.parse.article import parse_entries, parse_records
from monitor.parse.options import ParseOptions
from tests.builders import NOON

WIRE = SourceId("wire")
LONG = "The ferries stay ashore for another week. " * 6


def make_entry(**fields: Any) -> Entry:
    absent = dict.fromkeys(("url", "title", "summary", "content", "published", "updated"))
    return Entry(**({"source": WIRE, "key": EntryKey("k")} | absent | fields))  # type: ignore[arg-type]  # builder


def read_entry(**fields: Any) -> Article:
    parsed = parse_entries([make_entry(**fields)], NOON, ParseOptions())
    assert parsed.problems == ()
    return parsed.articles[0]


def make_record(data: bytes | str | dict[str, Any], form: str = "json", key: str = "a.jsonl:1") -> Record:
    text = json.dumps(data) if isinstance(data, dict) else data
    raw = text.encode() if isinstance(text, str) else text
    return Record(source=WIRE, key=EntryKey(key), name=key, format=form, data=raw)  # type: ignore[arg-type]  # builder


def read_record(data: bytes | str | dict[str, Any], form: str = "json") -> Article:
    parsed = parse_records([make_record(data, form)], NOON, ParseOptions())
    assert parsed.problems == ()
    return parsed.articles[0]


def test_content_is_the_body_and_the_summary_the_standfirst() -> None:
    article = read_entry(title="A &amp; B", summary="<p>In short.</p>", content="<p>One.</p><p>Two.</p>")

    assert (article.title, article.standfirst, article.body) == ("A & B", "In short.", "One.\n\nTwo.")


def test_a_summary_alone_is_the_body() -> None:
    article = read_entry(title="T", summary="Only this.")

    assert (article.standfirst, article.body) == (None, "Only this.")


@pytest.mark.parametrize(
    "summary", [LONG, LONG[:60] + "…", LONG[:63] + " [...]", LONG[:63] + "[…]", "<b>The ferries</b> stay"]
)
def test_a_summary_that_is_how_the_body_begins_is_no_standfirst(summary: str) -> None:
    assert read_entry(title="T", summary=summary, content=f"<p>{LONG}</p>").standfirst is None


def test_scripts_and_pointers_of_a_feed_do_not_survive() -> None:
    article = read_entry(
        content="<p>One.</p><script>alert(1)</script><style>x{}</style><iframe src=x>no</iframe><!-- c -->"
        "<p onclick='x'>Two<br>three<br><br>four &lt;five&gt;</p><p>Read more</p><p>The post T appeared first on W.</p>"
        "<figure><img><figcaption>A quay <span class='credit'>AFP</span></figcaption></figure>"
    )

    assert article.body == "One.\n\nTwo three\n\nfour <five>"
    assert article.images == (Image(caption="A quay", credit="AFP"),)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("One &amp; two.\n\nThree.", "One & two.\n\nThree."),
        ("One <b>and</b> two.\nThree.", "One and two.\n\nThree."),
        ("A line that is\nonly wrapped.", "A line that is only wrapped."),
        ("<p>One\n\nstill one.</p>", "One still one."),
    ],
)
def test_line_ends_part_paragraphs_where_no_element_does(text: str, body: str) -> None:
    assert read_entry(content=text).body == body


def test_dates_are_read_in_the_articles_language_and_kept_raw() -> None:
    text = "Les inondations ont frappé le sud du pays."
    french = read_entry(summary=text, published="04/05/2021")
    unknown = read_entry(summary="Floods struck the south of the country on Monday.", published="04/05/2021")
    future = read_entry(summary=text, published="2041-01-01T00:00:00Z")

    assert french.published is not None
    assert (french.published.month, french.published_precision) == (5, "day")
    assert (unknown.published, unknown.published_precision, unknown.published_raw) == (None, None, "04/05/2021")
    assert (future.published, future.published_raw) == (None, "2041-01-01T00:00:00Z")


def test_the_id_follows_from_source_and_key_alone() -> None:
    one, other = read_entry(title="One"), read_entry(title="Other")

    assert one.id == other.id
    assert len(one.id) == 32
    assert read_entry(title="One", key=EntryKey("k2")).id != one.id


def test_one_broken_entry_does_not_stop_the_rest() -> None:
    entries = [make_entry(title="One"), make_entry(url="https://e.org/2"), make_entry(title="Three", key=EntryKey("3"))]
    parsed = parse_entries(entries, NOON, ParseOptions())

    assert [article.title for article in parsed.articles] == ["One", "Three"]
    assert [str(problem) for problem in parsed.problems] == [
        "https://e.org/2: no text found, expected a title or a body"
    ]
    assert pickle.loads(pickle.dumps(parsed)) == parsed


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[1]", "found a list, expected an object"),
        (b'"text"', "found a text, expected an object"),
        (b"null", "found null, expected an object"),
        (b"{}", "no text found"),
        (b'{"title": "", "body": null}', "no text found"),
        (b'{"title": "T", "body": 7}', 'field "body" is a number, expected a text'),
        (b'{"body": ["a", {}]}', 'field "body" is a list, expected a text'),
        (b"[" * 200_000, "nested too deeply"),
        (b"\x00" * 50, "not JSON"),
    ],
)
def test_a_broken_json_record_says_what_was_found(data: bytes, message: str) -> None:
    parsed = parse_records([make_record(data), make_record({"title": "Fine"})], NOON, ParseOptions())

    assert len(parsed.articles) == 1
    assert parsed.problems[0].file == "a.jsonl:1"
    assert message in parsed.problems[0].message


@pytest.mark.parametrize(
    "data",
    [
        {
            "headline": "T",
            "text": "One.\n\nTwo.",
            "summary": "S.",
            "link": "https://e.org/1",
            "date": "2021-04-22",
            "lang": "en",
        },
        {
            "title": "T",
            "content": "<p>One.</p><p>Two.</p>",
            "description": "S.",
            "url": "https://e.org/1",
            "published": 1619049600,
        },
        {
            "title": "T",
            "body": ["One.", "Two."],
            "standfirst": "S.",
            "permalink": "https://e.org/1?utm_x=1",
            "pubDate": "22 Apr 2021",
        },
    ],
)
def test_common_names_of_json_fields_are_understood(data: dict[str, Any]) -> None:
    article = read_record(data)

    assert (article.title, article.standfirst, article.body) == ("T", "S.", "One.\n\nTwo.")
    assert article.url == "https://e.org/1"
    assert article.published is not None
    assert article.published.date().isoformat() == "2021-04-22"


def test_an_article_as_printed_reads_back_as_itself() -> None:
    article = read_record(
        {"title": "T &amp; U", "text": "Tags such as &lt;b&gt; stay.\n\nRead more", "standfirst": "S.", "lang": "en",
         "authors": ["Ann Lee", {"name": "Bob"}], "images": [{"caption": "C", "credit": "D"}], "date": "April 22, 2021",
         "url": "https://e.org/1"}
    )  # fmt: skip
    printed = {
        "id": article.id, "source": article.source, "url": article.url, "title": article.title,
        "standfirst": article.standfirst, "authors": list(article.authors), "published": "2021-04-22",
        "published_precision": "day", "published_raw": article.published_raw, "updated": None,
        "images": [{"caption": "C", "credit": "D"}], "body": article.body, "language": article.language,
        "fetched_at": "2026-03-02T12:00:00Z", "fingerprint": article.fingerprint,
    }  # fmt: skip

    assert article.body == "Tags such as <b> stay."
    assert read_record(printed) == article


def test_a_text_record_that_is_a_page_is_read_as_one() -> None:
    article = read_record("<!DOCTYPE html><title>T</title><p>One sentence.</p>", "text")

    assert (article.title, article.body) == ("T", "One sentence.")


@pytest.mark.parametrize("form", ["text", "html", "json"])
@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 30, b"<" * 5000, b"<div>" * 20_000, "﷽‮".encode() * 50])
def test_hostile_bytes_give_an_article_or_a_problem(form: str, data: bytes) -> None:
    parsed = parse_records([make_record(data, form)], NOON, ParseOptions())

    assert len(parsed.articles) + len(parsed.problems) == 1


def test_a_record_beyond_the_limit_is_named_with_its_size() -> None:
    [problem] = parse_records([make_record(b"x" * 16_000_001, "text")], NOON, ParseOptions()).problems

    assert "16,000,001 bytes" in problem.message


def test_the_last_entry_of_a_saved_feed_that_is_cut_off_is_named_as_passed_over() -> None:
    whole = (
        "<rss version='2.0'><channel><item><title>Rain</title></item><item><title>Sun</title></item></channel></rss>"
    )
    parsed = parse_records([make_record(whole[:-30].encode(), "feed")], NOON, ParseOptions())
    assert [article.title for article in parsed.articles] == ["Rain"]
    (problem,) = parsed.problems
    assert (problem.level, problem.message) == ("error", "the feed is cut off; its last entry is passed over")
    assert problem.file


def test_of_a_saved_feed_every_entry_is_read_however_many_there_are() -> None:
    entries = "".join(f"<item><title>Report {number}</title></item>" for number in range(2_100))
    parsed = parse_records(
        [make_record(f"<rss version='2.0'><channel>{entries}</channel></rss>".encode(), "feed")], NOON, ParseOptions()
    )
    assert (len(parsed.articles), parsed.problems) == (2_100, ())


def test_what_a_saved_sitemap_lists_without_a_text_is_noted_and_no_error() -> None:
    index = b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></sitemapindex>'
    plain = b"<urlset><url><loc>https://example.org/1</loc></url><url><loc>https://example.org/2</loc></url></urlset>"
    parsed = parse_records([make_record(index, "feed"), make_record(plain, "feed")], NOON, ParseOptions())
    assert [(problem.level, problem.message) for problem in parsed.problems] == [
        ("note", "holds no entries; an index of sitemaps only says where they are"),
        ("note", "addresses of pages without any text: 2"),
    ]


def test_the_zone_of_its_feed_dates_an_entry_that_names_none() -> None:
    article = read_entry(title="T", summary="Only this.", published="Thu, 22 Apr 2021 14:05:00", utc_offset=240)
    assert article.published is not None
    assert article.published.isoformat() == "2021-04-22T10:05:00+00:00"
    assert article.published_raw == "Thu, 22 Apr 2021 14:05:00"
