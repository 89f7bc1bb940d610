"""`sources discover`: the feeds behind the address of a page, and what was tried where there are none."""

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from monitor.app import open_fetcher
from monitor.cli.options import CONFIG, ConfigOption, JsonOption, console, printable
from monitor.clock import utc_now
from monitor.config.checks import check_url
from monitor.config.settings import Settings, load_settings
from monitor.errors import ConfigError, Problem
from monitor.model import Source, SourceId
from monitor.parse.entries import parse_feed
from monitor.render.documents import instant
from monitor.sources.discover import Candidate, Discovery, discover_feeds

# Somebody waits for the answer, and the requests are few.
_LONGEST_GAP = timedelta(seconds=1)


def discover(
    address: Annotated[str, typer.Argument(metavar="URL", help="A page of the site; it may be a feed already.")],
    config: ConfigOption = CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Find the feeds of a site: those its page declares, else those at the usual places. Exits 1 when there is none.

    Example: `monitor sources discover https://www.example.org/news`
    """
    settings = load_settings(config, os.environ, strict=False) if config.is_dir() else Settings()
    found = asyncio.run(look_around(settings, address, {}))
    if as_json:
        tried = [{"url": attempt.url, "reason": attempt.reason} for attempt in found.tried]
        candidates = [_document(candidate) for candidate in found.candidates]
        print(json.dumps({"candidates": candidates, "tried": tried}, indent=2, ensure_ascii=False))
    elif found.candidates:
        print_candidates(found.candidates)
    else:
        _print_tried(address, found)
    if not found.candidates:
        raise typer.Exit(1)


async def look_around(settings: Settings, address: str, headers: Mapping[str, str]) -> Discovery:
    """The feeds behind an address; ConfigError when it is none."""
    if "://" not in address:
        address = f"https://{address}"
    try:
        check_url(address)
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, f'"{address}": {error}')]) from error
    source = Source(id=SourceId("discover"), kind="feed", address=address, headers=headers)
    async with open_fetcher(settings) as fetcher:
        gap = min(settings.poll.gap, _LONGEST_GAP).total_seconds()
        return await discover_feeds(fetcher, source, parse_feed, utc_now(), rest=lambda: asyncio.sleep(gap))


def print_candidates(candidates: Iterable[Candidate], *, stderr: bool = False) -> None:
    """A table of what was found."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("ADDRESS", "FORMAT", "ENTRIES", "NEWEST", "TITLE", "FOUND"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "NEWEST")
    for candidate in candidates:
        newest = instant(candidate.newest) if candidate.newest else "–"
        title = Text(printable(candidate.title or "–"))
        address = Text(printable(candidate.url))
        table.add_row(address, candidate.format, str(candidate.entries), newest, title, candidate.how)
    console(stderr=stderr).print(table)


def _print_tried(address: str, found: Discovery) -> None:
    print(printable(f"no feed was found at {address}; tried:"), file=sys.stderr)
    for attempt in found.tried:
        print(printable(f"  {attempt.url}: {attempt.reason.removeprefix(f'{attempt.url}: ')}"), file=sys.stderr)


def _document(candidate: Candidate) -> dict[str, Any]:
    return {
        "url": candidate.url,
        "kind": candidate.kind,
        "format": candidate.format,
        "title": candidate.title,
        "language": candidate.language,
        "entries": candidate.entries,
        "newest": instant(candidate.newest) if candidate.newest else None,
        "found": candidate.how,
    }
