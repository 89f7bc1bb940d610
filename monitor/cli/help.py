"""What `--help` prints: plain text within 80 columns, the same on a terminal, in a pipe and without colours.

The library's own help draws boxes around the types of Python, which tell an operator nothing.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

_Function = TypeVar("_Function", bound=Callable[..., Any])


class PlainCommand(TyperCommand):
    """A command whose usage is written as everywhere: `FILE...` for several, `[FILE]` for what may be left out."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Of the line that begins with "Usage:"."""
        return ["[OPTIONS]", *(_usage_of(each) for each in self.get_params(ctx) if isinstance(each, TyperArgument))]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The arguments and options, each with its help. That an argument is required stands in the usage."""
        parameters = self.get_params(ctx)
        arguments = [(_name_of(each), each.help or "") for each in parameters if isinstance(each, TyperArgument)]
        records = (each.get_help_record(ctx) for each in parameters if not isinstance(each, TyperArgument))
        for heading, rows in ("Arguments", arguments), ("Options", [record for record in records if record]):
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


class PlainGroup(TyperGroup):
    """Commands that are listed with the whole first paragraph of their help."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands in the order of their table."""
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_paragraph(command.help or "")) for name, command in commands])


class Commands(typer.Typer):
    """The commands of a group, in the order in which they are added; without a text, one command that stands alone."""

    def __init__(self, text: str | None = None) -> None:
        super().__init__(
            cls=PlainGroup,
            help=text,
            no_args_is_help=text is not None,
            add_completion=False,
            rich_markup_mode=None,
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[_Function], _Function]:
        """Add a function as a command."""
        return super().command(name, **{"cls": PlainCommand} | options)


def _usage_of(argument: TyperArgument) -> str:
    name = _name_of(argument) if argument.required else f"[{_name_of(argument)}]"
    return name if argument.nargs == 1 else f"{name}..."


def _name_of(argument: TyperArgument) -> str:
    return argument.metavar or argument.name.upper()


def _first_paragraph(text: str) -> str:
    return " ".join(inspect.cleandoc(text).split("\n\n")[0].split())
