"""`sources health`: which sources answer, which have fallen silent, and what went wrong, in plain words."""

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from monitor.app import has_store, open_store
from monitor.cli.moments import tell_length
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.clock import utc_now
from monitor.config.project import load_sources
from monitor.config.settings import Settings
from monitor.errors import ConfigError, Problem
from monitor.health import RHYTHM_OVER, Health, judge_source
from monitor.model import GuidFault, Source
from monitor.net.redact import redact_url
from monitor.render.documents import instant
from monitor.text.counts import count_of
from monitor.text.suggest import did_you_mean

_STYLES = {"failing": "red", "gone": "red", "quiet": "yellow", "ok": "green"}
_WORDS = {
    "quiet": "answers, but has brought nothing new for much longer than usual",
    "new": "not polled yet",
    "paused": 'resume it with "monitor sources resume"',
}
_GUIDS: dict[GuidFault, str] = {
    "repeated": "known by links: one guid stood for several entries",
    "changing": "known by links: its guids change",
}


def health(
    only: Annotated[list[str] | None, typer.Argument(metavar="ID", help="These sources only.")] = None,
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when a source fails, is gone or is quiet.")] = False,
) -> None:
    """Show how the sources fare: state, last new entry against the usual rhythm, the share of articles that told what
    others had told before, and the last error.

    Example: `monitor sources health --strict`
    """
    settings, sources = load_sources(config, os.environ)
    chosen = choose_sources(sources, only or ())
    judged = asyncio.run(_judge(settings, data, chosen))
    if as_json:
        print(json.dumps([_document(source, found) for source, found in judged], indent=2, ensure_ascii=False))
    else:
        _print_table(judged)
    if strict and any(found.condition in ("failing", "gone", "quiet") for _, found in judged):
        raise typer.Exit(1)


def choose_sources(sources: tuple[Source, ...], ids: list[str] | tuple[str, ...]) -> tuple[Source, ...]:
    """The sources with these ids, all of them for none; ConfigError names every id that no source has."""
    known = {str(source.id): source for source in sources}
    unknown = [name for name in ids if name not in known]
    if unknown:
        raise ConfigError(Problem("", 0, 0, f'no source "{name}"{did_you_mean(name, known)}') for name in unknown)
    return tuple(known[name] for name in dict.fromkeys(ids)) if ids else sources


async def _judge(settings: Settings, data: Path, sources: tuple[Source, ...]) -> list[tuple[Source, Health]]:
    """As if nothing had been polled yet, before the first run: looking makes no database."""
    now = utc_now()
    if not has_store(settings, data):
        return [(source, judge_source(source, None, None, now)) for source in sources]
    async with open_store(settings, data) as store, store.transaction() as tx:
        states = {state.source: state for state in await tx.list_poll_states()}
        counts = {counts.source: counts for counts in await tx.count_by_source(now - RHYTHM_OVER)}
        unread = await tx.count_unread_pages()
    return [
        (
            source,
            judge_source(
                source, states.get(source.id), counts.get(source.id), now, unread_pages=unread.get(source.id, 0)
            ),
        )
        for source in sources
    ]


def _document(source: Source, found: Health) -> dict[str, Any]:
    return {
        "id": source.id,
        "condition": found.condition,
        "last_new_at": _optional(found.last_new_at),
        "silent_for_seconds": _seconds(found.silent_for),
        "usual_gap_seconds": _seconds(found.usual_gap),
        "articles": found.articles,
        "copies": None if found.copies is None else round(found.copies, 3),
        "failures": found.failures,
        "last_error": found.last_error,
        "waits_until": _optional(found.waits_until),
        "parked_until": _optional(found.parked_until),
        "gone_since": _optional(found.gone_since),
        "moved_to": redact_url(found.moved_to) if found.moved_to else None,
        "move_adopted": found.is_adopted,
        "guid_fault": found.guid_fault,
        "unread_pages": found.unread_pages,
    }


def _optional(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _print_table(judged: list[tuple[Source, Health]]) -> None:
    if not judged:
        print('no sources: add one with "monitor sources add ID URL"')
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SOURCE", "STATE", "LAST NEW", "USUALLY", "28 DAYS", "COPIES", "NOTE"):
        # A note, of words and addresses, has what room is left; an id of any length leaves some.
        table.add_column(
            heading,
            overflow="fold",
            no_wrap=heading not in ("SOURCE", "NOTE"),
            min_width=24 if heading == "NOTE" else None,
            max_width=24 if heading == "SOURCE" else None,
        )
    for source, found in judged:
        table.add_row(
            source.id,
            Text(found.condition, style=_STYLES.get(found.condition, "")),
            f"{tell_length(found.silent_for)} ago" if found.silent_for is not None else "never",
            f"every {tell_length(found.usual_gap)}" if found.usual_gap else "–",
            str(found.articles),
            "–" if found.copies is None else f"{found.copies:.0%}",
            Text(printable("; ".join(_notes(found)))),
        )
    console().print(table)


def _notes(found: Health) -> Iterator[str]:
    """What there is to say beyond the figures, the gravest first."""
    if found.condition in _WORDS:
        yield _WORDS[found.condition]
    if found.gone_since:
        yield f"answered 410 Gone on {instant(found.gone_since)}; not asked again before it has another address"
    elif found.condition == "failing":
        yield f"failed {count_of(found.failures, 'time')}: {found.last_error}"
    if found.parked_until:
        yield f"its server asked to be left alone until {instant(found.parked_until)}"
    elif found.waits_until:
        yield f"left alone until {instant(found.waits_until)}"
    if found.moved_to:
        moved = "moved, and asked" if found.is_adopted else "redirects, not confirmed yet,"
        yield f"{moved} at {redact_url(found.moved_to)}"
    if found.unread_pages:
        yield f"{count_of(found.unread_pages, 'page')} could not be read"
    if found.guid_fault:
        yield _GUIDS[found.guid_fault]


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration.total_seconds())
