"""What the commands share: their options, how they print, and how they load a project."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

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


def console(*, stderr: bool = False) -> Console:
    """A terminal with colours where there is one; plain text where there is not, of a width that wraps nothing."""
    wide = None if (sys.stderr if stderr else sys.stdout).isatty() or "COLUMNS" in os.environ else 120
    return Console(stderr=stderr, width=wide, highlight=False, soft_wrap=False)


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
