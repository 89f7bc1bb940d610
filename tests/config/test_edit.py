"""`sources add`: one source more, everything else as it was; or nothing at all."""

from pathlib import Path
from typing import Any

import pytest

from monitor.config.edit import add_source
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
