"""Changed files are noticed without being read, and a configuration is taken up whole or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config.changes import ProjectFiles
from monitor.config.last_good import read_last_good, write_last_good
from monitor.config.project import SoundProject, load_project
from monitor.config.reload import LiveProject, reload_project, start_project
from tests.builders import NOON

_CONFIG = """
version: 1
sources: {gazette: {feed: "https://gazette.example.org/feed.xml"}}
subscribers: {ana: {email: ana@example.org}}
routes: [{to: [ana], send: {now: true}}]
"""


@pytest.fixture
def project(tmp_path: Path) -> SoundProject:
    for name, text in {
        "config/newsroom.yaml": _CONFIG,
        "config/monitor.yaml": "poll: {minimum: 1s}\n",
        "rules/a.yaml": "version: 1\nrules:\n  floods: {match: flood}\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return load_project(tmp_path / "config", tmp_path / "rules", {}, dotenv_file=tmp_path / ".env")


def rewrite(path: Path, text: str) -> None:
    """As careful editors save: a new file in the place of the old one."""
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)


def keep_time_and_size(path: Path) -> None:
    before = path.stat()
    rewrite(path, path.read_text(encoding="utf-8").swapcase())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        lambda top: (top / "rules" / "a.yaml").write_text("version: 1\n", encoding="utf-8"),
        lambda top: keep_time_and_size(top / "rules" / "a.yaml"),
        lambda top: (top / "rules" / "a.yaml").unlink(),
        lambda top: (top / "rules" / "b.json").write_text("{}", encoding="utf-8"),
        lambda top: (top / "rules").rename(top / "elsewhere"),
        lambda top: (top / "config" / "monitor.yaml").touch(),
        lambda top: (top / ".env").touch(),
    ],
    ids=["written", "same size and time", "deleted", "added", "directory gone", "touched", ".env"],
)
def test_every_change_is_noticed(project: SoundProject, tmp_path: Path, change: Callable[[Path], object]) -> None:
    assert project.files.stamp() == project.stamp
    change(tmp_path)
    assert project.files.stamp() != project.stamp


def test_what_is_never_read_is_no_change(project: SoundProject, tmp_path: Path) -> None:
    for name in ("rules/.a.yaml.swp", "rules/a.yaml~", "rules/a.yaml.new", "config/notes.txt", "rules/.hidden.yaml"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "rules" / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    assert project.files.stamp() == project.stamp


def test_a_single_file_of_rules_is_watched(tmp_path: Path, project: SoundProject) -> None:
    file = tmp_path / "rules" / "a.yaml"
    files = ProjectFiles(config=tmp_path / "config", rules=file, dotenv=tmp_path / ".env", environment={})
    before = files.stamp()
    rewrite(file, "version: 1\n")
    assert files.stamp() != before


def reloaded(project: SoundProject, before: LiveProject | None = None) -> LiveProject:
    return reload_project(before or start_project(project, NOON), project.files, NOON)


def test_a_configuration_with_an_error_stays_as_it_was_and_rules_are_taken_up_all_the_same(
    project: SoundProject, tmp_path: Path
) -> None:
    rewrite(tmp_path / "config" / "newsroom.yaml", _CONFIG.replace("to: [ana]", "to: [anna]"))
    rewrite(tmp_path / "rules" / "a.yaml", "version: 1\nrules:\n  fires: {match: fire}\n")
    live = reloaded(project)
    assert live.config is project.config
    assert ['unknown subscriber "anna"' in error.message for error in live.config_errors] == [True]
    assert list(live.rules.versions) == ["fires"]
    assert live.rule_errors == ()
    rewrite(tmp_path / "config" / "newsroom.yaml", _CONFIG.replace("ana", "anna"))
    mended = reloaded(project, live)
    assert list(mended.config.subscribers) == ["anna"]
    assert mended.config_errors == ()


def test_a_change_of_the_configuration_alone_leaves_the_compiled_rules_as_they_are(
    project: SoundProject, tmp_path: Path
) -> None:
    before = start_project(project, NOON)
    rewrite(tmp_path / "config" / "newsroom.yaml", _CONFIG.replace("ana", "anna"))
    (tmp_path / "rules" / "a.yaml").touch()
    live = reloaded(project, before)
    assert list(live.config.subscribers) == ["anna"]
    assert live.rules is before.rules


def test_broken_rules_are_not_compiled_again_either_and_stay_named_until_they_are_mended(
    project: SoundProject, tmp_path: Path
) -> None:
    rewrite(tmp_path / "rules" / "a.yaml", "version: 1\nrules:\n  floods: {match: []}\n")
    broken = reloaded(project)
    rewrite(tmp_path / "config" / "newsroom.yaml", _CONFIG.replace("ana", "anna"))
    again = reloaded(project, broken)
    assert again.rules is broken.rules
    assert again.rule_errors == broken.rule_errors != ()
    rewrite(tmp_path / "rules" / "a.yaml", "version: 1\nrules:\n  floods: {match: flood}\n")
    mended = reloaded(project, again)
    assert mended.rules is not broken.rules
    assert mended.rule_errors == ()


def test_a_rule_file_that_can_no_longer_be_read_is_a_change_of_the_rules(project: SoundProject, tmp_path: Path) -> None:
    before = start_project(project, NOON)
    (tmp_path / "rules" / "b.yaml").write_bytes(b"\xff")
    live = reloaded(project, before)
    assert live.rules is not before.rules
    assert [error.file for error in live.rule_errors] == [(tmp_path / "rules" / "b.yaml").as_posix()]


def test_errors_of_rules_do_not_hold_the_configuration_back(project: SoundProject, tmp_path: Path) -> None:
    rewrite(tmp_path / "rules" / "a.yaml", "version: 1\nrules:\n  floods: {match: []}\n")
    rewrite(tmp_path / "config" / "newsroom.yaml", _CONFIG.replace("ana", "anna"))
    live = reloaded(project)
    assert list(live.config.subscribers) == ["anna"]
    assert list(live.rules.versions) == ["floods"]
    assert len(live.rule_errors) == 1


def test_settings_that_wait_for_a_restart_are_named_and_those_taken_up_are_not(
    project: SoundProject, tmp_path: Path
) -> None:
    text = "poll: {minimum: 2s, concurrency: 3}\ntimezone: Asia/Yerevan\nsmtp: {port: 26}\nlanguages: [en]\n"
    rewrite(tmp_path / "config" / "monitor.yaml", text)
    live = reloaded(project)
    assert live.waiting == ("languages", "smtp")
    assert live.settings.poll.concurrency == 3
    rewrite(tmp_path / "config" / "monitor.yaml", "poll: [")
    broken = reloaded(project, live)
    assert broken.settings == live.settings
    assert broken.config_errors


def test_a_rules_directory_that_disappears_takes_no_rule_away(project: SoundProject, tmp_path: Path) -> None:
    (tmp_path / "rules").rename(tmp_path / "elsewhere")
    live = reloaded(project)
    assert list(live.rules.versions) == ["floods"]
    assert [state.rule for state in live.rules.broken] == ["floods"]
    (tmp_path / "elsewhere").rename(tmp_path / "rules")
    assert reloaded(project, live).rules.broken == ()


_BROKEN = "version: 1\nrules:\n  floods: {match: []}\n  fires: {match: fire}\n"


def _reopened(tmp_path: Path) -> SoundProject:
    return load_project(tmp_path / "config", tmp_path / "rules", {}, dotenv_file=tmp_path / ".env")


def test_a_start_with_broken_rules_takes_their_last_good_versions(project: SoundProject, tmp_path: Path) -> None:
    good = start_project(project, NOON).rules
    write_last_good(tmp_path, good.sound_texts)
    rewrite(tmp_path / "rules" / "a.yaml", _BROKEN)
    live = start_project(_reopened(tmp_path), NOON, read_last_good(tmp_path))
    assert live.rules.versions["floods"] == good.versions["floods"]
    assert set(live.rules.versions) == {"floods", "fires"}
    assert [(state.rule, state.version) for state in live.rules.broken] == [("floods", good.versions["floods"])]
    assert [error.line for error in live.rule_errors] == [3]


def test_a_start_with_a_file_that_is_no_yaml_keeps_all_of_its_rules(project: SoundProject, tmp_path: Path) -> None:
    write_last_good(tmp_path, start_project(project, NOON).rules.sound_texts)
    rewrite(tmp_path / "rules" / "a.yaml", "rules: [")
    live = start_project(_reopened(tmp_path), NOON, read_last_good(tmp_path))
    assert list(live.rules.versions) == ["floods"]


def test_a_broken_rule_without_a_last_good_version_is_named(project: SoundProject, tmp_path: Path) -> None:
    del project
    rewrite(tmp_path / "rules" / "a.yaml", _BROKEN)
    live = start_project(_reopened(tmp_path), NOON, read_last_good(tmp_path))
    assert list(live.rules.versions) == ["fires"]
    assert [(state.rule, state.version) for state in live.rules.broken] == [("floods", None)]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "[" * 100_000])
def test_last_good_rules_that_cannot_be_read_are_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "rules.last-good.json").write_text(content, encoding="utf-8")
    assert read_last_good(tmp_path) == ()


def test_last_good_rules_are_written_once_for_each_change(tmp_path: Path) -> None:
    texts = {"rules/a.yaml": "rules: {}\n# Übersicht\n", "rules/b.yaml": ""}
    write_last_good(tmp_path, texts)
    (kept,) = tmp_path.iterdir()
    first = kept.stat().st_ino
    write_last_good(tmp_path, texts)
    assert kept.stat().st_ino == first
    assert dict(read_last_good(tmp_path)) == texts
    write_last_good(tmp_path, {})
    assert read_last_good(tmp_path) == ()
