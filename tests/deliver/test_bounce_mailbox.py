"""Bounce mailboxes on disk: read once, in order, and never changed."""

import asyncio
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.deliver.bounce_mailbox import MaildirMailbox, MboxMailbox
from monitor.errors import InputError
from monitor.ports import BounceMailbox, ReturnedMail

MAIL = "From: MAILER-DAEMON\nSubject: {}\n\nbody {}\n"


def _maildir(path: Path, *names: str) -> Path:
    for part in ("new", "cur", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    for name in names:
        (path / "new" / name).write_text(MAIL.format(name, name))
    return path


def _mbox(path: Path, *names: str) -> Path:
    with path.open("a") as file:
        for name in names:
            file.write(f"From MAILER-DAEMON Mon Mar  2 12:00:00 2026\n{MAIL.format(name, name)}\n")
    return path


def _look(mailbox: BounceMailbox, limit: int = 10, *, mark: bool = True) -> list[ReturnedMail]:
    mails = asyncio.run(mailbox.read_new(limit))
    if mark:
        mailbox.mark_read(mails)
    return list(mails)


def _subjects(mails: list[ReturnedMail]) -> list[str]:
    return [(mail.content or b"").split(b"\n")[1].removeprefix(b"Subject: ").decode() for mail in mails]


def _snapshot(path: Path) -> dict[str, tuple[bytes, int]]:
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    return {each.as_posix(): (each.read_bytes(), each.stat().st_mtime_ns) for each in files}


KINDS: dict[str, tuple[Callable[..., Path], Callable[[Path], BounceMailbox]]] = {
    "maildir": (_maildir, MaildirMailbox),
    "mbox": (_mbox, MboxMailbox),
}
both = pytest.mark.parametrize("kind", KINDS)


@both
def test_mails_are_given_in_order_a_few_at_a_time_and_each_once(kind: str, tmp_path: Path) -> None:
    fill, create = KINDS[kind]
    box = create(fill(tmp_path / "bounces", "a", "b", "c"))
    assert _subjects(_look(box, 2)) == ["a", "b"]
    assert _subjects(_look(box, 2)) == ["c"]
    assert _look(box) == []
    fill(tmp_path / "bounces", "d")
    assert _subjects(_look(box)) == ["d"]


@both
def test_what_was_not_marked_as_read_is_given_again(kind: str, tmp_path: Path) -> None:
    fill, create = KINDS[kind]
    box = create(fill(tmp_path / "bounces", "a"))
    assert _subjects(_look(box, mark=False)) == ["a"]
    assert _subjects(_look(box)) == ["a"]


@both
def test_nothing_is_changed_by_reading(kind: str, tmp_path: Path) -> None:
    fill, create = KINDS[kind]
    path = fill(tmp_path / "bounces", "a", "b")
    before = _snapshot(path)
    _look(create(path))
    assert _snapshot(path) == before


@both
def test_a_mail_has_the_same_key_for_every_reader(kind: str, tmp_path: Path) -> None:
    fill, create = KINDS[kind]
    path = fill(tmp_path / "bounces", "a", "b")
    keys = [mail.key for mail in _look(create(path))]
    assert len(set(keys)) == 2
    assert [mail.key for mail in _look(create(path))] == keys


@both
def test_of_a_huge_mail_only_the_beginning_is_read(kind: str, tmp_path: Path) -> None:
    fill, create = KINDS[kind]
    path = fill(tmp_path / "bounces", "x" * 2_000_000) if kind == "mbox" else fill(tmp_path / "bounces")
    if kind == "maildir":
        (path / "new" / "huge").write_text(MAIL.format("x" * 2_000_000, ""))
    (mail,) = _look(create(path))
    assert len(mail.content or b"") == 1_000_000


@both
def test_a_mailbox_that_cannot_be_is_named(kind: str, tmp_path: Path) -> None:
    _, create = KINDS[kind]
    with pytest.raises(InputError, match=r'bounce mailbox ".*nowhere.*" '):
        _look(create(tmp_path / "nowhere" / "bounces"))


def test_a_mail_that_is_moved_to_cur_by_somebody_else_is_not_new(tmp_path: Path) -> None:
    path = _maildir(tmp_path / "bounces", "a", "b")
    box = MaildirMailbox(path)
    _look(box)
    (path / "new" / "a").rename(path / "cur" / "a:2,S")
    assert _look(box) == []


def test_a_file_that_cannot_be_read_does_not_keep_the_others(tmp_path: Path) -> None:
    path = _maildir(tmp_path / "bounces", "b")
    (path / "new" / "a").symlink_to(path / "new" / "a")  # a loop
    found = _look(MaildirMailbox(path))
    assert [mail.content is None for mail in found] == [True, False]


def test_a_file_that_has_vanished_is_passed_over(tmp_path: Path) -> None:
    path = _maildir(tmp_path / "bounces", "b")
    (path / "new" / "a").symlink_to(tmp_path / "gone")
    assert _subjects(_look(MaildirMailbox(path))) == ["b"]


def test_a_maildir_without_its_folders_is_named(tmp_path: Path) -> None:
    (tmp_path / "bounces").mkdir()
    with pytest.raises(InputError, match="bounces"):
        _look(MaildirMailbox(tmp_path / "bounces"))


def test_an_mbox_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    box = MboxMailbox(tmp_path / "bounces")
    assert _look(box) == []
    _mbox(tmp_path / "bounces", "a")
    assert _subjects(_look(box)) == ["a"]


def test_an_mbox_that_was_emptied_is_read_from_its_start(tmp_path: Path) -> None:
    path = _mbox(tmp_path / "bounces", "a", "b")
    box = MboxMailbox(path)
    _look(box)
    path.write_bytes(b"")
    assert _look(box) == []
    _mbox(path, "c")
    assert _subjects(_look(box)) == ["c"]


def test_a_directory_where_an_mbox_was_expected_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="directory"):
        _look(MboxMailbox(tmp_path))


_HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


def test_while_a_mail_server_writes_to_an_mbox_nothing_is_read(tmp_path: Path) -> None:
    path = _mbox(tmp_path / "bounces", "a")
    box = MboxMailbox(path)
    command = [sys.executable, "-c", _HOLD, str(path)]
    environment = {"PATH": os.environ["PATH"]}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"locked\n"
        assert _look(box) == []
        server.communicate(b"")
    assert _subjects(_look(box)) == ["a"]
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # and no lock of ours is left behind
