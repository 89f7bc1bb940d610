"""`deliveries`: what was sent, what waits, and what could not be sent."""

import asyncio
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.table import Table

from monitor.app import open_existing_store
from monitor.cli.help import Commands
from monitor.cli.message_text import message_text
from monitor.cli.moments import tell_due, tell_past
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.clock import utc_now
from monitor.config.load import list_subscriber_ids
from monitor.config.settings import load_settings
from monitor.errors import InputError
from monitor.model import Attempt, Delivery, DeliveryId, DeliveryState, SubscriberId
from monitor.ports import Transaction
from monitor.render.documents import instant
from monitor.text.suggest import did_you_mean, quoted_list

app = Commands("List, show, replay and drop what was sent and what was not.\n\nExample: `monitor deliveries list`")

# Of those that begin alike, so many are named.
_MOST_ALIKE = 3

DeliveryArgument = Annotated[str, typer.Argument(metavar="DELIVERY", help="Its id, or a beginning that only one has.")]


@app.command("list")
def list_deliveries(
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help="Only: pending, sent or dead.")] = None,
    subscriber: Annotated[str | None, typer.Option("--subscriber", metavar="ID", help="Only of theirs.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many, the newest first.")] = 50,
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """List deliveries, the newest first: to whom, by which channel, and how it went.

    Example: `monitor deliveries list --state dead`
    """
    if state is not None and state not in get_args(DeliveryState):
        raise typer.BadParameter(f'"{state}" is none of {quoted_list(get_args(DeliveryState))}', param_hint="--state")
    wanted = None if subscriber is None else SubscriberId(subscriber)
    found = asyncio.run(_list(config, data, cast("DeliveryState | None", state), wanted, limit))
    if as_json:
        print(json.dumps([_document(delivery) for delivery in found], indent=2))
    else:
        _print_table(found)


@app.command("show")
def show(
    delivery: DeliveryArgument, config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False
) -> None:
    """Show a delivery: every attempt with the other side's answer, and what the message says.

    Of a mail that is its headers and its plain text; `--json` has all of it, as it is sent.

    Example: `monitor deliveries show 3f2a`
    """
    found, attempts = asyncio.run(_show(config, data, delivery))
    if as_json:
        document = _document(found) | {
            "attempts": [_attempt_document(attempt) for attempt in attempts],
            "payload": found.payload.decode("utf-8", "replace"),
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for key, value in _document(found).items():
        print(f"{key + ':':17}{'–' if value is None else value}")
    for attempt in attempts:
        outcome = printable(attempt.error or attempt.answer or "accepted")
        print(f"attempt {attempt.number} at {instant(attempt.at)}: {outcome}")
    print()
    print(message_text(found))


@app.command("replay")
def replay(delivery: DeliveryArgument, config: ConfigOption = CONFIG, data: DataOption = DATA) -> None:
    """Put a sent or dead delivery into the outbox again, under the same id: a running service sends it.

    Example: `monitor deliveries replay 3f2a`
    """
    asyncio.run(_replay(config, data, delivery))
    print(f'"{delivery}" is in the outbox again: a running service sends it')


@app.command("drop")
def drop(delivery: DeliveryArgument, config: ConfigOption = CONFIG, data: DataOption = DATA) -> None:
    """Give up a delivery that still waits: it is not sent any more, and stays listed as dead.

    Example: `monitor deliveries drop 3f2a`
    """
    asyncio.run(_drop(config, data, delivery))
    print(f'"{delivery}" is given up; "monitor deliveries replay" sends it after all')


async def _list(
    config: Path, data: Path, state: DeliveryState | None, subscriber: SubscriberId | None, limit: int
) -> tuple[Delivery, ...]:
    async with (
        open_existing_store(load_settings(config, os.environ, strict=False), data) as store,
        store.transaction() as tx,
    ):
        found = await tx.list_deliveries(state=state, subscriber=subscriber, limit=limit)
        if subscriber is not None and not found and not await tx.list_deliveries(subscriber=subscriber, limit=1):
            _require_configured(config, subscriber)
        return found


def _require_configured(config: Path, subscriber: SubscriberId) -> None:
    known = list_subscriber_ids(config)
    if subscriber not in known:
        raise InputError(f'no subscriber "{subscriber}"{did_you_mean(subscriber, known)}, and nothing was sent to one')


async def _show(config: Path, data: Path, asked: str) -> tuple[Delivery, tuple[Attempt, ...]]:
    async with (
        open_existing_store(load_settings(config, os.environ, strict=False), data) as store,
        store.transaction() as tx,
    ):
        delivery = await _get_delivery(tx, asked)
        return delivery, await tx.list_attempts(delivery.id)


async def _replay(config: Path, data: Path, asked: str) -> None:
    async with (
        open_existing_store(load_settings(config, os.environ, strict=False), data) as store,
        store.transaction() as tx,
    ):
        delivery = await _get_delivery(tx, asked)
        if not await tx.replay_delivery(delivery.id, utc_now()):
            raise InputError(f'delivery "{delivery.id}" is pending already')


async def _drop(config: Path, data: Path, asked: str) -> None:
    async with (
        open_existing_store(load_settings(config, os.environ, strict=False), data) as store,
        store.transaction() as tx,
    ):
        delivery = await _get_delivery(tx, asked)
        if not await tx.drop_delivery(delivery.id):
            raise InputError(f'delivery "{delivery.id}" is {delivery.state} already')


async def _get_delivery(tx: Transaction, asked: str) -> Delivery:
    found = await tx.find_delivery(DeliveryId(asked))
    if found is not None:
        return found
    alike = await tx.list_delivery_ids(asked, limit=_MOST_ALIKE + 1) if asked else ()
    if not alike:
        raise InputError(f'no delivery "{asked}"; see "monitor deliveries list"')
    more = " and more" if len(alike) > _MOST_ALIKE else ""
    raise InputError(
        f'more than one delivery begins with "{asked}": {quoted_list(alike[:_MOST_ALIKE])}{more}; write more of its id'
    )


def _document(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "subscriber": delivery.subscriber,
        "channel": delivery.channel,
        "state": delivery.state,
        "attempts_made": delivery.attempts,
        "created_at": instant(delivery.created_at),
        "next_attempt_at": _optional(delivery.next_attempt_at),
        "sent_at": _optional(delivery.sent_at),
        "digest": delivery.digest,
    }


def _attempt_document(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": instant(attempt.at),
        "answer": attempt.answer,
        "error": attempt.error,
        "permanent": attempt.permanent,
    }


def _optional(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _print_table(deliveries: tuple[Delivery, ...]) -> None:
    if not deliveries:
        print("no deliveries")
        return
    now = utc_now()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("DELIVERY", "SUBSCRIBER", "CHANNEL", "STATE", "TRIES", "CREATED", "SENT", "NEXT"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "SUBSCRIBER")
    for delivery in deliveries:
        table.add_row(
            delivery.id[:12],
            delivery.subscriber,
            delivery.channel,
            delivery.state,
            str(delivery.attempts),
            tell_past(delivery.created_at, now),
            tell_past(delivery.sent_at, now),
            tell_due(delivery.next_attempt_at if delivery.state == "pending" else None, now),
        )
    console().print(table)
