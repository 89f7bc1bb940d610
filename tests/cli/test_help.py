"""Help, and tables, are plain text where nobody asked for more, and fit a terminal of 80 columns."""

import asyncio
import os
import pty
import re
import sys
import termios
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from monitor.app import open_store
from monitor.cli import COMMANDS
from monitor.clock import utc_now
from monitor.config.settings import Settings
from monitor.loading import load_function
from monitor.model import PollState, SourceId
from tests.cli.conftest import Command
from tests.contract.stores import make_delivery, make_digest

_ESCAPE = "\x1b"
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def _every_command() -> Iterator[str]:
    yield ""
    for name, (address, _) in COMMANDS.items():
        yield name
        loaded = load_function(address)
        group = get_command(loaded) if address.endswith(":app") else None
        if isinstance(group, TyperGroup):
            yield from (f"{name} {command}" for command in group.commands)


@pytest.mark.parametrize("name", [*_every_command()])
def test_help_fits_a_terminal_and_speaks_of_nothing_that_only_programmers_know(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    outcome = command(*name.split(), "--help")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].startswith(f"Usage: {' '.join(['monitor', *name.split()])} [OPTIONS]")
    assert max(map(len, lines)) <= 80
    assert re.findall(r"<\w+|[{}…]|\[\[|list\[|\.\.\.$", "\n".join(lines[1:])) == []
    assert _ESCAPE not in outcome.out


def test_every_option_that_takes_a_value_is_followed_by_a_word_for_it(command: Command) -> None:
    options = command("sources", "add", "--help").out.partition("Options:")[2]
    assert re.findall(r"^  (--\S+) ([A-Z=]+) ", options, re.MULTILINE)[:3] == [
        ("--tag", "TAG"),
        ("--tier", "N"),
        ("--language", "CODE"),
    ]


def test_commands_of_a_group_are_explained_in_whole_sentences(command: Command) -> None:
    listed = " ".join(command("sources", "--help").out.split())
    assert "pause Poll a source no more until it is resumed; what it brought stays. resume" in listed


def test_wrong_usage_is_told_in_plain_words_with_what_was_probably_meant(command: Command) -> None:
    outcome = command("check", "--strickt")
    assert outcome.code == 2
    assert "Usage: monitor check [OPTIONS]" in outcome.err
    assert "Error: No such option: --strickt" in outcome.err
    assert "--strict" in outcome.err.partition("Error:")[2]
    assert command("match").err.endswith("Error: Missing argument 'PATH'.\n")


def _on_a_terminal(directory: Path, *arguments: str, **environment: str) -> str:
    """What a command shows on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    with Popen(
        [sys.executable, "-m", "monitor", *arguments],
        cwd=directory,
        env=plain | {"TERM": "xterm"} | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        shown = bytearray()
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how Linux says that the other side is closed
            pass
    os.close(ours)
    return shown.decode()


def test_tables_of_what_was_polled_and_sent_fit_a_terminal_with_every_address_and_time(
    command: Command, project: Path
) -> None:
    """A feed that was polled, and a delivery of each state, with names of some length."""
    now = utc_now()
    source = SourceId("bbc-world")
    polled = PollState(source=source, next_poll_at=now + 8 * _MINUTE, last_polled_at=now, last_new_at=now - 3 * _DAY)
    digest = make_digest()
    sent = make_delivery(digest, state="sent", created_at=now - _DAY, sent_at=now - 40 * _MINUTE, next_attempt_at=None)
    pending = make_delivery(digest, channel="webhook", created_at=now - _DAY, next_attempt_at=now + 12 * _MINUTE)

    async def store() -> None:
        async with open_store(Settings(), project / "data") as opened, opened.transaction() as tx:
            await tx.save_poll_state(polled)
            await tx.add_digest(digest, [], [sent, pending])

    asyncio.run(store())
    silence = ("silence", "add", "--rule", "sanctions-*", "--until", "2041-12-24", "--reason", "elections: " * 9)
    assert command(*silence).code == 0
    silences = _on_a_terminal(project, "silence", "list", NO_COLOR="1")
    assert "2041-12-24T00:00:00Z" in silences
    assert max(map(len, silences.splitlines())) <= 80
    shown = _on_a_terminal(project, "sources", "list", NO_COLOR="1").splitlines()
    (line,) = [line for line in shown if line.startswith("bbc-world")]
    assert re.search(r"https://feeds\.bbci\.co\S+ +\d+ \w+ ago +3 days ago +in \d min +ok", line)
    deliveries = _on_a_terminal(project, "deliveries", "list", NO_COLOR="1").splitlines()
    assert len(deliveries) == 3, "no row takes two lines"
    times = sorted(" ".join(re.split(r" {2,}", row.strip())[5:]) for row in deliveries[1:])
    assert re.fullmatch(r"24 h ago 4\d min ago –", times[0])
    assert re.fullmatch(r"24 h ago – in \d+ min", times[1])
    assert max(map(len, shown + deliveries)) <= 80


def test_without_colours_a_terminal_gets_no_bold_or_dim_words_either(project: Path) -> None:
    coloured = _on_a_terminal(project, "rules", "list")
    plain = _on_a_terminal(project, "rules", "list", NO_COLOR="1")
    assert _ESCAPE in coloured
    assert _ESCAPE not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert max(map(len, plain.splitlines())) <= 80
