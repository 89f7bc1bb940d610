"""`backup`: what is packed is enough to go on with, in another place, as if nothing had happened."""

import json
import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from tests.cli.conftest import Command

_REPORT = "Dockers began a strike in the port on Monday.\n\nA mediator was named.\n"


@pytest.fixture
def used(project: Path, command: Command) -> Path:
    """A project whose store holds an article, and whose links have been signed."""
    (project / "report.txt").write_text(_REPORT, encoding="utf-8")
    assert command("import", "report.txt").code == 0
    assert command("subscribers", "pages", "me").code == 0
    return project


@pytest.mark.parametrize("name", ["monitor.tar", "monitor.tar.gz", "monitor.tgz"])
def test_a_backup_unpacked_elsewhere_answers_as_the_original(used: Path, command: Command, name: str) -> None:
    before = [command("export").out, command("subscribers", "pages", "me").out]
    made = command("backup", name)
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"{name}: monitor.sqlite3, secret.key")
    shutil.rmtree(used / "data")
    with tarfile.open(used / name) as archive:
        archive.extractall(used / "data", filter="data")
    after = [command("export").out, command("subscribers", "pages", "me").out]
    assert after == before
    assert command("import", "report.txt").out == "nothing new\n"


def test_a_backup_is_for_its_owner_only_and_leaves_nothing_beside_it(used: Path, command: Command) -> None:
    (used / "kept").mkdir()
    document = json.loads(command("backup", "kept/monitor.tar", "--json").out)
    [file] = (used / "kept").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert document == {
        "file": "kept/monitor.tar",
        "bytes": file.stat().st_size,
        "holds": ["monitor.sqlite3", "secret.key"],
    }


def test_a_key_that_is_a_link_to_a_mounted_secret_is_packed_whole(used: Path, command: Command) -> None:
    key = (used / "data" / "secret.key").rename(used / "mounted")
    (used / "data" / "secret.key").symlink_to(key)
    assert command("backup", "monitor.tar").code == 0
    with tarfile.open(used / "monitor.tar") as archive:
        packed = archive.extractfile("secret.key")
        assert packed is not None
        assert packed.read() == key.read_bytes()


def test_a_backup_that_fails_leaves_the_one_before_it(used: Path, command: Command) -> None:
    assert command("backup", "monitor.tar").code == 0
    earlier = (used / "monitor.tar").read_bytes()
    (used / "data" / "monitor.sqlite3").write_bytes(b"not a database" * 1000)
    failed = command("backup", "monitor.tar")
    assert (failed.code, failed.out) == (1, "")
    assert "is not an SQLite database" in failed.err
    assert (used / "monitor.tar").read_bytes() == earlier


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["monitor.zip"], 2, 'found "monitor.zip", expected a name ending in .tar, .tar.gz, .tgz'),
        (["none/monitor.tar"], 1, 'cannot write "none/monitor.tar": no such file or directory'),
        (["monitor.tar", "--data", "elsewhere"], 1, 'no database in "elsewhere"'),
    ],
)
def test_wrong_input_is_named(used: Path, command: Command, arguments: list[str], code: int, said: str) -> None:
    outcome = command("backup", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in " ".join(outcome.err.replace("│", " ").split())
    assert not (used / "elsewhere").exists()
