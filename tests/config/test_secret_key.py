"""The key that is made once and kept."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from monitor.config.secret_key import load_keys
from monitor.errors import StoreError


def test_a_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    (key,) = load_keys((), tmp_path / "data")
    assert len(key) >= 32
    assert load_keys((), tmp_path / "data") == (key,)
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_two_places_have_two_keys(tmp_path: Path) -> None:
    assert load_keys((), tmp_path / "a") != load_keys((), tmp_path / "b")


def test_configured_keys_are_used_and_nothing_is_kept(tmp_path: Path) -> None:
    assert load_keys(("a", "b"), tmp_path) == ("a", "b")
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        keys = pool.starmap(load_keys, [((), tmp_path)] * 6)
    assert len(set(keys)) == 1


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError, match="cannot keep the secret key"):
        load_keys((), tmp_path / "data")


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 40])
def test_a_damaged_key_is_refused_instead_of_used(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(StoreError, match="secret key"):
        load_keys((), tmp_path)
