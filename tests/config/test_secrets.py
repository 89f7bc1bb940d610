"""Values that stand elsewhere."""

from pathlib import Path

import pytest

from monitor.config.secrets import Secrets, is_reference, layered_environment, read_dotenv


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("env:NAME", "value"),
        ("env:EMPTY", None),
        ("env:NONE", None),
        ("file:secret", "two\nlines"),
        ("file:none", None),
    ],
)
def test_a_reference_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, value: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("secret").write_bytes(b"two\nlines\r\n")
    assert is_reference(reference)
    assert Secrets({"NAME": "value", "EMPTY": ""}).find(reference) == value


@pytest.mark.parametrize("reference", ["env:", "file:", "env:A B", "env:1A", "env:A:B"])
def test_a_reference_that_could_never_be_set_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Secrets({}).find(reference)


@pytest.mark.parametrize("name", [".", "file\x00name", "binary"])
def test_a_secret_file_that_cannot_be_read_counts_as_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("binary").write_bytes(b"\xff\xfe")
    assert Secrets({}).find(f"file:{name}") is None


def test_dotenv_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# secrets\nA=1\nexport B='two words'\n\nbroken line here\nC=pa$${A}ss # note\nA=2\nD=\n")
    dotenv = read_dotenv(file)
    assert dotenv.variables == {"A": "2", "B": "two words", "C": "pa$${A}ss", "D": ""}
    assert dotenv.lines == {"A": 7, "B": 3, "C": 6, "D": 8}
    assert [str(problem) for problem in dotenv.problems] == [f"{file.as_posix()}:5:1: expected NAME=value"]


def test_an_empty_variable_does_not_hide_the_one_in_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=dotenv\nB=dotenv\n")
    environment = layered_environment({"A": "", "B": "environment"}, read_dotenv(tmp_path / ".env"))
    assert environment == {"A": "dotenv", "B": "environment"}
