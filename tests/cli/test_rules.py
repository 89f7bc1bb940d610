"""`rules list|show|import`, and what `check` prints for authors."""

import asyncio
import json
from pathlib import Path

import pytest

from monitor.app import open_store
from monitor.clock import utc_now
from monitor.config.settings import Settings
from monitor.model import RuleId, RuleUsage
from tests.builders import NOON
from tests.cli.conftest import Command

_BROKEN = """version: 1
concepts:
  lonely: [flood]
rules:
  mine: {title: Mine, match: {all: [flood, {concept: nowhere}]}, tests: [hit: x]}
  sound: {title: "Sound [bold]rule[/bold]", owner: desk, tags: [water], match: flood, tests: [hit: A flood]}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.yaml").write_text(_BROKEN, encoding="utf-8")
    return tmp_path / "rules"


@pytest.mark.parametrize("name", ["list", "show", "stats", "import"])
def test_every_command_shows_an_example(command: Command, name: str) -> None:
    assert "Example:" in command("rules", name, "--help").out


def test_the_list_names_broken_rules_with_their_problems(command: Command, rules: Path) -> None:
    outcome = command("rules", "list")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert [line.split()[0] for line in lines] == ["RULE", "mine", "sound", "broken:"]
    assert lines[3].startswith("broken: rules/x.yaml:5:")
    assert "Sound [bold]rule[/bold]" in outcome.out
    assert "rules/x.yaml:6" in lines[2]


def test_no_line_of_a_table_ends_in_spaces_where_a_program_reads_it(command: Command, rules: Path) -> None:
    (rules / "y.yaml").write_text("rules: {z: {match: a, tags: [x, long]}, zz: {match: b}}", encoding="utf-8")
    lines = command("rules", "list").out.splitlines()
    assert len(lines) == 6
    assert lines == [line.rstrip() for line in lines]


def test_the_list_as_json_has_every_field(command: Command, rules: Path) -> None:
    mine, sound = json.loads(command("rules", "list", "--json").out)
    assert (mine["status"], mine["version"], mine["problems"][0]["line"]) == ("broken", "", 5)
    assert sound | {"version": "?"} == {
        "id": "sound",
        "title": "Sound [bold]rule[/bold]",
        "status": "live",
        "severity": "medium",
        "owner": "desk",
        "tags": ["water"],
        "version": "?",
        "examples": {"hit": 1},
        "file": "rules/x.yaml",
        "line": 6,
        "column": 3,
        "problems": [],
        "live_version": None,
        "matches_4_weeks": None,
        "mean_milliseconds": None,
        "slow": False,
    }


def test_files_that_hold_no_rule_any_more_are_told_too(command: Command, rules: Path) -> None:
    (rules / "torn.yaml").write_text("rules: {x: [", encoding="utf-8")
    outcome = command("rules", "list")
    assert outcome.code == 1
    assert "sound" in outcome.out
    assert "rules/torn.yaml:2:" in outcome.err


def test_show_draws_the_clauses_and_everything_they_stand_for(command: Command, project: Path) -> None:
    outcome = command("rules", "show", "karabakh-use-of-force")
    assert outcome.code == 0
    for expected in ("not near · within sentence", "actor azerbaijan", "Stepanakert", "применени* силы"):
        assert expected in outcome.out
    assert "part of azerbaijan" in outcome.out
    assert "language en, ru" in outcome.out
    document = json.loads(command("rules", "show", "karabakh-use-of-force", "--json").out)
    assert document["match"]["all"][0] == {"concept": "nagorno-karabakh"}
    assert {"azerbaijan", "baku", "threaten-force"} <= {used["id"] for used in document["uses"]}


def test_a_broken_rule_can_be_shown(command: Command, rules: Path) -> None:
    outcome = command("rules", "show", "mine")
    assert outcome.code == 0
    assert 'unknown concept "nowhere"' in outcome.out
    assert "concept nowhere" in outcome.out


def test_a_rule_that_does_not_exist_is_named(command: Command, rules: Path) -> None:
    outcome = command("rules", "show", "soud")
    assert outcome.code == 1
    assert 'no rule "soud" (did you mean "sound"?)' in outcome.err


def test_queries_are_imported_as_drafts_that_check_accepts(command: Command, project: Path) -> None:
    (project / "q.txt").write_text("Kings\tking* AND (crown OR throne)\nking queen\n", encoding="utf-8")
    outcome = command("rules", "import", "--from", "query", "q.txt", "--out", "rules/kings.yaml")
    assert outcome.code == 0, outcome.err
    assert outcome.out == ""
    assert 'q.txt:2:6: warning: not taken: no operator after "king"' in outcome.err
    assert "1 draft rule in rules/kings.yaml; 1 thing not taken" in outcome.err
    assert "kings" in command("rules", "list").out
    assert command("check").code == 0


def test_an_import_never_writes_over_a_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("king\n", encoding="utf-8")
    (tmp_path / "out.yaml").write_text("mine", encoding="utf-8")
    outcome = command("rules", "import", "--from", "query", "q.txt", "--out", "out.yaml")
    assert outcome.code == 1
    assert "exists already" in outcome.err
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == "mine"


def test_actors_are_printed_and_the_rest_goes_to_stderr(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("RURITANIA [RUR]\nZENDA\n", encoding="utf-8")
    outcome = command("rules", "import", "--from", "petrarch", "a.txt")
    assert outcome.code == 0
    assert outcome.out == (
        "version: 1\nactors:\n  ruritania: {kind: state, ids: {cameo: RUR}, names: {en: [Ruritania]}}\n"
    )
    assert outcome.err.splitlines() == [
        'a.txt:2: warning: not taken: "Zenda" has no code',
        "1 actor; 1 thing not taken",
    ]


def test_a_file_that_cannot_be_read_or_holds_nothing_is_an_error(command: Command, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    assert "not UTF-8" in command("rules", "import", "--from", "query", "latin.txt").err
    assert "no such file" in command("rules", "import", "--from", "query", "missing.txt").err
    empty = command("rules", "import", "--from", "query", "empty.txt")
    assert (empty.code, "nothing that could be taken" in empty.err) == (1, True)
    assert command("rules", "import", "--from", "magic", "empty.txt").code == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--schema"], "rules"), (["--schema-of", "config"], "routes"), (["--schema-of", "webhook"], "data")],
)
def test_check_prints_schemas_for_editors(command: Command, arguments: list[str], expected: str) -> None:
    outcome = command("check", *arguments)
    assert outcome.code == 0
    assert expected in json.loads(outcome.out)["properties"]
    assert command("check", "--schema-of", "nothing").code == 2


def test_check_suggests_names_to_paste(command: Command, project: Path) -> None:
    outcome = command("check", "--suggest", "ilham-aliyev")
    assert outcome.code == 0
    assert 'ru: ["Илхам* Алиев*"]' in outcome.out
    unknown = command("check", "--suggest", "ilham-aliev")
    assert (unknown.code, 'did you mean "ilham-aliyev"' in unknown.err) == (1, True)


def test_check_warns_of_what_is_probably_not_meant(command: Command, project: Path) -> None:
    (project / "rules" / "mine.yaml").write_text(
        "version: 1\nconcepts:\n  lonely: [flood]\nrules:\n  mine: {match: flood}\n", encoding="utf-8"
    )
    outcome = command("check")
    assert outcome.code == 0
    assert 'rules/mine.yaml:3:3: warning: concept "lonely" is used by no rule' in outcome.err
    assert 'rules/mine.yaml:5:3: warning: rule "mine" has no examples' in outcome.err


def test_a_rule_is_drawn_with_its_filters_and_every_kind_of_clause(command: Command, tmp_path: Path) -> None:
    match = "{all: [{times: 2, of: flood}, {at_least: 1, of: [dyke]}, {query: 'a OR b'}, {text: AI, exact: true}]}"
    (tmp_path / "x.yaml").write_text(
        f"rules: {{r: {{match: {match}, where: {{words: {{at_least: 80}}, tier: [1, 2]}}}}}}", encoding="utf-8"
    )
    drawn = command("rules", "show", "r", "--rules", "x.yaml").out
    for line in (
        "2 mentions of",
        "at least 1 of",
        "query a OR b",
        '"AI" · exact true',
        "words at least 80",
        "tier 1, 2",
    ):
        assert line in drawn


def test_what_rules_cost_and_found_is_read_from_the_store(command: Command, tmp_path: Path) -> None:
    assert "no database" in command("rules", "stats", "--data", "data").err

    async def fill() -> None:
        async with open_store(Settings(), tmp_path / "data") as store, store.transaction() as tx:
            await tx.add_rule_usage([_usage("floods", 3, 1), _usage("slow-one", 50, 0)], NOON)

    asyncio.run(fill())
    slow, floods = command("rules", "stats", "--data", "data").out.splitlines()[1:]
    assert slow.split() == ["slow-one", "50", "0", "0.50", "s", "94.3%", "10.00", "ms", "slow"]
    assert floods.split() == ["floods", "3", "1", "0.03", "s", "5.7%", "10.00", "ms"]
    first, _ = json.loads(command("rules", "stats", "--data", "data", "--json").out)
    assert first == {
        "rule": "slow-one",
        "asked": 50,
        "matched": 0,
        "seconds": 0.5,
        "mean_milliseconds": 10.0,
        "slow": True,
    }


def test_the_list_names_slow_rules_below_it(command: Command, rules: Path, tmp_path: Path) -> None:
    async def fill() -> None:
        async with open_store(Settings(), tmp_path / "data") as store, store.transaction() as tx:
            await tx.add_rule_usage([_usage("sound", 50, 1)], NOON)

    asyncio.run(fill())
    assert (
        'sound: slow, 10.0 ms for each article that it looks at; see "monitor rules stats"'
        in command("rules", "list").out
    )
    broken, sound = json.loads(command("rules", "list", "--json").out)
    assert (broken["slow"], broken["mean_milliseconds"]) == (False, None)
    assert (sound["slow"], sound["mean_milliseconds"]) == (True, 10.0)


def test_check_tells_how_often_each_rule_would_fire_by_what_is_stored(command: Command, project: Path) -> None:
    (project / "rules" / "mine.yaml").write_text(
        "rules: {floods: {match: deluge}, silent: {match: zeppelin, status: draft}, gone: {match: rain, status: off}}",
        encoding="utf-8",
    )
    articles = [
        {"title": "Rain", "body": "What a deluge, said the mayor."},
        {"title": "Sun", "body": "The sun is out."},
    ]
    (project / "a.jsonl").write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    assert "would have matched" not in command("check").out
    assert command("import", "a.jsonl").code == 0
    only_mine = ("check", "--rules", "rules/mine.yaml")
    summary, heading, floods, silent = command(*only_mine).out.splitlines()
    assert summary.startswith("checked 3 rules")
    assert heading.startswith("of the 2 articles stored since 2")
    assert floods.split() == ["floods", "1", "about", "7", "a", "week", "50%", "of", "articles"]
    assert silent == "1 rule for none"
    document = json.loads(command(*only_mine, "--json").out)
    assert document["volumes"]["articles"] == 2
    assert document["volumes"]["rules"] == [
        {"rule": "floods", "hits": 1, "per_week": 7.0, "share": 0.5},
        {"rule": "silent", "hits": 0, "per_week": 0.0, "share": 0.0},
    ]


def _usage(rule: str, asked: int, matched: int) -> RuleUsage:
    return RuleUsage(rule=RuleId(rule), asked=asked, matched=matched, nanoseconds=asked * 10_000_000)


@pytest.mark.parametrize(
    ("width", "headings"),
    [
        ("40", ["RULE", "STATUS", "SEVERITY", "EXAMPLES"]),
        ("70", ["RULE", "TITLE", "STATUS", "SEVERITY", "EXAMPLES", "VERSION"]),
        ("160", ["RULE", "TITLE", "STATUS", "SEVERITY", "EXAMPLES", "OWNER", "TAGS", "VERSION", "FILE"]),
    ],
)
def test_the_table_shows_what_fits_the_terminal(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: str, headings: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    folder = tmp_path / "rules" / "of-a-rather-long-name-for-one-desk"
    folder.mkdir(parents=True)
    rule = "{title: A title of quite some length, match: flood, owner: desk-of-floods, tags: [rivers, floods]}"
    (folder / "x.yaml").write_text(f"rules: {{floods: {rule}}}", encoding="utf-8")
    lines = command("rules", "list").out.splitlines()
    assert lines[0].split() == headings
    assert all(len(line) <= int(width) for line in lines)


def test_the_list_counts_the_matches_of_late(command: Command, project: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("rules: {mine: {match: flood}, sound: {match: fire}}", encoding="utf-8")
    (tmp_path / "archive").mkdir()
    today = utc_now().date().isoformat()
    for name, day in (("new", today), ("old", "2001-02-03")):
        article = {"title": f"A {name} flood", "body": f"The {name} flood.", "published": day, "language": "en"}
        (tmp_path / "archive" / f"{name}.jsonl").write_text(json.dumps(article), encoding="utf-8")
    assert command("import", tmp_path / "archive", "--rules", "mine.yaml").code == 0
    mine, sound = json.loads(command("rules", "list", "--rules", "mine.yaml", "--json").out)
    assert (mine["matches_4_weeks"], sound["matches_4_weeks"]) == (1, 0)
    assert "4 WEEKS" in command("rules", "list", "--rules", "mine.yaml").out
