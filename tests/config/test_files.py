"""Files that operators write: read in order, named when they cannot be read."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.config.files import LARGEST_FILE, read_yaml_files


@pytest.fixture
def bound_directory() -> Iterator[Path]:
    """A directory of a user whom permissions bind, as they do not bind root; the test runs as that user."""
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65534)
        with TemporaryDirectory() as directory:  # pytest's own folders are root's alone
            yield Path(directory)
    except OSError:  # nor need there be anybody else within a container
        pytest.skip("no directory here for anybody but root")
    finally:
        if is_root:
            os.seteuid(0)


def write(directory: Path, *names: str) -> None:
    for name in names:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(name)


def names(directory: Path, **options: tuple[str, ...]) -> list[str]:
    texts, problems = read_yaml_files(directory, **options)
    assert not problems
    return [Path(name).relative_to(directory).as_posix() for name, _ in texts]


def test_a_directory_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "a/z.yml", "c.json", "c.schema.json", ".x.yaml", ".git/y.yaml", "d.txt")
    assert names(tmp_path) == ["a/z.yml", "b.yaml", "c.json"]
    assert names(tmp_path, suffixes=(".json",)) == ["c.json"]


def test_one_file_is_read_whatever_its_ending(tmp_path: Path) -> None:
    write(tmp_path, "rules.txt")
    texts, problems = read_yaml_files(tmp_path / "rules.txt")
    assert (texts, problems) == ((((tmp_path / "rules.txt").as_posix(), "rules.txt"),), ())


def test_folders_are_followed_through_links_and_each_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "real/a.yaml", "top/b.yaml")
    (tmp_path / "top/link").symlink_to(tmp_path / "real")
    (tmp_path / "real/loop").symlink_to(tmp_path / "top")
    assert names(tmp_path / "top") == ["b.yaml", "link/a.yaml"]


def test_mounts_of_kubernetes_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, "..2026/a.yaml")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert names(tmp_path) == ["a.yaml"]


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfversion: 1\n")
    assert read_yaml_files(tmp_path)[0][0][1] == "version: 1\n"


def test_a_folder_that_may_not_be_looked_into_is_named(bound_directory: Path) -> None:
    write(bound_directory, "a.yaml", "shut/b.yaml", "shut/c/d.yaml", "lost+found/e.yaml")
    shut = [bound_directory / name for name in ("shut", "lost+found")]
    for folder in shut:
        folder.chmod(0)
    texts, problems = read_yaml_files(bound_directory)
    for folder in shut:
        folder.chmod(0o700)
    assert [text for _, text in texts] == ["a.yaml"]
    assert [str(problem) for problem in problems] == [f"{shut[0].as_posix()}: cannot be read: permission denied"]


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, "good.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    (tmp_path / "utf16.yaml").write_bytes("a: 1".encode("utf-16"))
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.yaml")
    with (tmp_path / "large.yaml").open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    texts, problems = read_yaml_files(tmp_path)
    assert [Path(name).name for name, _ in texts] == ["good.yaml"]
    assert [str(problem).removeprefix(f"{tmp_path.as_posix()}/") for problem in problems] == [
        "gone.yaml: no such file or directory",
        "large.yaml: larger than 64 MB",
        "latin.yaml:2:7: not UTF-8 (found the byte 0xe9); save the file as UTF-8",
        "pipe.yaml: not a regular file",
        "utf16.yaml:1:1: not UTF-8 (found the byte 0xff); save the file as UTF-8",
    ]
