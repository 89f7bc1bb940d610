"""`subscribers`: who gets messages, what they chose for themselves and where they choose it; and erasing a person."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.table import Table

from monitor.app import has_store, open_existing_store
from monitor.cli.help import Commands
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.cli.subscriber_pages import marks, pages
from monitor.config.assembly import Config
from monitor.config.load import find_definition, list_subscriber_ids
from monitor.config.project import load_configuration
from monitor.config.settings import Settings, load_settings
from monitor.errors import InputError
from monitor.model import BounceKind, ChannelKind, Choices, DisabledChannel, Quiet, SubscriberId
from monitor.render.documents import instant
from monitor.route.windows import describe_pace
from monitor.text.suggest import did_you_mean, quoted_list

app = Commands(
    "List the subscribers and what they chose, and where they choose it; enable channels; erase one.\n\n"
    "Example: `monitor subscribers list`"
)

_BOUNCES: tuple[BounceKind, ...] = ("hard", "soft")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the store knows of subscribers."""

    choices: Mapping[SubscriberId, Choices]
    disabled: tuple[DisabledChannel, ...] = ()
    bounces: Mapping[SubscriberId, Mapping[BounceKind, int]] = field(default_factory=dict)


app.command("pages")(pages)
app.command("marks")(marks)


@app.command("list")
def list_subscribers(config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """List subscribers with their channels, and what they chose on their pages over what the files say.

    Example: `monitor subscribers list`
    """
    settings, configuration = load_configuration(config, os.environ)
    rows = asyncio.run(_read(settings, data))
    names = sorted({*configuration.subscribers, *rows.choices})
    documents = [_document(name, configuration, rows) for name in names]
    if as_json:
        print(json.dumps(documents, indent=2, ensure_ascii=False))
    else:
        _print_table(documents)


@app.command("enable")
def enable(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="As named in the configuration.")],
    channel: Annotated[
        str | None,
        typer.Option("--channel", metavar="CHANNEL", help=f"Only {', '.join(get_args(ChannelKind))}."),
    ] = None,
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
) -> None:
    """Use channels again that were disabled because their address was gone; a changed address is used by itself.

    What was given up meanwhile is listed by `monitor deliveries list --state dead`, and sent by `replay`.

    Example: `monitor subscribers enable ana --channel email`
    """
    if channel is not None and channel not in get_args(ChannelKind):
        raise typer.BadParameter(f'"{channel}" is none of {quoted_list(get_args(ChannelKind))}', param_hint="--channel")
    settings = load_settings(config, os.environ, strict=False)
    enabled = asyncio.run(_enable(settings, data, SubscriberId(subscriber), channel))
    if not enabled and subscriber not in (known := list_subscriber_ids(config)):
        raise InputError(f'no subscriber "{subscriber}"{did_you_mean(subscriber, known)}')
    if not enabled:
        raise InputError(f'no channel of "{subscriber}" is disabled; see "monitor subscribers list"')
    print(f"enabled: {', '.join(enabled)}")


@app.command("forget")
def forget(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="Whom to erase; in the files or not.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
) -> None:
    """Erase a person from the store: alerts, digests, messages and their attempts, choices, mutes and marks.

    Example: `monitor subscribers forget ana --yes`
    """
    settings = load_settings(config, os.environ, strict=False)
    if not yes:
        typer.confirm(f'Erase everything about "{subscriber}"? This cannot be undone.', abort=True)
    erased = asyncio.run(_forget(settings, data, SubscriberId(subscriber)))
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in erased.items() if count)
    print(f"erased: {counts or 'nothing was kept'}")
    for place in find_definition(config, "subscribers", subscriber):
        print(f"{place} still defines this subscriber: take it out there, or new messages are sent")


async def _read(settings: Settings, data: Path) -> _Rows:
    if not has_store(settings, data):
        return _Rows({})
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        return _Rows(await tx.list_choices(), await tx.list_disabled_channels(), await tx.count_bounces())


async def _enable(settings: Settings, data: Path, subscriber: SubscriberId, channel: str | None) -> list[str]:
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        disabled = [each.channel for each in await tx.list_disabled_channels() if each.subscriber == subscriber]
        wanted = [kind for kind in disabled if channel in (None, kind)]
        return [kind for kind in wanted if await tx.enable_channel(subscriber, kind)]


async def _forget(settings: Settings, data: Path, subscriber: SubscriberId) -> Mapping[str, int]:
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        return await tx.forget_subscriber(subscriber)


def _document(name: SubscriberId, config: Config, rows: _Rows) -> dict[str, Any]:
    subscriber = config.subscribers.get(name)
    chosen = rows.choices.get(name, Choices(subscriber=name))
    return {
        "id": name,
        "configured": subscriber is not None,
        "channels": [address.kind for address in subscriber.addresses] if subscriber else [],
        "disabled": {each.channel: each.reason for each in rows.disabled if each.subscriber == name},
        "bounces": {kind: rows.bounces.get(name, {}).get(kind, 0) for kind in _BOUNCES},
        "timezone": subscriber.timezone.key if subscriber else None,
        "quiet": _quiet(subscriber.quiet) if subscriber else None,
        "cap_per_hour": subscriber.cap.per_hour if subscriber and subscriber.cap else None,
        "routes": sum(name in route.to for route in config.routes),
        "chosen": {
            "unsubscribed_at": _optional(chosen.unsubscribed_at),
            "paused_until": _optional(chosen.paused_until),
            "pace": describe_pace(chosen.pace) if chosen.pace else None,
            "quiet": _quiet(chosen.quiet),
            "muted_rules": sorted(chosen.muted_rules),
            "muted_stories": sorted(chosen.muted_stories),
        },
    }


def _quiet(quiet: Quiet | None) -> str | None:
    if quiet is None:
        return None
    unless = f" unless {quiet.unless.value}" if quiet.unless else ""
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M}{unless}"


def _optional(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _print_table(documents: list[dict[str, Any]]) -> None:
    if not documents:
        print("no subscribers")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SUBSCRIBER", "CHANNELS", "TIME ZONE", "ROUTES", "QUIET", "CAP", "CHOSEN BY THEMSELVES"):
        table.add_column(heading)
    for each in documents:
        chosen = [_tell(key, value) for key, value in each["chosen"].items() if value]
        channels = [f"{kind} (disabled)" if kind in each["disabled"] else kind for kind in each["channels"]]
        values = (
            each["id"],
            ", ".join(channels) if each["configured"] else "no longer configured",
            each["timezone"] or "–",
            str(each["routes"]),
            each["quiet"] or "–",
            f"{each['cap_per_hour']} an hour" if each["cap_per_hour"] else "–",
            "; ".join(chosen) or "–",
        )
        table.add_row(*(printable(value).replace("[", "\\[") for value in values))
    console().print(table)


def _tell(key: str, value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else value
    return f"{key.replace('_', ' ').removesuffix(' at')} {text}"
