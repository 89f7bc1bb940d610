"""`sources add`: one source more, everything else as it was; or nothing at all."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.edit import add_source, change_source, remove_source
from monitor.config.load import load_config
from monitor.config.settings import Settings
from monitor.errors import ConfigError, InputError
from tests.config.values import write_config

FIELDS: dict[str, Any] = {"feed": "https://feeds.example.org/new.xml", "tags": ["wire", "2026"], "language": "no"}
ADDED = """  new-one:
    feed: https://feeds.example.org/new.xml
    tags: [wire, '2026']
    language: no
"""
COMMENTED = """# Our sources
version: 1   # the format

sources:
  # the first
  example-world:   # it has a comment
    feed: "https://feeds.example.org/world.xml"
    tags:
      - wire
      - 'world'    # and this one too
    headers: {X-Very-Long: "%s"}
  # off:
  #   feed: https://feeds.example.org/off.xml

subscribers:
  ana: {email: ana@example.org}   # her
# the end
""" % ("long " * 60)


def files(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_a_source_is_added_and_every_other_line_stays(tmp_path: Path) -> None:
    file = add_source(write_config(tmp_path, {"sources.yaml": COMMENTED}), "new-one", FIELDS)
    after = file.read_text()
    assert file == tmp_path / "sources.yaml"
    assert ADDED in after
    assert after.replace(ADDED, "") == COMMENTED
    config = load_config(tmp_path, Settings(), {}, strict=True)
    assert [(source.id, source.tags) for source in config.sources][1] == ("new-one", ("wire", "2026"))
    assert list(files(tmp_path)) == ["sources.yaml"]


@pytest.mark.parametrize(
    "before",
    [None, "", "# only a comment\n", "version: 1\nsources:\n", "version: 1\nsources:\n  # a:\n  #   feed: x\n"],
)
def test_a_file_that_is_missing_or_bare_is_begun(tmp_path: Path, before: str | None) -> None:
    write_config(tmp_path, {} if before is None else {"sources.yaml": before})
    add_source(tmp_path, "new-one", FIELDS)
    after = (tmp_path / "sources.yaml").read_text()
    assert ADDED in after
    assert all(line in after for line in (before or "").splitlines() if line.lstrip().startswith("#"))
    assert len(load_config(tmp_path, Settings(), {}, strict=True).sources) == 1


def test_line_ends_and_indentation_stay(tmp_path: Path) -> None:
    before = b"version: 1\r\nsources:\r\n    a:\r\n        feed: https://a.example/ # c\r\n"
    (tmp_path / "sources.yaml").write_bytes(before)
    add_source(tmp_path, "b", {"feed": "https://b.example/"})
    after = (tmp_path / "sources.yaml").read_bytes()
    assert after == before + b"    b:\r\n        feed: https://b.example/\r\n"


def test_a_link_and_the_files_mode_stay(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "real.yaml").write_text("version: 1\n")
    (tmp_path / "real.yaml").chmod(0o640)
    (tmp_path / "config/sources.yaml").symlink_to(tmp_path / "real.yaml")
    add_source(tmp_path / "config", "new-one", FIELDS)
    assert (tmp_path / "config/sources.yaml").is_symlink()
    assert (tmp_path / "real.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("before", "source", "fields", "message"),
    [
        ("version: 1\nsources: {a: {feed: 'https://a.example/'}}\n", "a", FIELDS, 'source "a" exists already'),
        ("version: 1\n", "Example World", FIELDS, "expected lower-case words"),
        ("version: 1\n", "a", {"feed": "ftp://a.example/"}, "expected a web address"),
        ("version: 1\n", "a", {"feed": "https://a.example/", "every": "often"}, "expected a duration"),
        ("version: 1\n", "a", {}, "found none"),
        ("version: 1\nsources: [", "a", FIELDS, "not valid YAML"),
        ("version: 1\nsources: {b: {fed: 1}}", "a", FIELDS, 'unknown key "fed"'),
        ("version: 1\nsources: [1]", "a", FIELDS, "by hand"),
        ("[1]", "a", FIELDS, "by hand"),
        ("version: 1\nversion: 1", "a", FIELDS, "stands twice"),
    ],
)
def test_what_would_not_be_sound_is_refused_and_nothing_is_written(
    tmp_path: Path, before: str, source: str, fields: dict[str, Any], message: str
) -> None:
    write_config(tmp_path, {"sources.yaml": before})
    with pytest.raises(ConfigError, match=message):
        add_source(tmp_path, source, fields)
    assert files(tmp_path) == {"sources.yaml": before.encode()}


def test_an_id_of_another_file_is_taken(tmp_path: Path) -> None:
    write_config(tmp_path, {"team/ours.yaml": "version: 1\nsources: {a: {feed: 'https://a.example/'}}\n"})
    with pytest.raises(ConfigError, match=r"team/ours.yaml:2:11: source \"a\" exists already"):
        add_source(tmp_path, "a", FIELDS)


def test_mistakes_in_other_files_do_not_stand_in_the_way(tmp_path: Path) -> None:
    write_config(tmp_path, {"routes.yaml": "version: 1\nroutes: [{to: nobody}]\n"})
    assert add_source(tmp_path, "new-one", FIELDS).exists()


def test_a_missing_directory_points_to_init(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="monitor init DIR"):
        add_source(tmp_path / "none", "a", FIELDS)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_bytes(b"version: 1\n# caf\xe9\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        add_source(tmp_path, "a", FIELDS)


# ------------------------------------------------------------------------------------- change and remove

SEVERAL = """version: 1
sources:
  # about a
  a:
    feed: https://a.example/  # where
    tags: [x]
    # the end of a
  # about b
  b: {feed: "https://b.example/", tags: [y]}  # in braces

  # about c
  c:
    every: 2h  # slow
    feed: https://c.example/
    headers:
      X-Key: "env:KEY"
