"""`reprocess`: stored articles, read again from what was kept of them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command

_RULES = "version: 1\nrules:\n  floods: {match: flood}\n"
_SOURCES = "version: 1\nsources:\n  other: {feed: https://feeds.example.org/x}\n"
_MORE = "version: 1\nrules:\n  ferries: {match: ferry}\n"


@pytest.fixture
def imported(command: Command, tmp_path: Path) -> Path:
    """A store with two articles of one archive."""
    for name in ("config", "rules"):
        (tmp_path / name).mkdir()
    (tmp_path / "config" / "sources.yaml").write_text(_SOURCES, encoding="utf-8")

    (tmp_path / "rules" / "rules.yaml").write_text(_RULES, encoding="utf-8")
    articles = (
        {"title": "Flood", "body": "A flood took the mill by the river."},
        {"title": "Ferry", "body": "The ferry is late again."},
    )
    (tmp_path / "dump.jsonl").write_text("\n".join(json.dumps(each) for each in articles), encoding="utf-8")
    outcome = command("import", "dump.jsonl")
    assert outcome.code == 0, outcome.err
    return tmp_path


def test_nothing_changes_while_reading_and_rules_are_the_same(command: Command, imported: Path) -> None:
    outcome = command("reprocess", "--since", "1d")
    assert outcome.code == 0, outcome.err
    assert outcome.out == "2 articles read again, 0 changed; matches gained 0, lost 0\n"


def test_a_trial_shows_what_other_rules_gain_and_lose_and_keeps_nothing(command: Command, imported: Path) -> None:
    (imported / "rules" / "rules.yaml").write_text(_MORE, encoding="utf-8")
    for _ in range(2):
        outcome = command("reprocess", "--since", "1d", "--dry-run")
        assert "gained: ferries" in outcome.out
        assert "lost: floods" in outcome.out
        assert outcome.out.endswith("2 articles read again, 0 would change; matches gained 1, lost 1\n")
    assert "matches gained 1, lost 1" in command("reprocess", "--since", "1d").out
    assert "matches gained 0, lost 0" in command("reprocess", "--since", "1d").out


def test_machines_get_a_line_for_each_article_that_changes(command: Command, imported: Path) -> None:
    (imported / "rules" / "rules.yaml").write_text(_MORE, encoding="utf-8")
    lines = [json.loads(line) for line in command("reprocess", "--since", "1d", "--dry-run", "--json").out.splitlines()]
    assert sorted((line["gained"], line["lost"]) for line in lines) == [([], ["floods"]), (["ferries"], [])]


def test_another_source_and_a_later_day_leave_everything_out(command: Command, imported: Path) -> None:
    assert command("reprocess", "--since", "1d", "--source", "other").out.startswith("0 articles")
    assert command("reprocess", "--since", "2999-01-01").out.startswith("0 articles")


def test_a_beginning_that_cannot_be_read_is_wrong_usage(command: Command, imported: Path) -> None:
    outcome = command("reprocess", "--since", "yesterday")
    assert outcome.code == 2
    assert "expected a day such as" in outcome.err


def test_without_a_database_it_says_so(command: Command, imported: Path) -> None:
    outcome = command("reprocess", "--since", "1d", "--data", "elsewhere")
    assert outcome.code == 1
    assert "nothing has been run or imported there yet" in outcome.err
