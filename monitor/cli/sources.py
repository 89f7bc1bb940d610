"""`sources`: what is polled, how it fares, and adding one."""

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from monitor.app import has_store, open_store
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.config.edit import add_source
from monitor.config.project import load_sources
from monitor.config.settings import Settings
from monitor.model import PollState, Source
from monitor.net.redact import redact_url
from monitor.render.documents import instant

app = typer.Typer(
    help="List the sources and how they fare; add one.\n\nExample: `monitor sources list`",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)

_TIMES = frozenset({"LAST POLLED", "LAST NEW", "NEXT"})


@app.command("list")
def list_sources(config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """List the sources: when each was polled, when it is due, and what went wrong last.

    Example: `monitor sources list`
    """
    settings, sources = load_sources(config, os.environ)
    states = asyncio.run(_read_states(settings, data))
    if as_json:
        print(json.dumps([_document(source, states.get(source.id)) for source in sources], indent=2))
    else:
        _print_table(sources, states)


@app.command("add")
def add(
    source: Annotated[str, typer.Argument(metavar="ID", help="Lower-case words with hyphens.")],
    address: Annotated[str, typer.Argument(metavar="URL|PATH", help="A feed's address, or an archive's path.")],
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Repeatable.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Two letters, where the feed has one.")] = None,
    every: Annotated[str | None, typer.Option("--every", metavar="DURATION", help="How often: 15m, 2h.")] = None,
    config: ConfigOption = CONFIG,
) -> None:
    """Add a source to config/sources.yaml, keeping its comments.

    Example: `monitor sources add example-world https://feeds.example.org/world.xml --tag wire`
    """
    kind = "feed" if "://" in address or address.startswith("env:") else "archive"
    fields: dict[str, Any] = {kind: address}
    optional = {"tags": tag, "language": language, "every": every}
    file = add_source(config, source, fields | {name: value for name, value in optional.items() if value})
    print(f'added "{source}" to {file}')


async def _read_states(settings: Settings, data: Path) -> dict[str, PollState]:
    """None before the first run: looking makes no database."""
    if not has_store(settings, data):
        return {}
    async with open_store(settings, data) as store, store.transaction() as tx:
        return {state.source: state for state in await tx.list_poll_states()}


def _document(source: Source, state: PollState | None) -> dict[str, Any]:
    return {
        "id": source.id,
        "kind": source.kind,
        "address": redact_url(source.address) if source.kind == "feed" else source.address,
        "tags": list(source.tags),
        "last_polled_at": _optional(state.last_polled_at if state else None),
        "last_success_at": _optional(state.last_success_at if state else None),
        "last_new_at": _optional(state.last_new_at if state else None),
        "next_poll_at": _optional(state.next_poll_at if state else None),
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else None,
    }


def _optional(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _print_table(sources: tuple[Source, ...], states: dict[str, PollState]) -> None:
    if not sources:
        print('no sources: add one with "monitor sources add ID URL"')
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SOURCE", "ADDRESS", "LAST POLLED", "LAST NEW", "NEXT", "STATE"):
        table.add_column(heading, overflow="fold", no_wrap=heading in _TIMES)
    for document in (_document(source, states.get(source.id)) for source in sources):
        # As Text, for an address or what a publisher answered may look like markup.
        table.add_row(
            document["id"],
            Text(printable(document["address"])),
            document["last_polled_at"] or "never",
            document["last_new_at"] or "–",
            document["next_poll_at"] or "now",
            Text(printable(_state_of(document))),
        )
    console().print(table)


def _state_of(document: dict[str, Any]) -> str:
    if not document["last_polled_at"]:
        return "new"
    if not document["failures"]:
        return "ok"
    # The address stands in a column of its own.
    error = str(document["last_error"]).removeprefix(f"{document['address']}: ")
    return f"failed {document['failures']}×: {error}"
