"""The sample articles: their form, and what they are there to show."""

import json
import re
from collections import Counter

import pytest

from monitor.model import Article, EntryKey, Fetched, Record, Source, SourceId
from monitor.parse.article import parse_entries, parse_records
from monitor.parse.entries import parse_feed
from monitor.parse.options import ParseOptions
from monitor.samples import samples_directory
from tests.builders import NOON

SEEDS = samples_directory("seeds")
TEXTS = sorted(SEEDS.glob("*.txt"))
GOLDEN = SEEDS.parent / "tests" / "golden" / "parse" / "seeds.json"
FORM = re.compile(
    r"!-- [^\n]+ -->\n\n(?P<title>[^\n]+)\n\n(?P<standfirst>[^\n]+)\n\n(?P<date>[^\n]+)\n(?P=title)\n"
    r"(?P<caption>[^\n]+[^\n.])\n(?P<label>SOURCE|ИСТОЧНИК): (?P<credit>[^\n]+)\n\n(?P<body>[^\n]+(?:\n\n[^\n]+)+)"
)


def read_texts() -> tuple[Article, ...]:
    records = [
        Record(source=SourceId("seeds"), key=EntryKey(file.name), name=file.name, format="text", data=file.read_bytes())
        for file in TEXTS
    ]
    parsed = parse_records(records, NOON, ParseOptions())
    assert parsed.problems == ()
    return parsed.articles


def test_there_are_at_least_ten_of_several_languages() -> None:
    languages = Counter(article.language for article in read_texts())

    assert len(TEXTS) >= 10
    assert set(languages) == {"en", "ru", "fr"}


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_each_has_the_exact_form(file: object) -> None:
    text = SEEDS.joinpath(str(file)).read_bytes().decode()

    assert FORM.fullmatch(text)
    assert not re.search("[\"']", text)
    assert "\r" not in text


@pytest.mark.parametrize("article", read_texts(), ids=lambda article: article.key)
def test_each_is_read_back_to_the_letter(article: Article) -> None:
    found = FORM.fullmatch((SEEDS / article.key).read_text(encoding="utf-8"))
    assert found
    [image] = article.images

    assert (article.title, article.standfirst) == (found["title"], found["standfirst"])
    assert (article.published_raw, article.published_precision) == (found["date"], "day")
    assert (image.caption, image.credit) == (found["caption"], found["credit"])
    assert article.body is not None
    assert article.body.split() == found["body"].split()


def test_one_text_was_syndicated_under_another_headline() -> None:
    articles = read_texts()
    prints = Counter(article.fingerprint for article in articles)
    [(fingerprint, copies)] = [(fingerprint, count) for fingerprint, count in prints.items() if count > 1]

    assert copies == 2
    assert len({article.title for article in articles if article.fingerprint == fingerprint}) == 2


def test_one_near_miss_has_both_concepts_and_no_actor() -> None:
    [article] = [article for article in read_texts() if "near_miss" in article.key]
    text = "\n".join(article.fields().values())

    assert "Nagorno-Karabakh" in text
    assert "use of force" in text
    assert not re.search("Azerbaijan|Armenia|Baku|Yerevan|Aliyev|Pashinyan", text)


def test_the_feed_the_page_and_the_archive_are_read_without_a_problem() -> None:
    source = Source(id=SourceId("sample"), kind="feed", address="http://127.0.0.1/feed.xml")
    body = (SEEDS / "feed.xml").read_bytes()
    feed = parse_feed(
        source, Fetched(body=body, url=source.address, content_type="application/xml", etag=None, last_modified=None)
    )
    entries = parse_entries(feed.entries, NOON, ParseOptions())
    lines = (SEEDS / "archive.jsonl").read_bytes().splitlines()
    page = (SEEDS / "page.html").read_bytes()
    records = [_record(f"archive.jsonl:{n}", "json", line) for n, line in enumerate(lines, 1)]
    archive = parse_records([*records, _record("page.html", "html", page)], NOON, ParseOptions())

    assert feed.problems == entries.problems == archive.problems == ()
    assert len(entries.articles) == 6
    assert len(archive.articles) >= 6
    assert all(article.url and article.published and article.body for article in (*entries.articles, *archive.articles))
    assert "Related" not in (archive.articles[-1].body or "")


def test_the_texts_give_the_articles_kept_as_golden() -> None:
    read = [
        {"file": article.key, "id": article.id, "title": article.title, "published": str(article.published),
         "language": article.language, "paragraphs": len((article.body or "").split("\n\n")),
         "fingerprint": article.fingerprint}
        for article in read_texts()
    ]  # fmt: skip

    assert read == json.loads(GOLDEN.read_text(encoding="utf-8"))


def _record(name: str, form: str, data: bytes) -> Record:
    key = EntryKey(name)
    return Record(source=SourceId("seeds"), key=key, name=name, format=form, data=data)  # type: ignore[arg-type]  # str
