"""`import`: an archive into the store."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.app import World, open_pipeline
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
)
from monitor.cli.reading import MapOption, PathsArgument, archive_source, read_fields
from monitor.config.project import SoundProject, load_project
from monitor.config.rule_cache import choose_cache
from monitor.errors import InputError, Problem
from monitor.model import Slice, Source
from monitor.pipeline import Ports, Stored, import_slices


def import_(
    paths: PathsArgument,
    alert: Annotated[bool, typer.Option("--alert", help="Let the matches alert, as if they were news.")] = False,
    fields: MapOption = None,
    processes: Annotated[
        int | None, typer.Option("--processes", metavar="N", min=0, help="How many workers read pages; 0: none.")
    ] = None,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
    as_json: JsonOption = False,
) -> None:
    """Read an archive into the store: stored and matched once, however often it is imported. Resumes where it stopped.

    Example: `monitor import seeds/`
    """
    sources = [archive_source(path, read_fields(fields or ())) for path in paths]
    # Nobody is reached: what matches is told, with --alert too, by the service, which needs its secrets.
    project = load_project(config, rules, os.environ, strict=False, cache=choose_cache(data))
    print_problems(project.warnings)
    account = _Account()
    world = World() if processes is None else World(processes=processes)
    try:
        asyncio.run(_Import(project, data, world, account).run(sources, alerting=alert))
    except KeyboardInterrupt:
        print(f"interrupted; stored so far: {account.line()}. The same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None
    print(json.dumps(account.document()) if as_json else account.line())
    if account.errors:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Account:
    articles: int = 0
    stories: set[str] = field(default_factory=set)
    rules: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def add(self, stored: Stored) -> None:
        """Count what a batch brought. Problems are told at once: a batch that is stored is never read again."""
        self.articles += len(stored.articles)
        self.stories.update(stored.stories.values())
        self.rules.update(match.rule for match in stored.matches)
        self.tell(stored.problems)
        if stored.error:
            self.tell([Problem("", 0, 0, stored.error)])

    def tell(self, problems: Sequence[Problem]) -> None:
        """Name problems, and remember how many of them were errors."""
        print_problems(problems)
        self.errors += sum(problem.level == "error" for problem in problems)

    def document(self) -> dict[str, Any]:
        """For machines; `unreadable` are the records and files that were named on stderr."""
        return {
            "articles": self.articles,
            "stories": len(self.stories),
            "matches": dict(self.rules.most_common()),
            "unreadable": self.errors,
        }

    def line(self) -> str:
        """For people."""
        passed = f"; {self.errors} could not be read" if self.errors else ""
        if not self.articles:
            return f"nothing new{passed}"
        matches = ", ".join(f"{rule} {count}" for rule, count in self.rules.most_common()) or "none"
        articles = f"{self.articles} new article{'s' if self.articles != 1 else ''}"
        stories = f"{len(self.stories)} {'stories' if len(self.stories) != 1 else 'story'}"
        return f"{articles} in {stories}; matches: {matches}{passed}"


@dataclass(frozen=True, slots=True)
class _Import:
    """One run of `import`: everything that is to be read is listed first, so that the bar knows how much it is."""

    project: SoundProject
    data: Path
    world: World
    account: _Account

    async def run(self, sources: Sequence[Source], *, alerting: bool) -> None:
        async with open_pipeline(self.project, self.data, self.world) as (ports, plan):
            once = {source.id: source for source in sources}.values()
            work = [(source, self._list_slices(ports, source)) for source in once]
            with _progress() as progress:
                task = progress.add_task("importing", total=sum(part.size for _, parts in work for part in parts))
                for source, parts in work:
                    async for stored in import_slices(ports, plan, source, parts, alerting=alerting):
                        self.account.add(stored)
                        progress.advance(task, stored.size)

    def _list_slices(self, ports: Ports, source: Source) -> tuple[Slice, ...]:
        """None of a path that cannot be read: it is named, and the others are imported all the same."""
        try:
            return ports.archives.list_slices(source)
        except InputError as error:
            self.account.tell([Problem("", 0, 0, str(error))])
            return ()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty())
