"""`silence`: keep matches from alerting anybody for a while, with a reason."""

import asyncio
import json
import os
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from monitor.app import has_store, open_existing_store, open_store
from monitor.cli.help import Commands
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    JsonOption,
    RulesOption,
    console,
    print_problems,
    printable,
)
from monitor.cli.story import resolve_story
from monitor.clock import utc_now
from monitor.config.cases import read_end
from monitor.config.project import load_configuration, read_definitions
from monitor.config.settings import Settings, load_settings
from monitor.errors import InputError, Problem
from monitor.model import Silence, StoryId
from monitor.render.documents import instant
from monitor.text.durations import parse_duration
from monitor.text.suggest import did_you_mean

# A time is never cut short, and the words beside it have what room is left.
_SHORT = frozenset({"SILENCE", "STATE", "UNTIL"})

app = Commands("Silence rules, sources and stories for a while.\n\nExample: `monitor silence list`")


@app.command("add")
def add(
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="2d, 2026-12-01, or an instant in UTC.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="For whoever wonders why nothing comes.")],
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", help="Of this rule; * stands for any letters.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Of this source; * stands for any letters.")
    ] = None,
    story: Annotated[
        str | None, typer.Option("--story", metavar="ID", help="Of this story, or the one of this article.")
    ] = None,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
) -> None:
    """Silence what fits everything that is named; a running service heeds it at once.

    Example: `monitor silence add --rule "karabakh-*" --until 2d --reason "elections: too much noise"`
    """
    if rule is None and source is None and story is None:
        raise typer.BadParameter("name what to silence", param_hint="--rule, --source or --story")
    if not reason.strip():
        raise typer.BadParameter("a silence without a reason is forgotten", param_hint="--reason")
    settings, configuration = load_configuration(config, os.environ)
    silence = Silence(
        id="",
        rule=rule,
        source=source,
        story=StoryId(story) if story else None,
        until=_read_until(until, settings),
        reason=" ".join(reason.split()),
    )
    known = {"rule": read_definitions(rules).rules, "source": {str(each.id) for each in configuration.sources}}
    print_problems(
        Problem("", 0, 0, f'"{pattern}" fits no {key}{did_you_mean(pattern, words)}', "warning")
        for key, words in known.items()
        if (pattern := getattr(silence, key)) and not any(fnmatchcase(word, pattern) for word in words)
    )
    added = asyncio.run(_add(settings, data, silence))
    print(f"silence {added.id} until {instant(added.until)}")


@app.command("list")
def list_silences(config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """List the silences set by command and those of the files, the ended ones too.

    Example: `monitor silence list`
    """
    settings, configuration = load_configuration(config, os.environ)
    found = (*asyncio.run(_list(settings, data)), *configuration.silences)
    now = utc_now()
    if as_json:
        print(json.dumps([_document(silence, now) for silence in found], indent=2, ensure_ascii=False))
    else:
        _print_table(found, now)


@app.command("end")
def end(
    silence: Annotated[str, typer.Argument(metavar="SILENCE", help="Its number.")],
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
) -> None:
    """End a silence that was set by command, before its time.

    Example: `monitor silence end 1`
    """
    if not asyncio.run(_end(load_settings(config, os.environ, strict=False), data, silence)):
        raise InputError(f'no silence "{silence}" is in force; see "monitor silence list" (those of files end there)')
    print(f"silence {silence} has ended")


def _read_until(text: str, settings: Settings) -> datetime:
    now = utc_now()
    try:
        until = now + parse_duration(text)
    except (ValueError, OverflowError):
        try:
            moment = read_end(text)
        except ValueError as error:
            raise typer.BadParameter(f'{error}, or a duration such as "2d"', param_hint="--until") from error
        until = moment if moment.tzinfo else moment.replace(tzinfo=settings.timezone)
    if until <= now:
        raise typer.BadParameter(f"{instant(until)} has passed", param_hint="--until")
    return until


async def _add(settings: Settings, data: Path, silence: Silence) -> Silence:
    async with open_store(settings, data) as store, store.transaction() as tx:
        if silence.story is not None:
            silence = replace(silence, story=await resolve_story(tx, silence.story))
        return await tx.add_silence(silence)


async def _list(settings: Settings, data: Path) -> tuple[Silence, ...]:
    if not has_store(settings, data):
        return ()
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        return await tx.list_silences()


async def _end(settings: Settings, data: Path, silence: str) -> bool:
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        return await tx.end_silence(silence, utc_now())


def _state(silence: Silence, now: datetime) -> str:
    return "in force" if now < (silence.ended_at or silence.until) else "ended"


def _document(silence: Silence, now: datetime) -> dict[str, Any]:
    return {
        "id": silence.id,
        "state": _state(silence, now),
        "rule": silence.rule,
        "source": silence.source,
        "story": silence.story,
        "until": instant(silence.ended_at or silence.until),
        "reason": silence.reason,
    }


def _print_table(silences: tuple[Silence, ...], now: datetime) -> None:
    if not silences:
        print("no silences")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SILENCE", "STATE", "RULE", "SOURCE", "STORY", "UNTIL", "REASON"):
        table.add_column(heading, overflow="fold", no_wrap=heading in _SHORT)
    for silence in silences:
        values = (str(value) if value else "–" for value in _document(silence, now).values())
        table.add_row(*(printable(value).replace("[", "\\[") for value in values))
    console().print(table)
