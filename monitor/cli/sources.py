"""`sources`: what is polled, and how it fares; the table of its commands."""

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from monitor.app import has_store, open_store
from monitor.cli.help import Commands
from monitor.cli.moments import tell_due, tell_past
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.cli.source_edits import add, edit, pause, remove, resume
from monitor.cli.source_finds import discover
from monitor.cli.source_health import health
from monitor.cli.source_lists import export_opml, import_opml
from monitor.cli.source_polls import poll
from monitor.clock import utc_now
from monitor.config.project import load_sources
from monitor.config.settings import Settings
from monitor.model import PollState, Source
from monitor.net.redact import redact_url
from monitor.render.documents import instant

app = Commands(
    "List, find, add, change and poll the sources, and see how they fare.\n\nExample: `monitor sources list`"
)

_TIMES = frozenset({"LAST POLLED", "LAST NEW", "NEXT"})
_LEAST_ADDRESS = 20


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


app.command("health")(health)
app.command("discover")(discover)
app.command("add")(add)
app.command("edit")(edit)
app.command("pause")(pause)
app.command("resume")(resume)
app.command("remove")(remove)
app.command("poll")(poll)
app.command("import-opml")(import_opml)
app.command("export-opml")(export_opml)


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
        "address": source.address if source.kind == "archive" else redact_url(source.address),
        "tags": list(source.tags),
        "paused": source.paused,
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
    now = utc_now()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SOURCE", "ADDRESS", "LAST POLLED", "LAST NEW", "NEXT", "STATE"):
        width = _LEAST_ADDRESS if heading == "ADDRESS" else None
        table.add_column(heading, overflow="fold", no_wrap=heading in _TIMES, min_width=width)
    for source in sources:
        state = states.get(source.id)
        document = _document(source, state)
        # As Text, for an address or what a publisher answered may look like markup.
        table.add_row(
            source.id,
            Text(printable(document["address"])),
            tell_past(state.last_polled_at if state else None, now, "never"),
            tell_past(state.last_new_at if state else None, now),
            "–" if source.paused else tell_due(state.next_poll_at if state else None, now, "now"),
            Text(printable(_state_of(document))),
        )
    console().print(table)


def _state_of(document: dict[str, Any]) -> str:
    if document["paused"]:
        return "paused"
    if not document["last_polled_at"]:
        return "new"
    if not document["failures"]:
        return "ok"
    # The address stands in a column of its own.
    error = str(document["last_error"]).removeprefix(f"{document['address']}: ")
    return f"failed {document['failures']}×: {error}"
