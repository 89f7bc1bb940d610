"""A terminal or a pipe of any encoding gets all that a command says, as well as it can be written there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.samples import samples_directory

_SEEDS, _RULES = samples_directory("seeds"), samples_directory("rules")


def _run(directory: Path, encoding: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "200"}
    command = [sys.executable, "-m", "monitor", *map(str, arguments)]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", "\\u0411\\u0430\\u043a\\u0443"), ("cp1251", "Баку")])
def test_what_an_encoding_lacks_is_escaped_and_the_rest_is_as_ever(tmp_path: Path, encoding: str, shown: str) -> None:
    outcome = _run(tmp_path, encoding, "match", _SEEDS, "--rules", _RULES, "--explain")
    assert outcome.returncode == 0, outcome.stderr.decode(encoding)
    text = outcome.stdout.decode(encoding)
    assert shown in text
    assert text.splitlines()[-1].endswith("articles matched")


def test_documents_stay_json_whatever_the_encoding(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Пожар \U0001f525 в порту\n\nВ порту горят склады, сообщили пожарные.\n", encoding="utf-8")
    outcome = _run(tmp_path, "ascii", "normalise", page)
    assert outcome.returncode == 0, outcome.stderr.decode()
    assert json.loads(outcome.stdout)["title"] == "Пожар \U0001f525 в порту"
