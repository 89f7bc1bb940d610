"""`rules stats`: what each rule has found and what time it took, as the service counted."""

import asyncio
import json
import os
from pathlib import Path

from rich.table import Table

from monitor.app import open_existing_store
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption, JsonOption, console, printable
from monitor.config.settings import Settings, load_settings
from monitor.model import RuleUsage


def stats(config: ConfigOption = CONFIG, data: DataOption = DATA, as_json: JsonOption = False) -> None:
    """Show what each rule has found and the time it takes, the most expensive first. Slow ones are marked.

    Most rules are never asked about an article: the index knows that they cannot match it.

    Example: `monitor rules stats`
    """
    found = asyncio.run(_read(load_settings(config, os.environ, strict=False), data))
    if as_json:
        print(json.dumps([_document(each) for each in found], indent=2, ensure_ascii=False))
    elif not found:
        print("no rule has been asked yet; the service counts while it runs")
    else:
        _print_table(found)


async def _read(settings: Settings, data: Path) -> tuple[RuleUsage, ...]:
    async with open_existing_store(settings, data) as store, store.transaction() as tx:
        return await tx.list_rule_usage()


def _document(usage: RuleUsage) -> dict[str, object]:
    return {
        "rule": usage.rule,
        "asked": usage.asked,
        "matched": usage.matched,
        "seconds": usage.nanoseconds / 1e9,
        "mean_milliseconds": usage.mean_milliseconds,
        "slow": usage.is_slow,
    }


def _print_table(found: tuple[RuleUsage, ...]) -> None:
    total = sum(each.nanoseconds for each in found) or 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("RULE", "ASKED", "MATCHED", "TIME", "SHARE", "MEAN", ""):
        table.add_column(heading, justify="left" if heading in ("RULE", "") else "right", no_wrap=True)
    for each in found:
        table.add_row(
            printable(each.rule),
            f"{each.asked:,}",
            f"{each.matched:,}",
            f"{each.nanoseconds / 1e9:.2f} s",
            f"{each.nanoseconds / total:.1%}",
            f"{each.mean_milliseconds:.2f} ms",
            "slow" if each.is_slow else "",
        )
    console().print(table)
