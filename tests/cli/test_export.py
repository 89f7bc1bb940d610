"""`export`, over real databases, as docs/export.md says."""

import asyncio
import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.app import open_store
from monitor.cli.export import KEYS
from monitor.config.settings import Settings
from monitor.model import Article, Severity, SubscriberId
from monitor.ports import Transaction
from tests.builders import NOON, make_article
from tests.cli.conftest import Command
from tests.contract.stores import make_alert, make_digest, make_match, make_rule, store_story

PAGE = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
DAY = timedelta(days=1)
HOSTILE = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "  =x", "＝x", "plain", "-", "a=b"]


@pytest.fixture
def database(store_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same lines from both."""
    if store_url.startswith("postgresql"):
        monkeypatch.setenv("MONITOR_DATABASE", store_url)
    return "sqlite" if store_url.startswith("sqlite") else store_url


def _article(number: int, **fields: Any) -> Article:
    fields.setdefault("title", f"Title {number}")
    fields.setdefault("fetched_at", NOON + number * DAY)
    return make_article(f"Dockers strike, day {number}.", key=str(number), **fields)


async def _store_matches(tx: Transaction, *articles: Article, rule: str = "ports", **fields: Any) -> None:
    for article in articles:
        await store_story(tx, article)
    await tx.save_rules([make_rule(rule)], NOON)
    await tx.add_matches([make_match(article, rule, **fields) for article in articles])


def _fill(database: str, directory: Path, *steps: Any) -> None:
    async def run() -> None:
        async with open_store(Settings(database=database), directory / "data") as store, store.transaction() as tx:
            for step in steps:
                await step(tx)

    asyncio.run(run())


def _export(command: Command, *arguments: str) -> list[dict[str, Any]]:
    outcome = command("export", *arguments)
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_each_match_is_a_line_with_every_key(command: Command, tmp_path: Path, database: str) -> None:
    day = _article(0, url="https://wire.example/0", published=NOON - DAY, published_precision="day", language="en")

    async def fill(tx: Transaction) -> None:
        await _store_matches(tx, day, severity=Severity.HIGH, score=7)

    _fill(database, tmp_path, fill)
    (line,) = _export(command)
    assert tuple(line) == KEYS["matches"]
    assert line == {
        "fetched_at": "2026-03-02T12:00:00Z",
        "published": "2026-03-01",
        "rule": "ports",
        "severity": "high",
        "score": 7,
        "words": ["Dockers"],
        "story": day.id,
        "article": day.id,
        "source": "wire",
        "language": "en",
        "title": "Title 0",
        "url": "https://wire.example/0",
    }


def test_a_window_and_rules_choose(command: Command, tmp_path: Path, database: str) -> None:
    async def fill(tx: Transaction) -> None:
        await _store_matches(tx, *(_article(number) for number in range(6)))
        await _store_matches(tx, _article(9, fetched_at=NOON + 2 * DAY), rule="storms")

    _fill(database, tmp_path, fill)
    window = ("--since", "2026-03-03T12:00:00Z", "--until", "2026-03-05")
    assert [line["title"] for line in _export(command, *window)] == ["Title 1", "Title 2", "Title 9"]
    assert [line["title"] for line in _export(command, *window, "--rule", "st*")] == ["Title 9"]
    assert len(_export(command, "--rule", "ports", "--rule", "storms")) == 7
    assert _export(command, "--since", "1h") == []
    unknown = command("export", "--rule", "prots")
    assert (unknown.code, unknown.out) == (1, "")
    assert 'no rule "prots" has matched anything (did you mean "ports"?)' in unknown.err


def test_thousands_of_lines_come_once_each_and_in_order(command: Command, tmp_path: Path, database: str) -> None:
    articles = [_article(number, fetched_at=NOON + (number // 100) * DAY) for number in range(1_203)]

    async def fill(tx: Transaction) -> None:
        await tx.add_articles(articles)
        await tx.save_rules([make_rule("ports"), make_rule("storms")], NOON)
        await tx.add_matches([make_match(article, rule) for article in articles for rule in ("ports", "storms")])

    _fill(database, tmp_path, fill)
    outcome = command("export")
    lines = [json.loads(line) for line in outcome.out.splitlines()]
    expected = [(article.title, rule) for article in articles for rule in ("ports", "storms")]
    assert [(line["title"], line["rule"]) for line in lines] == expected
    assert outcome.err == "exported 2,406 matches\n"


async def _fill_alerts(tx: Transaction) -> None:
    told, waiting, dropped = (_article(number) for number in range(3))
    await _store_matches(tx, told, waiting, dropped)
    raised = [
        (make_alert(article.id, subscriber=SubscriberId(name), due_at=NOON + 9 * DAY), make_match(article))
        for article, name in ((told, "ana"), (waiting, "ana"), (dropped, "ana"), (told, "ben"))
    ]
    await tx.add_alerts(raised)
    ids = [pending.id for pending in await tx.list_pending_alerts(SubscriberId("ana"), None)]
    await tx.add_digest(make_digest("d1", composed_at=NOON + 9 * DAY), [ids[0]], [])
    await tx.drop_alerts([ids[2]], "silenced by 1")


def test_alerts_say_who_was_to_be_told_and_what_became_of_it(command: Command, tmp_path: Path, database: str) -> None:
    _fill(database, tmp_path, _fill_alerts)
    lines = _export(command, "alerts", "--subscriber", "ana")
    assert all(tuple(line) == KEYS["alerts"] for line in lines)
    assert [(line["title"], line["state"], line["digest"]) for line in lines] == [
        ("Title 0", "composed", "d1"),
        ("Title 1", "pending", None),
        ("Title 2", "dropped", None),
    ]
    assert (lines[0]["told_at"], lines[1]["told_at"]) == ("2026-03-11T12:00:00Z", None)
    assert lines[2]["dropped_because"] == "silenced by 1"
    assert [line["subscriber"] for line in _export(command, "alerts")] == ["ana", "ben", "ana", "ana"]
    assert len(_export(command, "alerts", "--subscriber", "ben", "--subscriber", "ana")) == 4


def test_csv_has_a_heading_and_no_cell_that_a_spreadsheet_would_run(command: Command, tmp_path: Path) -> None:
    titles = [*HOSTILE, 'quotes " and, commas', "two\nlines", "Ереван", ""]

    async def fill(tx: Transaction) -> None:
        articles = [_article(number, title=title or None) for number, title in enumerate(titles)]
        await _store_matches(tx, *articles, score=-3)

    _fill("sqlite", tmp_path, fill)
    outcome = command("export", "--format", "csv", "--out", "matches.csv")
    assert (outcome.code, outcome.out) == (0, "")
    rows = list(csv.DictReader(io.StringIO(Path("matches.csv").read_bytes().decode("utf-8"), newline="")))
    assert tuple(rows[0]) == KEYS["matches"]
    expected = [f"'{title}" for title in HOSTILE[:7]] + ["plain", "'-", "a=b", *titles[10:]]
    assert [row["title"] for row in rows] == expected
    assert {row["score"] for row in rows} == {"-3"}, "a number is no formula"
    assert rows[0]["words"] == "Dockers"


def test_an_empty_export_is_a_heading_or_nothing(command: Command, tmp_path: Path) -> None:
    _fill("sqlite", tmp_path)
    assert command("export").out == ""
    assert command("export", "alerts", "--format", "csv").out.split() == [",".join(KEYS["alerts"])]


def test_wrong_usage_is_named(command: Command, tmp_path: Path) -> None:
    nothing = command("export", "--format", "csv", "--out", "matches.csv")
    assert "nothing has been run or imported there yet" in nothing.err
    assert not Path("matches.csv").exists()
    _fill("sqlite", tmp_path)
    assert command("export", "articles").code == 2
    assert command("export", "--format", "xml").code == 2
    assert command("export", "--since", "soon").code == 2
    assert 'expected "monitor export alerts" with this' in command("export", "--subscriber", "ana").err
    assert "cannot be written" in command("export", "--out", "no/such/folder.csv").err


def test_the_page_names_every_key_and_its_commands_work(command: Command, tmp_path: Path) -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(KEYS["alerts"])

    async def fill(tx: Transaction) -> None:
        await _fill_alerts(tx)
        await _store_matches(tx, _article(7), rule="karabakh-use-of-force")

    _fill("sqlite", tmp_path, fill)
    commands = re.findall(r"^monitor (export.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    for line in commands:
        arguments = [word.strip('"') for word in line.partition(" > ")[0].split()]
        assert command(*arguments).code == 0, line
    assert len(Path("march.csv").read_text().splitlines()) == 2
    assert len(Path("ana.csv").read_text().splitlines()) == 4
