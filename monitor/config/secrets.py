"""Values that stand elsewhere: `env:NAME`, `file:PATH`, and the file `.env` that adds to the environment.

A value read here never gets into a message: problems name the variable or the file, not what it holds.
"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from monitor.config.files import read_text
from monitor.errors import Problem

DOTENV = Path(".env")
"""In the working directory, as the commands are started."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Dotenv:
    """What `.env` holds: each variable with the line it stands in, and the lines that could not be read."""

    file: str
    variables: Mapping[str, str]
    lines: Mapping[str, int]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where references are looked up: the environment, and files below the working directory."""

    environment: Mapping[str, str]

    def find(self, reference: str) -> str | None:
        """What an `env:` or `file:` reference stands for; None when it is unset, empty or unreadable.

        ValueError when it is no reference that could ever be set.
        """
        scheme, _, name = reference.partition(":")
        if not name or (scheme == "env" and not _NAME.fullmatch(name)):
            raise ValueError('expected "env:NAME" or "file:PATH"')
        value = self.environment.get(name) if scheme == "env" else _read_file(name)
        return value or None


def is_reference(text: str) -> bool:
    """Whether a value stands elsewhere."""
    return text.startswith(("env:", "file:"))


def describe_reference(reference: str) -> str:
    """`environment variable "X"` or `file "x"`, for messages."""
    scheme, _, name = reference.partition(":")
    return f'{"environment variable" if scheme == "env" else "file"} "{name}"'


def describe_missing(reference: str) -> str:
    """What to say where nothing stands."""
    wrong = "is not set" if reference.startswith("env:") else "is empty or cannot be read"
    return f"{describe_reference(reference)} {wrong}"


def read_dotenv(file: Path = DOTENV) -> Dotenv:
    """The variables of `.env`, the last of each name; none when there is no such file.

    Values stand as they are written: `${OTHER}` is not expanded, or a password with a dollar sign would break.
    """
    if not file.exists():
        return Dotenv(file.as_posix(), {}, {})
    text = read_text(file)
    if isinstance(text, Problem):
        return Dotenv(file.as_posix(), {}, {}, (text,))
    bindings = tuple(parse_stream(io.StringIO(text)))
    named = [(each.key, each.value or "", _line_of(each.original)) for each in bindings if each.key]
    problems = tuple(
        Problem(file.as_posix(), _line_of(each.original), 1, "expected NAME=value") for each in bindings if each.error
    )
    variables = {name: value for name, value, _ in named}
    return Dotenv(file.as_posix(), variables, {name: line for name, _, line in named}, problems)


def layered_environment(environment: Mapping[str, str], dotenv: Dotenv) -> Mapping[str, str]:
    """The environment over `.env`; a variable that is set but empty does not hide one in `.env`."""
    return {**dotenv.variables, **_without_empty(environment.items())}


def _read_file(name: str) -> str | None:
    text = read_text(Path(name))
    return None if isinstance(text, Problem) else text.rstrip("\r\n")


def _without_empty(variables: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in variables if value}


def _line_of(original: object) -> int:
    """The line of a binding itself: the parser counts the blank lines before it to it."""
    text, line = str(getattr(original, "string", "")), int(getattr(original, "line", 0))
    return line + text[: len(text) - len(text.lstrip())].count("\n")
