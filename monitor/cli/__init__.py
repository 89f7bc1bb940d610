"""The command line: one table of commands, each loaded when it is called, so that `--help` answers at once.

The commands live in this package's modules, one a group; they make no decisions of the service's own.
"""

import codecs
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import typer

from monitor import __version__
from monitor.cli.help import Commands, PlainCommand, PlainGroup
from monitor.errors import ConfigError, MonitorError
from monitor.loading import load_function

_ESCAPES = "monitor-escapes"

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("monitor.cli.start:demo", "Show the whole way once: feed and archive in, e-mail, Slack and webhook out."),
    "init": ("monitor.cli.start:init", "Write a commented configuration, rules and a few public feeds to start from."),
    "run": ("monitor.cli.service:run", "Run the service: poll, match, route, deliver."),
    "web": ("monitor.cli.service:web", "Serve the pages of subscribers alone, beside a service that runs elsewhere."),
    "check": ("monitor.cli.check:check", "Check settings, sources, rules and routes; run the tests beside them."),
    "rules": ("monitor.cli.rules:app", "List the rules, show what one looks for, import lists of actors and queries."),
    "pack": ("monitor.cli.packs:pack", "Print ready-made actors: countries in your languages."),
    "normalise": ("monitor.cli.articles:normalise", "Print the articles in files or archives as JSON lines."),
    "match": ("monitor.cli.articles:match", "Show which rules match the articles in files or archives, and where."),
    "backtest": ("monitor.cli.backtest:backtest", "Count what rules would have matched; compare two versions of them."),
    "import": ("monitor.cli.archive:import_", "Read an archive into the store, resumably; alerts only with --alert."),
    "story": ("monitor.cli.story:story", "Show who ran a story, and what its publishers corrected."),
    "reprocess": (
        "monitor.cli.reprocess:reprocess_",
        "Read stored articles again with today's reading and rules.",
    ),
    "sources": ("monitor.cli.sources:app", "List, find, add, change and poll the sources; see how they fare."),
    "route": ("monitor.cli.routing:route", "Explain who would get what, when and why, of a rule or an article."),
    "silence": ("monitor.cli.silences:app", "Silence rules, sources and stories for a while."),
    "subscribers": ("monitor.cli.subscribers:app", "List the subscribers and what they chose; erase one."),
    "digest": ("monitor.cli.service:digest", "Preview what a subscriber's next digest holds so far."),
    "send-test": ("monitor.cli.service:send_test", "Send a subscriber a test message by each of their channels."),
    "deliveries": ("monitor.cli.deliveries:app", "List, show, replay and drop what was sent and what was not."),
    "export": ("monitor.cli.export:export", "Write matches or alerts as JSON Lines or CSV for other programs."),
    "backup": (
        "monitor.cli.backup:backup",
        "Pack the database and the key of the links into one file, while the service runs.",
    ),
    "doctor": ("monitor.cli.service:doctor", "Say whether the service is alive; exits 1 when it is not."),
}


class _LazyGroup(PlainGroup):
    """A group that shows its commands from the table and imports only the one that is called, and logging for it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        address, _ = COMMANDS[str(name)]
        load_function("monitor.cli.logs:configure_logs")()
        return name, _load_command(str(name), address), rest


def _load_command(name: str, address: str) -> Any:
    loaded = load_function(address)
    if isinstance(loaded, typer.Typer):
        command = typer.main.get_command(loaded)
    else:
        single = Commands()
        single.command(name)(loaded)
        command = typer.main.get_command(single)
    command.name = name
    return command


def _group() -> _LazyGroup:
    stubs: dict[str, Any] = {name: PlainCommand(name, help=text) for name, (_, text) in COMMANDS.items()}
    return _LazyGroup(
        name="monitor",
        commands=stubs,
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=(
            "Media Monitor: feeds and archives in, rules in YAML, digests, Slack and signed webhooks out.\n\n"
            "Start with `monitor demo`, then `monitor init DIR`."
        ),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 errors in what was checked or read, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _print_everywhere()
    if given in (["--version"], ["-V"]):
        print(f"media-monitor {__version__}")
        sys.exit(0)
    try:
        _group().main(args=given, prog_name="monitor")
    except ConfigError as error:
        lines = [str(problem) for problem in error.problems]
        count = [f"{len(lines)} problems"] if len(lines) > 1 else []
        _complain("\n".join([*lines, *count]))
        sys.exit(1)
    except MonitorError as error:
        _complain(f"monitor: {error}")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        # A full disk or a lost mount, met where no adapter expected it: the system's own words say it best.
        place = f'"{error.filename}": ' if error.filename else ""
        _complain(f"monitor: {place}{(error.strerror or str(error)).lower()}")
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


def _print_everywhere() -> None:
    """Let a letter that the encoding of the terminal lacks be printed as JSON writes it, and end no command."""
    codecs.register_error(_ESCAPES, _escape)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_ESCAPES)


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{unit.hex()}" for unit in (units[at : at + 2] for at in range(0, len(units), 2))), error.end


def _complain(message: str) -> None:
    """On stderr, with nothing of what a message quotes taken as control characters."""
    print(load_function("monitor.cli.options:printable")(message), file=sys.stderr)
