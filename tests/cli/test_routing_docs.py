"""docs/routing.md is executed: its newsroom loads and passes its own tests, its commands run, its tables are true."""

import re
import shlex
from datetime import UTC, datetime, time
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from monitor.model import Daily, NoticeKind
from monitor.route.windows import due_at
from monitor.samples import samples_directory
from tests.cli.conftest import Command
from tests.route.test_windows import local

DOCUMENT = (Path(__file__).parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")


def write_newsroom(directory: Path) -> None:
    (name, text), *others = re.findall(r"```yaml\n# (\S+)\n(.*?)```", DOCUMENT, re.DOTALL)
    assert not others
    (directory / name).parent.mkdir()
    (directory / name).write_text(text, encoding="utf-8")
    (directory / "clippings").mkdir()
    (directory / "clippings" / "2026-03-29.txt").write_text(
        "Baku warns\n\nBaku threatened to use force over Nagorno-Karabakh.\n", encoding="utf-8"
    )


def commands() -> list[list[str]]:
    lines = "".join(re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)).splitlines()
    return [shlex.split(line) for line in lines]


def test_the_newsroom_of_the_page_passes_its_own_tests(command: Command, tmp_path: Path) -> None:
    write_newsroom(tmp_path)
    outcome = command("check", "--rules", samples_directory("rules"))
    assert outcome.code == 0, outcome.err
    assert "2 route tests, 0 errors" in outcome.out


def test_the_commands_of_the_page_run(command: Command, tmp_path: Path) -> None:
    write_newsroom(tmp_path)
    rules = str(samples_directory("rules"))
    assert len(commands()) == 10
    for name, *arguments in commands():
        assert name == "monitor"
        takes_rules = arguments[0] in {"route", "digest"} or arguments[:2] == ["silence", "add"]
        outcome = command(*arguments, *(["--rules", rules] if takes_rules else []))
        if "3f2a" in arguments:  # nothing has been sent here
            assert outcome.err.startswith('monitor: no delivery "3f2a"')
        elif arguments[0] == "digest":
            assert "DESK_SLACK_URL" in outcome.err, "the page's secrets are not set here"
        else:
            assert outcome.code == 0, outcome.err


def test_local_times_that_a_clock_change_touches_are_read_as_the_page_says() -> None:
    berlin, apia = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
    half_past_two = Daily(time(2, 30))
    assert due_at(half_past_two, berlin, local(berlin, 2026, 3, 29)).astimezone(berlin).hour == 3
    assert due_at(half_past_two, berlin, local(berlin, 2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    friday = Daily(time(7, 30), frozenset({4}))
    assert due_at(friday, apia, local(apia, 2011, 12, 28)) == local(apia, 2011, 12, 31, 7, 30)
    for stated in ("02:30) | as long after the gap", ": 03:30", "the first of the two", "same time of the next day"):
        assert stated in DOCUMENT


def test_the_page_names_every_notice() -> None:
    section = DOCUMENT.split("## What operators hear")[1]
    assert tuple(re.findall(r"^\| (\w+) \|", section, re.MULTILINE)[1:]) == get_args(NoticeKind)
