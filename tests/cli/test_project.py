"""`init`, `check`, `import`, `sources`, `digest`, `deliveries` and `doctor` on a project in a directory."""

import json
import shutil
from pathlib import Path

import pytest

from monitor.cli import COMMANDS
from monitor.samples import samples_directory
from tests.cli.conftest import Command

_SEEDS = samples_directory("seeds")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example(command: Command, name: str) -> None:
    outcome = command(name, "--help")
    assert outcome.code == 0
    group = "Commands" in outcome.out
    assert "Example:" in outcome.out or group


@pytest.mark.parametrize(
    "name", ["sources list", "sources add", "deliveries list", "deliveries show", "deliveries replay"]
)
def test_every_command_of_a_group_shows_an_example(command: Command, name: str) -> None:
    assert "Example:" in command(*name.split(), "--help").out


def test_a_new_project_is_sound(command: Command, project: Path) -> None:
    outcome = command("check")
    assert outcome.code == 0, outcome.err
    assert "0 errors" in outcome.out


def test_init_overwrites_nothing(command: Command, project: Path) -> None:
    before = (project / "config" / "sources.yaml").read_bytes()
    outcome = command("init", ".")
    assert outcome.code == 1
    assert "config/sources.yaml" in outcome.err
    assert (project / "config" / "sources.yaml").read_bytes() == before


def test_check_reports_problems_of_rules_and_configuration_at_once(command: Command, project: Path) -> None:
    (project / "rules" / "mine.yaml").write_text(
        "version: 1\nrules:\n  mine:\n    title: Mine\n    match: {all: [flood, {concept: nagorno-karabak}]}\n"
        "  yours:\n    title: Yours\n    match: flood\n    tests:\n      - hit: The river is low.\n",
        encoding="utf-8",
    )
    (project / "config" / "more.yaml").write_text(
        "version: 1\nroutes:\n  - to: [nobody]\n    send: {now: true}\n", encoding="utf-8"
    )
    outcome = command("check")
    assert outcome.code == 1
    assert "rules/mine.yaml:5:" in outcome.err
    assert '(did you mean "nagorno-karabakh"?)' in outcome.err
    assert "rules/mine.yaml:10:" in outcome.err
    assert "config/more.yaml:3:" in outcome.err
    document = json.loads(command("check", "--json").out)
    assert document["counts"]["errors"] == 3


def test_warnings_are_errors_only_when_asked(command: Command, project: Path) -> None:
    (project / "config" / "more.yaml").write_text(
        "version: 1\nsubscribers:\n  lonely: {email: lonely@example.org}\n", encoding="utf-8"
    )
    assert command("check").code == 0
    assert command("check", "--strict").code == 1


def test_a_note_is_no_warning_and_rules_without_a_configuration_are_checked(command: Command, project: Path) -> None:
    shutil.rmtree(project / "config")
    outcome = command("check", "--strict")
    assert outcome.code == 0
    assert outcome.err == "config: note: no such directory, so only the rules were checked\n"
    assert command("check", "--config", "config").code == 1
    (project / "rules" / "mine.yaml").write_text("rules: {a: {match: [x]}}", encoding="utf-8")
    assert command("check").code == 1
    shutil.rmtree(project / "rules")
    assert "rules: no such file or directory" in command("check").err


