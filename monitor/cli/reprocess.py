"""`reprocess`: stored articles, read again from what was kept of them."""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.app import open_pipeline, require_store
from monitor.cli.moments import read_moment
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    JsonOption,
    RulesOption,
    print_problems,
    printable,
)
from monitor.clock import utc_now
from monitor.config.project import SoundProject, load_project
from monitor.config.rule_cache import choose_cache
from monitor.model import Correction, SourceId
from monitor.pipeline.reprocessing import Reprocessed, Wish, reprocess
from monitor.story.corrections import describe_differences
from monitor.text.counts import count_of


def reprocess_(
    since: Annotated[
        str, typer.Option("--since", metavar="DATE|DURATION", help="2026-03-01, or 7d: articles fetched from then on.")
    ],
    source: Annotated[str | None, typer.Option("--source", metavar="ID", help="Only articles of this source.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    alert: Annotated[bool, typer.Option("--alert", help="Let new matches alert, as if they were news.")] = False,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Read stored articles again with the reading and the rules of today; what they were before is kept.

    Only articles whose pages are still kept can be read again: see the setting `retention.raw`. Nobody gets an alert
    unless `--alert` is given.

    Example: `monitor reprocess --since 7d --dry-run`
    """
    wish = Wish(
        since=read_moment(since, utc_now(), "--since"),
        source=SourceId(source) if source else None,
        trial=dry_run,
        alerting=alert,
    )
    project = load_project(config, rules, os.environ, strict=False, cache=choose_cache(data))
    print_problems(project.warnings)
    require_store(project.settings, data)
    count = asyncio.run(_reprocess(project, data, wish, as_json=as_json))
    if not as_json:
        verb = "would change" if dry_run else "changed"
        print(
            f"{count_of(count['read'], 'article')} read again, {count['changed']} {verb}; "
            f"matches gained {count['gained']}, lost {count['lost']}"
        )
    if count["problems"]:
        raise typer.Exit(1)


async def _reprocess(project: SoundProject, data: Path, wish: Wish, *, as_json: bool) -> Counter[str]:
    count: Counter[str] = Counter()
    async with open_pipeline(project, data) as (ports, plan):
        async for batch in reprocess(ports, plan, wish):
            print_problems(batch.problems)
            for line in _lines(batch, as_json=as_json):
                print(line)
            count["read"] += batch.read
            count["changed"] += len(batch.corrections)
            count["gained"] += sum(len(found) for found in batch.gained.values())
            count["lost"] += sum(len(found) for found in batch.lost.values())
            count["problems"] += len(batch.problems)
    return count


def _lines(batch: Reprocessed, *, as_json: bool) -> list[str]:
    changed = {each.after.id: each for each in batch.corrections}
    lines = []
    for article in dict.fromkeys([*changed, *batch.gained, *batch.lost]):
        document: dict[str, Any] = {
            "article": article,
            "title": changed[article].after.title if article in changed else None,
            "differences": _documents(changed.get(article)),
            "gained": list(batch.gained.get(article, ())),
            "lost": list(batch.lost.get(article, ())),
        }
        text = _describe(document, changed.get(article))
        lines.append(json.dumps(document, ensure_ascii=False) if as_json else printable(text))
    return lines


def _documents(correction: Correction | None) -> list[dict[str, Any]]:
    places = correction.differences if correction else ()
    return [{"field": place.field, "before": place.before, "after": place.after} for place in places]


def _describe(document: dict[str, Any], correction: Correction | None) -> str:
    lines = [f"{document['article']}  {document['title'] or ''}".rstrip()]
    if correction:
        lines += [f"  {line}" for line in describe_differences(correction.differences).splitlines()]
    lines += [f"  gained: {rule}" for rule in document["gained"]] + [f"  lost: {rule}" for rule in document["lost"]]
    return "\n".join(lines)
