"""An import that is killed goes on where it was: nothing twice, nothing lost, and nothing read that was stored."""

import gzip
import json
import mailbox
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.sources.archives import http, packed_warc, tarred, warc, zipped

_SCRIPT = Path(__file__).with_name("importing.py")
_CHECKOUT = Path(__file__).parents[2]
_RECORDS = 1_100
_BATCH = 500


def _bodies(count: int = _RECORDS) -> list[str]:
    return [f"Report number {number} of {number * 7919 % 10_007} from the harbour." for number in range(count)]


def _lines() -> bytes:
    return b"".join(json.dumps({"body": body}).encode() + b"\n" for body in _bodies())


def _table() -> bytes:
    return "".join(f'{number},"{body}"\n' for number, body in enumerate(["body", *_bodies()])).encode()


def _files() -> dict[str, bytes]:
    return {f"{number:04}.txt": body.encode() for number, body in enumerate(_bodies())}


def _mails(count: int) -> list[bytes]:
    return [f"From: a@example.org\nSubject: Harbour\n\n{body}\n".encode() for body in _bodies(count)]


def _mailbox() -> bytes:
    return b"".join(b"From a@example.org Thu Apr 22 10:00:00 2021\n" + mail + b"\n" for mail in _mails(_RECORDS))


def _web() -> bytes:
    return packed_warc(
        *(
            warc("response", http(page.encode(), headers="Content-Type: text/plain\r\n"), number)
            for number, page in enumerate(_bodies())
        )
    )


def _import(project: Path, *arguments: str, expected: int = 0) -> str:
    environment = {**os.environ, "PYTHONPATH": str(_CHECKOUT)}
    command = [sys.executable, str(_SCRIPT), *arguments]
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == expected, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("name", "data", "point"),
    [
        ("a.jsonl.gz", lambda: gzip.compress(_lines()), "articles stored"),
        ("a.warc.gz", _web, "storing articles"),
        ("a.csv", _table, "articles stored"),
        ("a.zip", lambda: zipped(_files()), "storing articles"),
        ("a.tar.gz", lambda: tarred(_files(), "w:gz"), "articles stored"),
        ("a.mbox", _mailbox, "storing articles"),
    ],
)
def test_a_killed_import_goes_on_where_it_was(
    name: str, data: object, point: str, command: Command, project: Path
) -> None:
    (project / name).write_bytes(data())  # type: ignore[operator]  # a function of the table above
    _import(project, name, point, "2", expected=-signal.SIGKILL)
    stored = _BATCH if point == "storing articles" else 2 * _BATCH
    # What the columns of a table are understood as is told in its first batch, beside one record less.
    assert _import(project, name) == str(_RECORDS - stored + (name == "a.csv"))
    assert _import(project, name) == "0"
    assert json.loads(command("backtest", "--json").out)["articles"] == _RECORDS


def test_of_a_folder_of_small_files_the_killed_import_leaves_those_that_it_had_not_reached(
    command: Command, project: Path
) -> None:
    """They are stored as the files of a slice, whose number depends on their names."""
    count = 300
    maildir = mailbox.Maildir(project / "mails")
    for mail in _mails(count):
        maildir.add(mail)
    _import(project, "mails", "articles stored", "3", expected=-signal.SIGKILL)
    left = int(_import(project, "mails"))
    assert 0 < left < count
    assert _import(project, "mails") == "0"
    assert json.loads(command("backtest", "--json").out)["articles"] == count


def _read_terminal(terminal: int) -> str:
    """All that is drawn until the last program at its other end is gone."""
    drawn = b""
    with os.fdopen(terminal, "rb", buffering=0) as stream, suppress(OSError):
        while piece := stream.read(4_096):
            drawn += piece
    return drawn.decode(errors="replace")


def test_a_bar_tells_how_far_it_is_on_a_terminal_and_nowhere_else(command: Command, project: Path) -> None:
    (project / "a.jsonl").write_bytes(b'{"body": "The ferry sails again."}\n')
    terminal, end = os.openpty()
    arguments = [sys.executable, "-m", "monitor", "import", "a.jsonl", "--processes", "0"]
    environment = {**os.environ, "PYTHONPATH": str(_CHECKOUT), "TERM": "xterm"}
    with subprocess.Popen(arguments, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=end) as run:
        os.close(end)
        drawn = _read_terminal(terminal)
        told, _ = run.communicate()
    assert (run.returncode, told) == (0, b"1 new article in 1 story; matches: none\n")
    assert "importing" in drawn
    assert "35/35 bytes" in drawn
    assert "importing" not in command("import", "a.jsonl", "--data", "other").err
