"""`backtest`, over archives and over the store."""

import json
import os
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from monitor.cli.backtest_report import bars_of, describe_volume
from monitor.match.backtest import weeks_between
from monitor.samples import samples_directory
from tests.cli.conftest import Command

_SEEDS = samples_directory("seeds")
_BEFORE = "version: 1\nrules:\n  floods: {title: Floods, match: {any: [flood, surge]}}\n  silent: {match: zeppelin}\n"
_AFTER = "version: 1\nrules:\n  floods: {title: Floods, status: draft, match: {any: [flood, deluge]}}\n"
_ARTICLES = (
    {"title": "Flood at the mill", "body": "The flood [bold]took[/bold] the mill.", "published": "2026-03-02"},
    {"title": "Surge", "body": "A surge of water came down.", "published": "2026-03-03"},
    {"title": "Rain", "body": "What a deluge, said the mayor.", "published": "2026-03-20"},
    {"title": "Sun", "body": "The sun is out.", "published": "2026-04-01"},
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Rules in `rules`, as they were in `before`, and four articles."""
    for name, text in (("rules", _AFTER), ("before", _BEFORE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "floods.yaml").write_text(text, encoding="utf-8")
    lines = (json.dumps(article) for article in _ARTICLES)
    (tmp_path / "dump.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "dump.jsonl"


def test_people_get_a_chart_the_volume_and_sentences(command: Command, archive: Path) -> None:
    outcome = command("backtest", "--archive", archive)
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    assert "4 articles in 3 weeks, 2026-W10 to 2026-W14" in outcome.out
    assert "Floods (medium, draft)" in outcome.out
    assert "2 hits · about 1 in 2 weeks · 50% of articles" in outcome.out
    assert "█·█··" in outcome.out
    assert "The flood [bold]took[/bold] the mill." in outcome.out


def test_machines_get_everything_that_was_counted(command: Command, archive: Path) -> None:
    document = json.loads(command("backtest", "--archive", archive, "--against", "before", "--json").out)
    floods, silent = document["rules"]
    assert (document["articles"], document["against"]) == (4, "before")
    assert (floods["hits"], floods["share"], floods["weeks"]) == (2, 0.5, {"2026-W10": 1, "2026-W12": 1})
    assert floods["samples"][0]["excerpts"] == ["What a deluge, said the mayor."]
    assert [each["title"] for each in floods["against"]["gained"]] == ["Rain"]
    assert [each["title"] for each in floods["against"]["lost"]] == ["Surge"]
    assert floods["version"] != floods["against"]["version"]
    assert (silent["version"], silent["hits"], silent["against"]["hits"]) == (None, 0, 0)


def test_a_change_is_shown_with_what_it_gains_and_loses(command: Command, archive: Path) -> None:
    out = command("backtest", "floods", "--archive", archive, "--against", "before").out
    assert "against before: 2 hits there, gained 1, lost 1" in out
    assert "+ 2026-03-20 Rain" in out
    assert "- 2026-03-03 Surge" in out
    assert "A surge of water came down." in out


def test_where_nothing_loads_there_is_nothing_to_compare_with(command: Command, archive: Path) -> None:
    (archive.parent / "empty").mkdir()
    (archive.parent / "broken.yaml").write_text("rules: {floods: {match: [x]}}", encoding="utf-8")
    (archive.parent / "notes.yaml").write_text("just a text", encoding="utf-8")
    for other in ("empty", "broken.yaml", "notes.yaml"):
        outcome = command("backtest", "--archive", archive, "--against", other)
        assert (outcome.code, outcome.out) == (1, "")
        assert f"{other}: no rule there to compare with" in outcome.err


def test_a_rule_that_did_not_load_there_is_compared_with_nothing(command: Command, archive: Path) -> None:
    broken = "rules:\n  floods: {match: [x]}\n  silent: {match: zeppelin}\n"
    (archive.parent / "before" / "floods.yaml").write_text(broken, encoding="utf-8")
    outcome = command("backtest", "--archive", archive, "--against", "before", "--html", "page.html")
    assert outcome.code == 0
    assert 'before/floods.yaml:2:19: rule "floods"' in outcome.err
    assert "It did not load there: nothing is compared." in Path("page.html").read_text(encoding="utf-8")
    out = command("backtest", "--archive", archive, "--against", "before").out
    assert "against before: did not load there, so nothing is compared" in out
    floods, silent = json.loads(command("backtest", "--archive", archive, "--against", "before", "--json").out)["rules"]
    assert floods["against"] == {"version": None, "broken": True, "hits": 0, "gained": [], "lost": []}
    assert silent["against"]["broken"] is False


def test_a_revision_of_the_rules_is_compared(command: Command, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (("init", "--quiet"), ("add", "rules"), (*identity, "commit", "--quiet", "--message=x")):
        subprocess.run(["git", *arguments], check=True)
    assert "no article gained or lost" in command("backtest", "--archive", archive, "--against", "HEAD").out
    (archive.parent / "rules" / "floods.yaml").write_text(_BEFORE, encoding="utf-8")
    out = command("backtest", "floods", "--archive", archive, "--against", "HEAD").out
    assert "gained 1, lost 1" in out
    missing = command("backtest", "--archive", archive, "--against", "no-such-branch")
    assert missing.code == 1
    assert '"no-such-branch" is neither a directory nor a revision' in missing.err


def test_the_store_is_read_by_default_and_left_as_it_is(command: Command, project: Path) -> None:
    empty = command("backtest")
    assert empty.code == 1
    assert "nothing has been run or imported there" in empty.err
    assert not (project / "data").exists()
    assert command("import", _SEEDS).code == 0
    stored = json.loads(command("backtest", "--json").out)
    from_files = json.loads(command("backtest", "--archive", _SEEDS, "--json").out)
    assert stored["articles"] == 26
    assert [(each["rule"], each["hits"], each["weeks"]) for each in stored["rules"]] == [
        (each["rule"], each["hits"], each["weeks"]) for each in from_files["rules"]
    ]
    assert command("deliveries", "list").out == "no deliveries\n"


def test_only_articles_since_a_day_count(command: Command, archive: Path) -> None:
    since = ("--since", "2026-03-03", "--json")
    document = json.loads(command("backtest", "--archive", archive, *since).out)
    assert (document["articles"], document["rules"][0]["hits"]) == (3, 1)
    assert document["since"] == "2026-03-03T00:00:00Z"
    nothing = command("backtest", "--archive", archive, "--since", "2999-01-01")
    assert nothing.code == 1
    assert "no articles since 2999-01-01" in nothing.err
    assert command("backtest", "--archive", archive, "--since", "yesterday").code == 2
    assert command("backtest", "--archive", archive, "--since", "3000w").code == 0


def test_unknown_rules_and_unreadable_archives_are_named(command: Command, archive: Path) -> None:
    unknown = command("backtest", "flods", "--archive", archive)
    assert unknown.code == 1
    assert 'no rule "flods" (did you mean "floods"?)' in unknown.err
    archive.write_text(archive.read_text(encoding="utf-8") + "\nno json\n", encoding="utf-8")
    broken = command("backtest", "--archive", archive, "--archive", "missing.txt")
    assert broken.code == 1
    assert "2 hits" in broken.out
    assert "dump.jsonl:5" in broken.err
    assert "missing.txt" in broken.err


def test_rules_without_a_hit_share_one_line_unless_asked_for(command: Command, archive: Path) -> None:
    listed = command("backtest", "--archive", archive, "--rules", "before").out
    assert "1 rule without a hit: silent" in listed
    asked = command("backtest", "silent", "--archive", archive, "--rules", "before").out
    assert "0 hits · none · 0% of articles" in asked


def test_control_characters_of_publishers_do_not_reach_the_terminal(command: Command, archive: Path) -> None:
    hostile = {"title": "Flood \u001b[31m", "body": "A flood \u202e of it.", "published": "2026-03-02"}
    archive.write_text(json.dumps(hostile), encoding="utf-8")
    out = command("backtest", "--archive", archive).out
    assert "\u001b" not in out
    assert "\u202e" not in out


def test_a_long_stretch_is_drawn_in_at_most_sixty_bars() -> None:
    span = weeks_between([date(2020, 1, 6), date(2026, 1, 5)])
    bars, width = bars_of({span[0]: 5, span[-1]: 1}, span)
    assert len(bars) <= 60
    assert width > 1
    assert (bars[0], bars[1], bars[-1]) == ("█", "·", "▂")
    assert bars_of({}, []) == ("", 1)


@pytest.mark.parametrize(
    ("per_week", "words"),
    [
        (0, "none"),
        (0.01, "about 1 in 100 weeks"),
        (0.6, "about 1 in 2 weeks"),
        (0.96, "about 1 a week"),
        (1, "about 1 a week"),
        (1.52, "about 1.5 a week"),
        (14.4, "about 14 a week"),
        (12345, "about 12,345 a week"),
    ],
)
def test_volume_is_told_as_people_say_it(per_week: float, words: str) -> None:
    assert describe_volume(per_week) == words


class _Page(HTMLParser):
    """What of a page matters here: its tags, where it points, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_the_page_shows_what_the_terminal_shows(command: Command, archive: Path, tmp_path: Path) -> None:
    outcome = command("backtest", "--archive", archive, "--against", "before", "--html", "report.html")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "wrote report.html\n")
    page = _Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "4 articles in 3 weeks, 2026-W10 to 2026-W14 · compared with before" in page.text
    assert "2 hits · about 1 in 2 weeks · 50% of articles" in page.text
    assert "Gained 1 2026-03-20 Rain" in page.text
    assert "Lost 1 2026-03-03 Surge" in page.text
    assert "The flood [bold]took[/bold] the mill." in page.text
    assert page.tags.count("mark") >= 3
    assert "2026-W10: 1 hit" in page.text
    assert page.addresses == ["#floods"]


def test_nothing_that_a_publisher_wrote_becomes_part_of_the_page(
    command: Command, archive: Path, tmp_path: Path
) -> None:
    hostile = {
        "title": 'Flood & "fire": 1 < 2',
        "body": "A flood <img src=x onerror=alert(1)> of <b>words</b>.",
        "published": "2026-03-02",
    }
    articles = [hostile | {"url": url} for url in ("javascript:alert(1)", "https://news.example.org/a?b='\"><i>")]
    archive.write_text("\n".join(json.dumps(article) for article in articles), encoding="utf-8")
    assert command("backtest", "--archive", archive, "--html", "report.html").code == 0
    page = _Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert not {"script", "img", "i", "link", "iframe"} & set(page.tags)
    assert all(address.startswith(("#", "https://news.example.org/")) for address in page.addresses)
    assert 'Flood & "fire": 1 < 2' in page.text


def test_a_page_that_cannot_be_written_is_told(command: Command, archive: Path) -> None:
    outcome = command("backtest", "--archive", archive, "--html", "nowhere/report.html")
    assert (outcome.code, "cannot be written: no such file or directory" in outcome.err) == (1, True)
