"""An import that is killed goes on where it was: nothing twice, nothing lost, and nothing read that was stored."""

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.sources.archives import http, packed_warc, warc

_SCRIPT = Path(__file__).with_name("importing.py")
_CHECKOUT = Path(__file__).parents[2]
_RECORDS = 1_700
_BATCH = 500


def _lines() -> bytes:
    bodies = (f"Report number {number} of {number * 7919 % 10_007} from the harbour." for number in range(_RECORDS))
    return b"".join(json.dumps({"body": body}).encode() + b"\n" for body in bodies)


def _web() -> bytes:
    pages = (f"Report number {number} of {number * 7919 % 10_007} from the harbour." for number in range(_RECORDS))
    return packed_warc(
        *(
            warc("response", http(page.encode(), headers="Content-Type: text/plain\r\n"), number)
            for number, page in enumerate(pages)
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
        ("a.jsonl", _lines, "storing articles"),
        ("a.jsonl.gz", lambda: gzip.compress(_lines()), "articles stored"),
        ("a.warc.gz", _web, "storing articles"),
    ],
)
def test_a_killed_import_goes_on_where_it_was(
    name: str, data: object, point: str, command: Command, project: Path
) -> None:
    (project / name).write_bytes(data())  # type: ignore[operator]  # a function of the table above
    _import(project, name, point, "3", expected=-signal.SIGKILL)
    stored = 2 * _BATCH if point == "storing articles" else 3 * _BATCH
    assert _import(project, name) == str(_RECORDS - stored)
    assert _import(project, name) == "0"
    assert command("backtest", "--json").code == 0
    assert json.loads(command("backtest", "--json").out)["articles"] == _RECORDS