def test_check_says_how_many_of_the_rules_it_could_read(command: Command, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.yaml").write_text("rules: {a: {match: flood}, b: {match: [x]}}", encoding="utf-8")
    assert command("check").out.startswith("checked 1 of 2 rules, 0 examples, ")
    counts = json.loads(command("check", "--json").out)["counts"]
    assert (counts["rules"], counts["broken rules"]) == (1, 1)


def test_a_missing_configuration_says_what_to_do(command: Command) -> None:
    outcome = command("run", "--once")
    assert outcome.code == 1
    assert "monitor init DIR" in outcome.err
    assert not Path("data").exists()


def test_import_stores_once_and_never_alerts(command: Command, project: Path) -> None:
    first = command("import", _SEEDS)
    assert first.code == 0, first.err
    assert "26 new articles in 25 stories" in first.out
    assert "karabakh-use-of-force" in first.out
    assert command("import", _SEEDS).out == "nothing new\n"
    assert command("deliveries", "list").out == "no deliveries\n"
    subscriber = json.loads(command("check", "--json").out)["counts"]["subscribers"]
    assert subscriber


_SECRETS = """\
smtp: {username: monitor, password: "env:NOBODY_SET_THIS"}
dkim: {domain: example.org, selector: alerts, key: "env:NOR_THIS"}
secret_key: "env:NOR_THIS_EITHER"
"""


def test_commands_that_reach_nobody_need_no_secrets(command: Command, project: Path) -> None:
    (project / "config" / "monitor.yaml").write_text(_SECRETS, encoding="utf-8")
    people = 'version: 1\nsubscribers: {hook: {webhook: {url: "env:A_HOOK", secret: "env:A_SECRET"}}}\n'
    (project / "config" / "people.yaml").write_text(people, encoding="utf-8")
    imported = command("import", _SEEDS, "--alert")
    assert imported.code == 0, imported.err
    assert "26 new articles in 25 stories" in imported.out
    assert command("deliveries", "list").out == "no deliveries\n"
    for asked in (
        ("reprocess", "--since", "7d"),
        ("rules", "stats"),
        ("subscribers", "list"),
        ("subscribers", "forget", "hook", "--yes"),
    ):
        outcome = command(*asked)
        assert outcome.code == 0, outcome.err
    assert 'no silence "7" is in force' in command("silence", "end", "7").err
    assert 'no delivery "abc"' in command("deliveries", "replay", "abc").err
    assert "never run" in command("doctor").err
    service = command("run", "--once")
    assert service.code == 1
    assert 'environment variable "NOBODY_SET_THIS" is not set' in service.err


def test_import_names_a_broken_record_and_keeps_the_rest(command: Command, project: Path) -> None:
    (project / "dump.jsonl").write_text('{"title": "Flood", "body": "The river rose."}\nno json\n', encoding="utf-8")
    outcome = command("import", "dump.jsonl")
    assert outcome.code == 1
    assert "dump.jsonl:2" in outcome.err
    assert "1 new article in 1 story" in outcome.out


def test_a_source_can_be_added_and_is_listed(command: Command, project: Path) -> None:
    added = command("sources", "add", "example-world", "https://feeds.example.org/world.xml", "--tag", "wire")
    assert added.code == 0, added.err
    listed = json.loads(command("sources", "list", "--json").out)
    (source,) = [source for source in listed if source["id"] == "example-world"]
    assert source["tags"] == ["wire"]
    assert source["last_polled_at"] is None
    assert "example-world" in command("sources", "list").out
    again = command("sources", "add", "example-world", "https://feeds.example.org/other.xml")
    assert again.code == 1
    assert "example-world" in again.err


def test_what_does_not_exist_is_named(command: Command, project: Path) -> None:
    assert 'no subscriber "nobody"' in command("digest", "nobody").err
    assert "no database" in command("deliveries", "show", "abc").err
    command("import", _SEEDS)
    assert 'no delivery "abc"' in command("deliveries", "show", "abc").err
    assert command("deliveries", "list", "--state", "lost").code == 2
    unknown = command("deliveries", "list", "--subscriber", "mex")
    assert (unknown.code, unknown.out) == (1, "")
    assert 'no subscriber "mex" (did you mean "me"?), and nothing was sent to one' in unknown.err
    assert command("deliveries", "list", "--subscriber", "me").out == "no deliveries\n"
    assert 'no subscriber "mex" (did you mean "me"?)' in command("subscribers", "enable", "mex").err
    assert "never run" in command("doctor").err
