"""Archives on disk: what is found, how it is cut, and what happens to files that cannot be read."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from monitor.errors import InputError, Problem
from monitor.model import Record, Slice, Source, SourceId
from monitor.sources.archive import FileArchive

ARCHIVE = FileArchive()
MEGABYTE = 1024 * 1024


def make_source(path: Path | str) -> Source:
    return Source(id=SourceId("files"), kind="archive", address=str(path))


def read_slices(source: Source, parts: Iterable[Slice]) -> list[Record | Problem]:
    return [each for part in parts for batch in ARCHIVE.iter_batches(source, part) for each in batch.found]


def read_all(path: Path | str) -> tuple[list[Record], list[Problem]]:
    source = make_source(path)
    found = read_slices(source, ARCHIVE.list_slices(source))
    records = [each for each in found if isinstance(each, Record)]
    return records, [each for each in found if isinstance(each, Problem)]


def identities(path: Path) -> dict[str, str]:
    return {part.name: part.stamp for part in ARCHIVE.list_slices(make_source(path))}


def batch_stamps(path: Path) -> list[str]:
    source = make_source(path)
    (part,) = ARCHIVE.list_slices(source)
    return [batch.part.stamp for batch in ARCHIVE.iter_batches(source, part)]


def write(path: Path, content: bytes = b"Some text.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# ------------------------------------------------------------------------------------------- what belongs to it


def test_a_directory_is_read_with_its_folders_in_order(tmp_path: Path) -> None:
    write(tmp_path / "b.txt", b"text")
    write(tmp_path / "a" / "deep" / "page.HTML", b"<p>page")
    write(tmp_path / "a" / "old.htm", b"<p>old")
    write(tmp_path / "c.jsonl", b'{"body": "one"}\n')
    write(tmp_path / "d.json", b'{"body": "two"}')
    records, problems = read_all(tmp_path)
    assert [(record.name.removeprefix(f"{tmp_path}/"), record.format, record.data) for record in records] == [
        ("a/deep/page.HTML", "html", b"<p>page"),
        ("a/old.htm", "html", b"<p>old"),
        ("b.txt", "text", b"text"),
        ("d.json", "json", b'{"body": "two"}'),
        ("c.jsonl:1", "json", b'{"body": "one"}'),
    ]
    assert problems == []


def test_hidden_files_other_kinds_and_pipes_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    for name in (".b.txt", ".git/c.txt", "feed.bin", "photo.jpg", "README", "notes.txt~"):
        write(tmp_path / name)
    os.mkfifo(tmp_path / "pipe.txt")
    records, problems = read_all(tmp_path)
    assert [Path(record.name).name for record in records] == ["a.txt"]
    assert problems == []


def test_links_are_followed_only_within_the_tree(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.txt", b"secret")
    inside = write(tmp_path / "tree" / "a.txt", b"inside")
    (tmp_path / "tree" / "linked.txt").symlink_to(inside)
    (tmp_path / "tree" / "leak.txt").symlink_to(outside)
    (tmp_path / "tree" / "dangling.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "tree" / "circle.txt").symlink_to(tmp_path / "tree" / "circle.txt")
    (tmp_path / "tree" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "tree" / "around").symlink_to(tmp_path / "tree")
    records, problems = read_all(tmp_path / "tree")
    assert [record.data for record in records] == [b"inside", b"inside"]
    assert problems == []


def test_a_directory_given_through_a_link_is_read(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(read_all(tmp_path / "link")[0]) == 1


@pytest.mark.parametrize("name", ["a.txt", ".hidden.txt", "page.html", "dump.jsonl", "dump.ndjson", "one.json"])
def test_a_file_alone_is_an_archive_named_as_it_was_given(tmp_path: Path, name: str) -> None:
    write(tmp_path / "other.txt", b"other")
    path = write(tmp_path / name, b'{"body": "text"}')
    records, _ = read_all(path)
    assert [record.name.removesuffix(":1") for record in records] == [str(path)]


def test_names_that_are_no_text_can_still_be_read(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.txt")), b"text")
    source = make_source(tmp_path)
    (part,) = ARCHIVE.list_slices(source)
    (record,) = read_slices(source, [part])
    assert isinstance(record, Record)
    assert record.data == b"text"
    assert part.name == "caf\ufffd\ufffd.txt"
    assert record.name == f"{tmp_path}/caf\ufffd\ufffd.txt"


# ------------------------------------------------------------------------------------------- nothing to read


@pytest.mark.parametrize("files", [(), ("feed.bin", "photo.jpg")])
def test_an_archive_without_articles_says_so(tmp_path: Path, files: tuple[str, ...]) -> None:
    for name in files:
        write(tmp_path / name)
    with pytest.raises(InputError, match=r"holds no articles: expected files ending in \.arc, \.atom, \.bz2"):
        ARCHIVE.list_slices(make_source(tmp_path))


def test_a_path_that_cannot_be_an_archive_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    expected = {
        tmp_path / "missing.txt": "cannot be read: no such file or directory",
        write(tmp_path / "feed.bin"): "is of an unknown kind: expected files ending in",
        tmp_path / "feed.bin" / "a.txt": "cannot be read: not a directory",
        tmp_path / "pipe.txt": "is neither a file nor a directory",
        tmp_path / "nul\0.txt": "cannot be read: not a valid path",
        tmp_path / ("x" * 5000): "cannot be read: file name too long",
    }
    for path, words in expected.items():
        with pytest.raises(InputError, match=words) as caught:
            ARCHIVE.list_slices(make_source(path))
        assert str(caught.value).isprintable()


def test_an_empty_file_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    for name in ("a.txt", "b.html", "c.json", "d.jsonl"):
        write(tmp_path / name, b"")
    write(tmp_path / "e.txt")
    records, problems = read_all(tmp_path)
    assert len(records) == 1
    assert sorted(str(problem).removeprefix(f"{tmp_path}/") for problem in problems) == [
        "a.txt: is empty", "b.html: is empty", "c.json: is empty", "d.jsonl: is empty"
    ]  # fmt: skip


def test_a_file_that_vanishes_between_listing_and_reading_is_a_problem(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.jsonl"):
        write(tmp_path / name, b'{"body": "text"}')
    source = make_source(tmp_path)
    parts = ARCHIVE.list_slices(source)
    (tmp_path / "a.txt").unlink()
    (tmp_path / "c.jsonl").unlink()
    found = read_slices(source, parts)
    assert [str(each).removeprefix(f"{tmp_path}/") for each in found if isinstance(each, Problem)] == [
        "a.txt: cannot be read: no such file or directory",
        "c.jsonl: cannot be read: no such file or directory",
    ]
    assert len(found) == 3


def test_what_may_not_be_read_is_a_problem_and_is_tried_again_once_it_may(tmp_path: Path) -> None:
    for name in ("a.txt", "b.jsonl", "sealed/c.txt"):
        write(tmp_path / name, b'{"body": "text"}')
    blocked = [tmp_path / name for name in ("a.txt", "b.jsonl", "sealed")]
    write(tmp_path / "z.txt")
    for path in blocked:
        path.chmod(0)
    if os.access(tmp_path / "a.txt", os.R_OK):
        pytest.skip("this user may read everything")
    records, problems = read_all(tmp_path)
    before = identities(tmp_path)
    for path in blocked:
        path.chmod(0o700)
    assert len(records) == 1
    assert [problem.message for problem in problems] == ["cannot be read: permission denied"] * 3
    assert len(read_all(tmp_path)[0]) == 4
    assert not set(before.items()) & set(identities(tmp_path).items())


def test_a_file_over_50_mb_is_a_problem(tmp_path: Path) -> None:
    with write(tmp_path / "a.txt").open("r+b") as stream:
        stream.truncate(50 * MEGABYTE + 1)
    records, problems = read_all(tmp_path)
    assert records == []
    assert [problem.message for problem in problems] == ["is larger than 50 MB"]


# ------------------------------------------------------------------------------------------- lines


def test_lines_are_cut_into_batches_and_read_back_in_order(tmp_path: Path) -> None:
    lines = [json.dumps({"body": f"text {number}"}).encode() for number in range(1, 1202)]
    path = write(tmp_path / "dump.jsonl", b"\n".join(lines))
    (part,) = ARCHIVE.list_slices(make_source(path))
    batches = list(ARCHIVE.iter_batches(make_source(path), part))
    assert [batch.part.name for batch in batches] == ["dump.jsonl#0", "dump.jsonl#500", "dump.jsonl#1000"]
    assert [batch.position <= path.stat().st_size for batch in batches] == [True] * 3
    assert batches[-1].position == part.size == path.stat().st_size
    records, _ = read_all(path)
    assert [record.data for record in records] == lines
    assert [record.name for record in records[499:501]] == [f"{path}:500", f"{path}:501"]


def test_what_is_appended_leaves_the_batches_before_it_done(tmp_path: Path) -> None:
    path = write(tmp_path / "dump.jsonl", b'{"body": "text"}\n' * 1100)
    before = batch_stamps(path)
    with path.open("ab") as stream:
        stream.write(b'{"body": "new"}\n')
    after = batch_stamps(path)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, False]


def test_blank_lines_byte_order_marks_and_carriage_returns_do_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "dump.jsonl", b'\xef\xbb\xbf{"id": "1"}\r\n\r\n   \n{"id": "2"}\r\n')
    records, problems = read_all(path)
    assert [(record.key, record.name) for record in records] == [("1", f"{path}:1"), ("2", f"{path}:4")]
    assert problems == []


def test_a_line_over_10_mb_is_a_problem_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "dump.jsonl", b'"' + b"x" * (25 * MEGABYTE) + b'"\n{"id": "next"}\n')
    records, problems = read_all(path)
    assert [record.key for record in records] == ["next"]
    assert [str(problem) for problem in problems] == [f"{path}:1: the line is longer than 10 MB"]


def test_a_line_of_exactly_10_mb_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "dump.jsonl", b"x" * (10 * MEGABYTE - 1) + b"\n" + b"y" * (10 * MEGABYTE))
    records, problems = read_all(path)
    assert [len(record.data) for record in records] == [10 * MEGABYTE - 1, 10 * MEGABYTE]
    assert problems == []


def test_a_file_name_that_looks_like_a_block_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a#7-9.jsonl", b'{"id": "1"}\n')
    assert [record.key for record in read_all(path)[0]] == ["1"]


@pytest.mark.parametrize("line", [b"not json", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b"null", b'{"id": 7}'])
def test_a_line_that_is_no_article_is_passed_on_for_the_parser_to_judge(tmp_path: Path, line: bytes) -> None:
    (record,), problems = read_all(write(tmp_path / "dump.jsonl", line))
    assert (record.data, len(record.key)) == (line, 32)
    assert problems == []


# ------------------------------------------------------------------------------------------- keys and stamps


def test_the_key_is_the_publishers_id_or_the_hash_of_the_bytes(tmp_path: Path) -> None:
    lines = ['{"id": " a-1 "}', '{"id": ""}', '{"id": "x\\u0000"}', '{"id": "\\ud800"}', json.dumps({"id": "x" * 999})]
    records, _ = read_all(write(tmp_path / "dump.jsonl", "\n".join(lines).encode()))
    assert records[0].key == "a-1"
    assert all(len(record.key) == 32 for record in records[1:])


def test_the_same_bytes_in_two_files_are_one_article(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"same")
    write(tmp_path / "b.txt", b"same")
    write(tmp_path / "c.txt", b"other")
    assert len({record.key for record in read_all(tmp_path)[0]}) == 2


def test_a_json_file_may_hold_a_list(tmp_path: Path) -> None:
    path = write(tmp_path / "list.json", b'[{"id": "1"}, {"body": "\\ud800 \xc3\xa9"}, 7]')
    records, _ = read_all(path)
    assert [record.name for record in records] == [f"{path}[0]", f"{path}[1]", f"{path}[2]"]
    assert [json.loads(record.data) for record in records] == [{"id": "1"}, {"body": "\ud800 é"}, 7]


def test_small_files_are_grouped_and_large_ones_are_not(tmp_path: Path) -> None:
    for number in range(300):
        write(tmp_path / f"{number:03}.txt", f"text {number}".encode())
    parts = ARCHIVE.list_slices(make_source(tmp_path))
    assert 5 <= len(parts) <= 30
    assert max(len(part.members) for part in parts) <= 64
    assert len(read_all(tmp_path)[0]) == 300
    for number in range(3):
        with write(tmp_path / "large" / f"{number}.txt").open("r+b") as stream:
            stream.truncate(9 * MEGABYTE)
    assert [len(part.members) for part in ARCHIVE.list_slices(make_source(tmp_path / "large"))] == [1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder / "150.txt", b"changed"),
        lambda folder: write(folder / "149a.txt", b"added"),
        lambda folder: (folder / "150.txt").unlink(),
    ],
    ids=["changed", "added", "removed"],
)
def test_a_file_that_changes_leaves_most_slices_done(tmp_path: Path, change: Callable[[Path], object]) -> None:
    for number in range(600):
        write(tmp_path / f"{number:03}.txt", f"text {number}".encode())
    before = identities(tmp_path)
    assert identities(tmp_path) == before
    change(tmp_path)
    after = identities(tmp_path)
    again = set(after.items()) - set(before.items())
    assert 1 <= len(again) <= 3


def test_another_reader_can_read_a_slice_by_itself(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"text")
    source = make_source(tmp_path)
    part: Slice = ARCHIVE.list_slices(source)[0]
    assert [len(batch.found) for batch in FileArchive().iter_batches(source, part)] == [1]
