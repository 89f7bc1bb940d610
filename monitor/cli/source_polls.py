"""`sources poll`: poll now, here or by the service that is running, and say what came."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.app import World, has_store, open_pipeline, open_store
from monitor.cli.options import CONFIG, DATA, RULES, ConfigOption, DataOption, JsonOption, RulesOption, printable
from monitor.cli.source_health import choose_sources
from monitor.clock import utc_now
from monitor.config.project import SoundProject, load_project, load_sources
from monitor.config.rule_cache import choose_cache
from monitor.errors import ConfigError, Problem, StoreError
from monitor.model import Source
from monitor.pipeline import Stored, mend_poll_times, poll_all_due, read_waiting_pages, register_sources
from monitor.store.lock import hold_lock
from monitor.text.counts import count_of


def poll(
    only: Annotated[list[str], typer.Argument(metavar="ID", help="The sources to poll.")],
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Poll sources now, whatever their plan; a running service does it, else this command. Sends nothing itself.

    Example: `monitor sources poll example-world`
    """
    _, sources = load_sources(config, os.environ)
    chosen = choose_sources(sources, only)
    paused = [source.id for source in chosen if source.paused]
    if paused:
        raise ConfigError(Problem("", 0, 0, f'source "{name}" is paused; resume it first') for name in paused)
    project = load_project(config, rules, os.environ, cache=choose_cache(data))
    stored = asyncio.run(_poll(project, chosen, data))
    if stored is None:
        print(json.dumps({"handed_over": [source.id for source in chosen]}) if as_json else _HANDED_OVER)
        return
    _report(stored, as_json=as_json)
    if any(each.error for each in stored):
        raise typer.Exit(1)


_HANDED_OVER = 'the running service polls them within seconds; see "monitor sources health"'


async def _poll(project: SoundProject, sources: tuple[Source, ...], data: Path) -> tuple[Stored, ...] | None:
    """What came; None where a running service has been asked to do it."""
    if has_store(project.settings, data) and not project.settings.database.startswith("sqlite"):
        await _hand_over(project, sources, data)
        return None
    try:
        with hold_lock(data):
            return await _poll_here(project, sources, data)
    except StoreError as error:
        if "in use" not in str(error):
            raise
    await _hand_over(project, sources, data)
    return None


async def _poll_here(project: SoundProject, sources: tuple[Source, ...], data: Path) -> tuple[Stored, ...]:
    async with open_pipeline(project, data, World(processes=0)) as (ports, plan):
        plan = replace(plan, sources={source.id: source for source in sources})
        async with ports.store.transaction() as tx:
            await tx.release_leases()
        await register_sources(ports, plan)
        await mend_poll_times(ports, plan)
        async with ports.store.transaction() as tx:
            await tx.make_due(plan.sources, ports.clock())
        polled = await poll_all_due(ports, plan)
        pages = await read_waiting_pages(ports, plan)
        async with ports.store.transaction() as tx:
            awaited = {source: await tx.count_awaited(source) for source in plan.sources}
    return tuple(_join(stored, pages, awaited[stored.source]) for stored in polled)


def _join(stored: Stored, pages: tuple[Stored, ...], awaited: int) -> Stored:
    """What a source brought, from its feed and from the pages behind its teasers."""
    own = [each for each in pages if each.source == stored.source]
    return replace(
        stored,
        articles=stored.articles + tuple(article for each in own for article in each.articles),
        matches=stored.matches + tuple(match for each in own for match in each.matches),
        problems=stored.problems + tuple(problem for each in own for problem in each.problems),
        awaited=awaited,
    )


async def _hand_over(project: SoundProject, sources: tuple[Source, ...], data: Path) -> None:
    async with open_store(project.settings, data) as store, store.transaction() as tx:
        ids = [source.id for source in sources]
        await tx.sync_sources(ids, utc_now())
        await tx.make_due(ids, utc_now())


def _report(stored: tuple[Stored, ...], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_document(each) for each in stored], indent=2, ensure_ascii=False))
        return
    for each in stored:
        if each.error:
            print(printable(f"{each.source}: {each.error}"), file=sys.stderr)
            continue
        later = f", {count_of(each.awaited, 'page')} to be fetched yet" if each.awaited else ""
        found = f"{count_of(len(each.articles), 'new article')}, {count_of(len(each.matches), 'match', 'matches')}"
        print(printable(f"{each.source}: {found}{later}"))
        for article in each.articles[:10]:
            print(printable(f"  {article.title or article.url or article.key}"))
        for problem in each.problems[:10]:
            print(printable(f"  {problem}"), file=sys.stderr)


def _document(stored: Stored) -> dict[str, Any]:
    return {
        "source": stored.source,
        "articles": len(stored.articles),
        "titles": [article.title for article in stored.articles],
        "matches": len(stored.matches),
        "pages_to_fetch": stored.awaited,
        "problems": [str(problem) for problem in stored.problems],
        "error": stored.error,
    }