# the end
"""


def edited(tmp_path: Path, text: str = SEVERAL) -> str:
    return (write_config(tmp_path, {"sources.yaml": text}) / "sources.yaml").read_text()


@pytest.mark.parametrize(
    ("source", "fields", "before", "after"),
    [
        ("a", {"tags": ["x", "z"]}, "    tags: [x]\n", "    tags: [x, z]\n"),
        ("a", {"paused": True}, "    tags: [x]\n", "    tags: [x]\n    paused: true\n"),
        ("a", {"tags": None}, "    tags: [x]\n", ""),
        ("b", {"tier": 2}, "tags: [y]}", "tags: [y], tier: 2}"),
        ("b", {"tags": None}, ", tags: [y]}", "}"),
        ("c", {"every": "1h"}, "every: 2h  #", "every: 1h  #"),
        ("c", {"every": None}, "    every: 2h  # slow\n", ""),
        ("c", {"headers": None}, '    headers:\n      X-Key: "env:KEY"\n', ""),
        ("c", {"country": "NO"}, '"env:KEY"\n', '"env:KEY"\n    country: "NO"\n'),
    ],
)
def test_a_change_changes_its_line_and_no_other(
    tmp_path: Path, source: str, fields: dict[str, Any], before: str, after: str
) -> None:
    edited(tmp_path)
    change_source(tmp_path, source, fields)
    written = (tmp_path / "sources.yaml").read_text()
    # A comment behind closing braces may move sideways.
    assert re.sub(" +#", " #", written) == re.sub(" +#", " #", SEVERAL.replace(before, after))


@pytest.mark.parametrize(
    ("source", "gone"),
    [
        ("a", "  a:\n    feed: https://a.example/  # where\n    tags: [x]\n    # the end of a\n"),
        ("c", '  c:\n    every: 2h  # slow\n    feed: https://c.example/\n    headers:\n      X-Key: "env:KEY"\n'),
        ("b", '  b: {feed: "https://b.example/", tags: [y]}  # in braces\n'),
    ],
)
def test_a_source_goes_with_its_lines_and_no_other(tmp_path: Path, source: str, gone: str) -> None:
    edited(tmp_path)
    remove_source(tmp_path, source)
    assert (tmp_path / "sources.yaml").read_text() == SEVERAL.replace(gone, "")


def test_the_last_source_can_go_and_one_can_come_again(tmp_path: Path) -> None:
    edited(tmp_path, "version: 1\nsources:\n  a:\n    feed: https://a.example/\n")
    remove_source(tmp_path, "a")
    assert (tmp_path / "sources.yaml").read_text() == "version: 1\nsources:\n"
    add_source(tmp_path, "b", {"feed": "https://b.example/"})
    assert [source.id for source in load_config(tmp_path, Settings(), {}, strict=True).sources] == ["b"]


def test_a_source_is_changed_in_the_file_where_it_stands(tmp_path: Path) -> None:
    write_config(tmp_path, {"sources.yaml": SEVERAL, "team/ours.yaml": "version: 1\nsources: {z: {archive: x}}\n"})
    assert change_source(tmp_path, "z", {"tier": 1}) == tmp_path / "team/ours.yaml"
    assert (tmp_path / "sources.yaml").read_text() == SEVERAL


def test_an_unknown_source_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    edited(tmp_path, SEVERAL.replace("  a:", "  example-world:"))
    for change in (
        lambda: change_source(tmp_path, "example-wrld", {}),
        lambda: remove_source(tmp_path, "example-wrld"),
    ):
        with pytest.raises(ConfigError, match=r'no source "example-wrld" \(did you mean "example-world"\?\)'):
            change()


@pytest.mark.parametrize("address", ["https://a.example/", "http://a.example:80/", "https://A.example/?utm_source=x"])
def test_an_address_is_taken_once(tmp_path: Path, address: str) -> None:
    edited(tmp_path)
    with pytest.raises(ConfigError, match='source "a" has this address already'):
        add_source(tmp_path, "again", {"feed": address})


def test_a_change_that_would_not_be_sound_writes_nothing(tmp_path: Path) -> None:
    edited(tmp_path)
    with pytest.raises(ConfigError, match='every: found "often"'):
        change_source(tmp_path, "a", {"every": "often"})
    assert files(tmp_path) == {"sources.yaml": SEVERAL.encode()}


_LINES = st.sampled_from(
    ["version: 1", "sources:", "  a:", "    feed: https://a.example/", "  b: {feed: 'https://b.example/'}", "# c",
     "  # d",
     "    tags:", "      - x", "    - y", "    tags: [x,", "      y]", "  ? a", "  : b", "  *a", "  a: &a {}", "\t",
     "...",
     "---", "    every: |", "      1h", "{", "}", "sources: {a: {feed: 'https://a.example/'}}", "  'a':",
     "    <<: *a",
     "", "    feed: \x85", "  a: \u2028"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LINES, max_size=12).map("\n".join) | st.text(max_size=40))
def test_any_file_is_edited_as_asked_or_refused_and_stays(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sources.yaml"
    changes: list[Callable[[], Path]] = [
        lambda: add_source(tmp_path, "new", {"feed": "https://new.example/"}),
        lambda: change_source(tmp_path, "a", {"tier": 1, "tags": None}),
        lambda: remove_source(tmp_path, "a"),
    ]
    for change in changes:
        data = text.encode("utf-8", "replace")
        file.write_bytes(data)
        try:
            change()
        except ConfigError:
            assert file.read_bytes() == data
        comments = [line for line in ("# c", "  # d") if line in text.split("\n")]
        assert all(line.strip() in file.read_text() for line in comments if change is changes[0])
