"""docs/sources.md is executed: its commands run, one after the other, against a site on loopback."""

import re
import shlex
from pathlib import Path
from typing import get_args

from monitor.health import Condition
from tests.cli.conftest import Command
from tests.cli.test_sources import site, sources

__all__ = ["site", "sources"]

DOCUMENT = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_the_commands_of_the_page_run(command: Command, sources: Path, site: str) -> None:
    lines = "".join(re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)).splitlines()
    assert len(lines) == 14
    for line in lines:
        program, *arguments = shlex.split(line.replace("https://www.example.org", site))
        assert program == "monitor"
        outcome = command(*arguments)
        assert outcome.code == 0, f"{line}\n{outcome.err}"
    assert "example-news" in sources.read_text()
    assert "example-pages" not in sources.read_text()


def test_the_page_names_every_state() -> None:
    section = DOCUMENT.split("## Diagnose")[1].split("| the note says |")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(get_args(Condition))
