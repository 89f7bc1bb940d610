"""Pages as content systems write them, each with the article that is read of it.

`UPDATE_GOLDEN=1` writes the articles anew, for review.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from monitor.model import EntryKey, Record, SourceId
from monitor.parse.article import parse_records
from monitor.parse.options import ParseOptions
from monitor.render.documents import article_document
from tests.builders import NOON

_DIRECTORY = Path(__file__).parents[1] / "golden" / "parse" / "pages"
_PAGES = sorted(_DIRECTORY.glob("*.html"))


def read(path: Path) -> dict[str, Any]:
    record = Record(
        source=SourceId("golden"), key=EntryKey(path.name), name=path.name, format="html", data=path.read_bytes()
    )
    parsed = parse_records([record], NOON, ParseOptions())
    assert parsed.problems == ()
    return article_document(parsed.articles[0])


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: path.stem)
def test_a_page_gives_the_article_that_it_gave_before(path: Path) -> None:
    kept = path.with_suffix(".json")
    found = json.dumps(read(path), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        kept.write_text(found, encoding="utf-8")
    assert found == kept.read_text(encoding="utf-8"), f"{path.name} reads otherwise; run with UPDATE_GOLDEN=1"


def test_there_are_more_than_forty_pages_each_with_its_article() -> None:
    assert len(_PAGES) > 40
    assert {path.name for path in _DIRECTORY.iterdir()} == {
        name for path in _PAGES for name in (path.name, path.with_suffix(".json").name)
    }
