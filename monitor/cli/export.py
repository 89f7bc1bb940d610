"""`export`: what was found, or who was told, as JSON Lines or CSV for other programs."""

import asyncio
import csv
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from monitor.app import open_existing_store, require_store
from monitor.cli.moments import read_moment
from monitor.cli.options import CONFIG, DATA, ConfigOption, DataOption
from monitor.clock import utc_now
from monitor.config.files import reason_of
from monitor.config.settings import Settings, load_settings
from monitor.errors import InputError
from monitor.model import RuleId, SubscriberId
from monitor.ports import Store
from monitor.ports.exports import ExportedAlert, ExportedMatch, ExportScope
from monitor.render.documents import instant
from monitor.text.suggest import did_you_mean, quoted_list

Line = dict[str, Any]

_MATCH = (
    "fetched_at", "published", "rule", "severity", "score", "words", "story", "article", "source", "language", "title",
    "url",
)  # fmt: skip
_ALERT = ("subscriber", "kind", "ordinal", "state", "dropped_because", "due_at", "told_at", "digest")
KEYS: Mapping[str, tuple[str, ...]] = {"matches": _MATCH, "alerts": (*_ALERT, *_MATCH)}
"""What a line holds, by what is exported; in CSV they are the columns."""

_FORMATS = ("jsonl", "csv")
_PAGE = 500
# What a spreadsheet takes for the beginning of a formula, in half and in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="matches, which is the default, or alerts: who was to hear of them.")
    ] = "matches",
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="jsonl (JSON Lines) or csv.")] = "jsonl",
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE|DURATION", help="Of articles fetched from then on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE|DURATION", help="Of articles fetched before then.")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="ID", help="Only of these; * stands for any letters.")
    ] = None,
    subscriber: Annotated[
        list[str] | None, typer.Option("--subscriber", metavar="ID", help="Only their alerts.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write here instead of stdout.")] = None,
    config: ConfigOption = CONFIG,
    data: DataOption = DATA,
) -> None:
    """Write every match, or every alert with each match behind it, one a line, in the order of time.

    Example: `monitor export alerts --format csv --since 7d --subscriber ana --out ana.csv`
    """
    _check("WHAT", what, KEYS)
    _check("--format", form, _FORMATS)
    if subscriber and what != "alerts":
        raise typer.BadParameter('expected "monitor export alerts" with this', param_hint="--subscriber")
    now = utc_now()
    scope = ExportScope(
        since=None if since is None else read_moment(since, now, "--since"),
        until=None if until is None else read_moment(until, now, "--until"),
        subscribers=tuple(SubscriberId(each) for each in subscriber or ()),
    )
    settings = load_settings(config, os.environ, strict=False)
    require_store(settings, data)  # before anything is written
    lines = _iter_lines(settings, data, what, scope, rule or ())
    with _opened(out) as file:
        count = asyncio.run(_write(lines, _csv_writer(file, KEYS[what]) if form == "csv" else _jsonl_writer(file)))
    print(f"exported {count:,} {what if count != 1 else _SINGULAR[what]}", file=sys.stderr)


_SINGULAR = {"matches": "match", "alerts": "alert"}


def _check(option: str, given: str, known: Iterable[str]) -> None:
    if given not in known:
        raise typer.BadParameter(f'"{given}" is none of {quoted_list(known)}', param_hint=option)


async def _write(lines: AsyncIterator[Line], write: Callable[[Line], None]) -> int:
    count = 0
    async for line in lines:
        write(line)
        count += 1
    return count


async def _iter_lines(
    settings: Settings, data: Path, what: str, scope: ExportScope, patterns: Sequence[str]
) -> AsyncIterator[Line]:
    async with open_existing_store(settings, data) as store:
        scope = replace(scope, rules=await _find_rules(store, patterns))
        iter_pages = _iter_alerts if what == "alerts" else _iter_matches
        async for line in iter_pages(store, scope):
            yield line


async def _find_rules(store: Store, patterns: Sequence[str]) -> tuple[RuleId, ...]:
    """The rules that fit any pattern; InputError for a pattern that fits none that ever matched."""
    if not patterns:
        return ()
    async with store.transaction() as tx:
        known = await tx.list_known_rules()
    for pattern in patterns:
        if not any(fnmatchcase(rule, pattern) for rule in known):
            raise InputError(f'no rule "{pattern}" has matched anything{did_you_mean(pattern, known)}')
    return tuple(rule for rule in known if any(fnmatchcase(rule, pattern) for pattern in patterns))


async def _iter_matches(store: Store, scope: ExportScope) -> AsyncIterator[Line]:
    """A page at a time, each in a transaction of its own: the service goes on meanwhile."""
    after = None
    while True:
        async with store.transaction() as tx:
            page = await tx.export_matches(scope, after, _PAGE)
        for match in page:
            yield _match_line(match)
        if len(page) < _PAGE:
            return
        after = page[-1].place


async def _iter_alerts(store: Store, scope: ExportScope) -> AsyncIterator[Line]:
    after = None
    while True:
        async with store.transaction() as tx:
            page = await tx.export_alerts(scope, after, _PAGE)
        for alert in page:
            yield _alert_line(alert)
        if len(page) < _PAGE:
            return
        after = page[-1].match.place


def _match_line(match: ExportedMatch) -> Line:
    published = _optional(match.published)
    if match.published and match.published_precision == "day":
        published = match.published.date().isoformat()
    return {
        "fetched_at": instant(match.fetched_at),
        "published": published,
        "rule": match.rule,
        "severity": match.severity.value,
        "score": match.score,
        "words": list(match.words),
        "story": match.story,
        "article": match.article,
        "source": match.source,
        "language": match.language,
        "title": match.title,
        "url": match.url,
    }


def _alert_line(alert: ExportedAlert) -> Line:
    return {
        "subscriber": alert.subscriber,
        "kind": alert.kind,
        "ordinal": alert.ordinal,
        "state": alert.state,
        "dropped_because": alert.dropped_because,
        "due_at": instant(alert.due_at),
        "told_at": _optional(alert.told_at),
        "digest": alert.digest,
        **_match_line(alert.match),
    }


def _optional(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    try:
        file = out.open("w", encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise InputError(f'"{out}" cannot be written: {reason_of(error)}') from error
    with file:
        yield file


def _jsonl_writer(file: IO[str]) -> Callable[[Line], None]:
    return lambda line: print(json.dumps(line, ensure_ascii=False), file=file)


def _csv_writer(file: IO[str], keys: Sequence[str]) -> Callable[[Line], None]:
    """With a heading, also where nothing follows it."""
    writer = csv.writer(file)
    writer.writerow(keys)
    return lambda line: writer.writerow([_cell(line[key]) for key in keys])


def _cell(value: Any) -> Any:
    """Nothing of what publishers wrote may run in a spreadsheet."""
    if isinstance(value, list):
        value = "; ".join(value)
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA) else value
