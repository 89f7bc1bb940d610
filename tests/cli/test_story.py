"""`story`: who ran a story, and what its publishers changed."""

import json
from dataclasses import replace
from pathlib import Path

from monitor.model import Correction
from monitor.ports import Transaction
from monitor.story.corrections import find_differences
from tests.builders import NOON, make_article
from tests.cli.conftest import Command
from tests.contract.stores import in_transaction, store_story
from tests.story.texts import FLOOD

_ARTICLE = make_article(FLOOD, title="Flood", key="one")


def fill(data: Path) -> None:
    """One story that two sources ran, and a correction of the first of them."""
    after = replace(_ARTICLE, title="Flood takes mill", body=FLOOD.replace("eleven cows", "twelve cows"))

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, _ARTICLE, make_article(FLOOD, title="Rain", key="two", source="daily"))
        correction = Correction(before=_ARTICLE, after=after, differences=find_differences(_ARTICLE, after))
        await tx.correct_articles([correction], NOON)

    data.mkdir()
    in_transaction(f"sqlite+aiosqlite:///{data / 'monitor.sqlite3'}", scenario)


def test_a_story_is_shown_with_its_articles_and_their_corrections(command: Command, project: Path) -> None:
    fill(project / "data")
    outcome = command("story", "wire/o")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("story wire/one: 2 articles\n")
    assert "daily  Rain" in outcome.out
    assert "  - Flood\n  + Flood takes mill\n" in outcome.out
    assert "twelve cows" in outcome.out
    document = json.loads(command("story", "daily/two", "--json").out)
    assert document["story"] == "wire/one"
    assert [each["field"] for each in document["articles"][0]["corrections"][0]["differences"]] == ["title", "body"]


def test_a_story_that_is_not_there_is_said_so(command: Command, project: Path) -> None:
    fill(project / "data")
    for name in ("nowhere", ""):
        outcome = command("story", name)
        assert outcome.code == 1
        assert f'no story "{name}"' in outcome.err
