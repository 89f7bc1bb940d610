"""What the commands share: their options, how they print, and how they load a project."""

import io
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TextIO, cast

import typer
from rich.console import Console

from monitor.errors import ConfigError, Problem

ConfigOption = Annotated[Path, typer.Option("--config", metavar="DIR", help="Settings, sources, subscribers, routes.")]
RulesOption = Annotated[Path, typer.Option("--rules", metavar="DIR|FILE", help="Rules, actors and concepts.")]
DataOption = Annotated[Path, typer.Option("--data", metavar="DIR", help="The database and other state.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

CONFIG = Path("config")
RULES = Path("rules")
DATA = Path("data")

_FILLING = re.compile(r" +\n")


def console(*, stderr: bool = False) -> Console:
    """A terminal with colours where there is one; plain text where there is not, of a width that wraps nothing."""
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        # Who wants no colours reads this as a plain page, without bold or dim words either.
        colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
        return Console(stderr=stderr, color_system=colours, highlight=False, soft_wrap=False)
    wide = None if "COLUMNS" in os.environ else 120
    return Console(file=cast(TextIO, _Trimmed(stream)), width=wide, highlight=False, soft_wrap=False)


class _Trimmed(io.TextIOBase):
    """A stream without the spaces that fill a table's lines up, which would only get in the way of other programs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has an attribute, which io itself computes as well
        """Decides which letters tables are drawn with."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """The text, each line without the spaces at its end."""
        return self._stream.write(_FILLING.sub("\n", text))

    def flush(self) -> None:
        """What was written reaches its reader."""
        self._stream.flush()

    def fileno(self) -> int:
        """Of the stream itself."""
        return self._stream.fileno()


def print_problems(problems: Iterable[Problem]) -> None:
    """One line each on stderr, with nothing of the foreign text taken as markup or as control characters."""
    for problem in problems:
        print(printable(str(problem)), file=sys.stderr)


def printable(text: str) -> str:
    """The text with control and other invisible characters escaped, safe for a terminal or a log."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else f"\\x{ord(letter):02x}" for letter in text)


def refuse(problems: Iterable[Problem]) -> None:
    """ConfigError with every problem when one of them is an error; warnings alone are printed."""
    found = tuple(problems)
    if any(problem.level == "error" for problem in found):
        raise ConfigError(found)
    print_problems(found)
