"""Feeds as publishers serve them, each with what is read of it and the articles that become of it.

`UPDATE_GOLDEN=1` writes that anew, for review.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import ParseError
from monitor.model import Entry, Fetched, Source, SourceId
from monitor.parse.article import parse_entries
from monitor.parse.dates import read_date
from monitor.parse.entries import parse_feed
from monitor.parse.options import ParseOptions
from monitor.render.documents import article_document
from tests.builders import NOON

_DIRECTORY = Path(__file__).parents[1] / "golden" / "parse" / "feeds"
_EXPECTED = ".expected.json"
_SHOWN = ("title", "standfirst", "authors", "updated", "images", "body", "language")
_FEEDS = sorted(path for path in _DIRECTORY.iterdir() if not path.name.endswith(_EXPECTED))


def read(path: Path) -> dict[str, Any]:
    kind = "sitemap" if path.name.startswith("sitemap") and path.name != "sitemap-index.xml" else "feed"
    source = Source(id=SourceId("golden"), kind=kind, address="https://gazette.example/feeds/all.xml")
    fetched = Fetched(
        body=path.read_bytes(), url=source.address, content_type=None, etag=None, last_modified=None, at=NOON
    )
    try:
        feed = parse_feed(source, fetched)
    except ParseError as error:
        return {"error": str(error)}
    return {
        "title": feed.title,
        "entries": [describe(entry) for entry in feed.entries],
        "problems": [str(problem) for problem in feed.problems],
    }


def describe(entry: Entry) -> dict[str, Any]:
    """What the entry says, and how its date is read."""
    fields = {name: value for name, value in asdict(entry).items() if value and name != "source"}
    date = read_date(entry.published, NOON, entry.language)
    published = f"{date.at.isoformat()} ({date.precision})" if date else None
    return fields | {"published_at": published, "article": describe_article(entry)}


def describe_article(entry: Entry) -> dict[str, Any] | str:
    """What readers will see of it; or why there is nothing."""
    parsed = parse_entries([entry], NOON, ParseOptions())
    if parsed.problems:
        return str(parsed.problems[0].message)
    document = article_document(parsed.articles[0])
    return {name: document[name] for name in _SHOWN if document[name]}


@pytest.mark.parametrize("path", _FEEDS, ids=lambda path: path.name)
def test_a_feed_is_read_as_it_was_before(path: Path) -> None:
    kept = path.with_name(path.name + _EXPECTED)
    found = json.dumps(read(path), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8"), f"{path.name} reads otherwise; run with UPDATE_GOLDEN=1"


def test_there_are_more_than_forty_and_each_has_what_is_expected() -> None:
    assert len(_FEEDS) >= 40
    assert {path.name for path in _DIRECTORY.iterdir()} == {
        name for path in _FEEDS for name in (path.name, path.name + _EXPECTED)
    }
