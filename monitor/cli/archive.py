"""`import`: an archive into the store."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.app import open_pipeline
from monitor.cli.options import (
    CONFIG,
    DATA,
    RULES,
    ConfigOption,
    DataOption,
    RulesOption,
    console,
    print_problems,
)
from monitor.config.project import SoundProject, load_project
from monitor.errors import InputError, Problem
from monitor.model import Slice, Source, SourceId
from monitor.pipeline import Plan, Ports, Stored, import_slices


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or directories: .txt, .html, .jsonl.")],
    alert: Annotated[bool, typer.Option("--alert", help="Let the matches alert, as if they were news.")] = False,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
) -> None:
    """Read an archive into the store: stored and matched once, however often it is imported. Resumes where it stopped.

    Example: `monitor import seeds/`
    """
    project = load_project(config, rules, os.environ)
    print_problems(project.warnings)
    account = _Account()
    try:
        asyncio.run(_import(project, data, paths, account, alerting=alert))
    except KeyboardInterrupt:
        print(f"interrupted; stored so far: {account.line()}. The same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None
    print(account.line())
    if account.has_problems:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Account:
    articles: int = 0
    stories: set[str] = field(default_factory=set)
    rules: Counter[str] = field(default_factory=Counter)
    has_problems: bool = False

    def add(self, stored: Stored) -> None:
        """Count what a slice brought. Problems are told at once: a slice that is stored is never read again."""
        self.articles += len(stored.articles)
        self.stories.update(stored.stories.values())
        self.rules.update(match.rule for match in stored.matches)
        self.tell(stored.problems)
        if stored.error:
            self.tell([Problem(stored.source, 0, 0, stored.error)])

    def tell(self, problems: Sequence[Problem]) -> None:
        """Name problems, and remember that there were some."""
        print_problems(problems)
        self.has_problems |= bool(problems)

    def line(self) -> str:
        if not self.articles:
            return "nothing new"
        matches = ", ".join(f"{rule} {count}" for rule, count in self.rules.most_common()) or "none"
        articles = f"{self.articles} new article{'s' if self.articles != 1 else ''}"
        stories = f"{len(self.stories)} {'stories' if len(self.stories) != 1 else 'story'}"
        return f"{articles} in {stories}; matches: {matches}"


async def _import(project: SoundProject, data: Path, paths: list[Path], account: _Account, *, alerting: bool) -> None:
    async with open_pipeline(project, data) as (ports, plan):
        # The same archive under another spelling of its path would be another source.
        sources = [_source_of(path) for path in paths]
        work = [(source, part) for source in sources for part in _list_slices(ports, source, account)]
        with _progress() as progress:
            task = progress.add_task("importing", total=len(work))
            for source, part in work:
                await _import_slice(ports, plan, source, part, account, alerting)
                progress.advance(task)


def _list_slices(ports: Ports, source: Source, account: _Account) -> tuple[Slice, ...]:
    """None of a path that cannot be read: it is named, and the others are imported all the same."""
    try:
        return ports.archives.list_slices(source)
    except InputError as error:
        account.tell([Problem("", 0, 0, str(error))])
        return ()


async def _import_slice(
    ports: Ports, plan: Plan, source: Source, part: Slice, account: _Account, alerting: bool
) -> None:
    async for stored in import_slices(ports, plan, source, [part], alerting=alerting):
        account.add(stored)


def _source_of(path: Path) -> Source:
    address = os.path.normpath(path)
    return Source(id=SourceId(Path(address).as_posix()), kind="archive", address=address)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty())
