"""`subscribers pages` and `marks`: where subscribers decide for themselves, and which stories they found relevant."""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from monitor.app import open_existing_store
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.config.project import load_configuration
from monitor.config.secret_key import load_keys
from monitor.config.settings import Settings, load_settings
from monitor.errors import InputError
from monitor.model import RelevanceMark, SubscriberId
from monitor.render.documents import instant
from monitor.render.page_links import PageLinks, PageTokens
from monitor.text.suggest import did_you_mean


def pages(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="As named in the configuration.")],
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Print the addresses of a subscriber's own pages. Whoever has them can use them: give them to nobody else.

    Example: `monitor subscribers pages ana`
    """
    settings, configuration = load_configuration(config, os.environ)
    if subscriber not in configuration.subscribers:
        raise InputError(f'no subscriber "{subscriber}"{did_you_mean(subscriber, configuration.subscribers)}')
    links = PageLinks(_public_url(settings), PageTokens(load_keys(settings.secret_key, data)))
    own = SubscriberId(subscriber)
    addresses = {
        "settings": links.settings(own),
        "unsubscribe": links.unsubscribe(own),
        "atom": links.feed(own, "atom"),
        "json_feed": links.feed(own, "json"),
    }
    print(json.dumps(addresses, indent=2) if as_json else "\n".join(f"{name}: {at}" for name, at in addresses.items()))
    if settings.public_url is None:
        print('reached from this machine only: the setting "public_url" is not set', file=sys.stderr)


def marks(config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Show what subscribers said of the stories they got: relevant or not, rule by rule. With --json each mark.

    Example: `monitor subscribers marks`
    """
    found = asyncio.run(_read(load_settings(config, os.environ, strict=False), data))
    if as_json:
        print(json.dumps([_document(mark) for mark in found], indent=2, ensure_ascii=False))
    elif not found:
        print("nobody has said yet whether a story was relevant")
    else:
        _print_table(found)


def _public_url(settings: Settings) -> str:
    """Where pages are reached: from outside, or else from this machine."""
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    return settings.public_url or f"http://{host}:{settings.web.port}"


async def _read(settings: Settings, data: Path) -> tuple[RelevanceMark, ...]:
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        return await tx.list_marks()


def _document(mark: RelevanceMark) -> dict[str, object]:
    return {
        "rule": mark.rule,
        "story": mark.story,
        "subscriber": mark.subscriber,
        "relevant": mark.relevant,
        "marked_at": instant(mark.marked_at),
    }


def _print_table(found: tuple[RelevanceMark, ...]) -> None:
    """The rules that were found irrelevant most often first."""
    good = Counter(mark.rule for mark in found if mark.relevant)
    bad = Counter(mark.rule for mark in found if not mark.relevant)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("RULE", "RELEVANT", "NOT RELEVANT"):
        table.add_column(heading, justify="left" if heading == "RULE" else "right")
    for rule in sorted(good.keys() | bad.keys(), key=lambda each: (-bad[each], each)):
        table.add_row(printable(rule), str(good[rule]), str(bad[rule]))
    console().print(table)
