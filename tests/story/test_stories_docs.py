"""The page on stories says what the code does: its commands run, its settings load, its thresholds are the code's."""

import re
import shlex
from pathlib import Path

import pytest

from monitor.config.settings import load_settings
from monitor.model.retention import DEFAULT_RETENTION
from monitor.story.events import SAME_EVENT, SAME_EVENT_A_DAY
from monitor.story.index import MOST_STORIES, MOST_TEXTS
from monitor.story.similar import CONTAINED, FEWEST
from monitor.story.window import LONGEST, WINDOW
from tests.cli.conftest import Command, command

__all__ = ["command"]

TEXT = (Path(__file__).parents[2] / "docs" / "stories.md").read_text(encoding="utf-8")


def test_the_thresholds_are_those_of_the_code() -> None:
    values = re.findall(r"^\| [a-z ]+ \| ([\d.]+) \|", TEXT, re.MULTILINE)
    assert [float(value) for value in values[:4]] == [CONTAINED, FEWEST, SAME_EVENT, SAME_EVENT_A_DAY]
    assert f"within {WINDOW.total_seconds() / 3600:.0f}" in TEXT or f"{WINDOW.total_seconds() / 3600:.0f} hours" in TEXT
    assert f"{LONGEST.days} days at most" in TEXT
    assert f"that {MOST_TEXTS} texts share" in TEXT
    assert f"lead to {MOST_STORIES} stories" in TEXT


def test_the_settings_are_the_defaults(tmp_path: Path) -> None:
    (yaml,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "monitor.yaml").write_text(yaml, encoding="utf-8")
    retention = load_settings(tmp_path, {}, dotenv_file=tmp_path / ".env").retention
    assert (retention.raw, retention.bodies, retention.metadata) == (
        DEFAULT_RETENTION.raw,
        DEFAULT_RETENTION.bodies,
        DEFAULT_RETENTION.metadata,
    )


@pytest.mark.parametrize("line", re.findall(r"^\$ monitor (.*)$", TEXT, re.MULTILINE))
def test_the_commands_run(command: Command, tmp_path: Path, line: str) -> None:
    assert command("init", ".").code == 0
    (tmp_path / "one.txt").write_text("Flood\n\nThe flood took the mill by the river.\n", encoding="utf-8")
    assert command("import", "one.txt").code == 0
    outcome = command(*shlex.split(line))
    assert outcome.code == 0, outcome.err
