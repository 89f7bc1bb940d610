"""The rules of another directory, or of a revision that git keeps."""

import os
import subprocess
from pathlib import Path

import pytest

from monitor.config.revision import read_other_rules
from monitor.errors import InputError

_RULE = "version: 1\nrules:\n  floods: {{match: {word}}}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which `desk/rules` has changed since its only revision, tagged "before"."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)  # as a hook of git would set them
    rules = tmp_path / "desk" / "rules"
    (rules / "more").mkdir(parents=True)
    (rules / "a.yaml").write_text(_RULE.format(word="flood"), encoding="utf-8")
    (rules / "more" / "b.json").write_text('{"version": 1, "rules": {"fires": {"match": "fire"}}}', encoding="utf-8")
    (rules / ".hidden.yaml").write_text("no rules", encoding="utf-8")
    (rules / "x.schema.json").write_text("{}", encoding="utf-8")
    (rules / "link.yaml").symlink_to("/etc/passwd")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=x")
    git(tmp_path, "tag", "before")
    (rules / "a.yaml").write_text(_RULE.format(word="surge"), encoding="utf-8")
    (rules / "more" / "b.json").unlink()
    return tmp_path


def git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(directory), *arguments], check=True)


def words(rules: Path, other: str) -> list[str]:
    rule_set, problems = read_other_rules(rules, other)
    assert problems == ()
    return [compiled.clause.describe() for compiled in rule_set.rules]


def test_a_revision_gives_the_files_as_they_were_from_wherever_it_is_asked(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = words(repository / "desk" / "rules", "before")
    assert len(expected) == 2
    assert "flood" in expected[1]
    assert words(repository / "desk" / "rules", "HEAD") == expected
    monkeypatch.chdir(repository / "desk")
    assert words(Path("rules"), "before") == expected
    monkeypatch.chdir(repository / "desk" / "rules")
    assert words(Path(), "before") == expected


def test_a_single_file_of_rules_has_revisions_too(repository: Path) -> None:
    (found,) = words(repository / "desk" / "rules" / "a.yaml", "before")
    assert "flood" in found


def test_a_repository_that_is_the_rules_directory_has_revisions_too(tmp_path: Path, repository: Path) -> None:
    top = tmp_path / "of-their-own"
    git(tmp_path, "init", "--quiet", str(top))
    (top / "a.yaml").write_text(_RULE.format(word="flood"), encoding="utf-8")
    git(top, "add", ".")
    git(top, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=x")
    assert len(words(top, "HEAD")) == 1


def test_a_directory_is_read_as_it_stands(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.yaml").write_text(_RULE.format(word="flood"), encoding="utf-8")
    assert len(words(repository / "desk" / "rules", str(other))) == 1


def test_problems_of_a_revision_are_named_with_it(repository: Path) -> None:
    git(repository, "rm", "--cached", "--quiet", "desk/rules/more/b.json")
    (repository / "desk" / "rules" / "a.yaml").write_bytes(b"version: 1\nrules:\n  floods: {match: \xff}\n")
    (repository / "desk" / "rules" / "c.yaml").write_text("version: 1\nrules:\n  odd: {match: []}\n", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=y")
    rule_set, problems = read_other_rules(repository / "desk" / "rules", "HEAD")
    assert rule_set.rules == ()
    assert [problem.file for problem in problems] == ["HEAD:a.yaml", "HEAD:c.yaml"]


@pytest.mark.parametrize("revision", ["nope", "--output=stolen", "-h", "before:desk", "", "a b", "\x00", "HEAD~9"])
def test_what_is_no_revision_is_refused_by_name(repository: Path, revision: str) -> None:
    with pytest.raises(InputError):
        words(repository / "desk" / "rules", revision or "^")
    assert not (repository / "stolen").exists()


def test_rules_that_a_revision_did_not_have_are_named(repository: Path) -> None:
    (repository / "new").mkdir()
    with pytest.raises(InputError, match=r'revision "before" has no "new"'):
        words(repository / "new", "before")


def test_without_a_repository_or_without_git_it_says_so(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(elsewhere.parent))
    with pytest.raises(InputError, match="not a git repository"):
        words(elsewhere, "HEAD")
    monkeypatch.setenv("PATH", str(elsewhere))
    with pytest.raises(InputError, match="needs git, which is not installed"):
        words(repository / "desk" / "rules", "before")
