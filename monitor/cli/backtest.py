"""`backtest`: what rules would have matched in the store or in an archive, before anybody gets an alert."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from monitor.app import open_existing_store
from monitor.cli.backtest_page import render_backtest
from monitor.cli.backtest_report import backtest_document, draw_backtest
from monitor.cli.moments import read_moment
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
from monitor.cli.reading import ArticleReader, MapOption, read_fields
from monitor.clock import utc_now
from monitor.config.files import reason_of
from monitor.config.load import load_config
from monitor.config.project import load_languages, load_rule_set
from monitor.config.revision import read_other_rules
from monitor.config.rule_cache import choose_cache
from monitor.config.settings import load_settings
from monitor.errors import ConfigError, InputError, Problem
from monitor.match.backtest import Backtest
from monitor.match.rules import RuleSet
from monitor.model import Article, Source
from monitor.pipeline.stored import count_articles, iter_articles
from monitor.text.suggest import did_you_mean


def backtest(
    rule: Annotated[list[str] | None, typer.Argument(metavar="RULE", help="Only these; all by default.")] = None,
    archive: Annotated[
        list[str] | None,
        typer.Option("--archive", metavar="PATH", help="Articles from here instead of the store; repeatable."),
    ] = None,
    fields: MapOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE|DURATION", help="2026-03-01, or 90d: articles from then on.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="REV|DIR", help="Compare with a git revision of --rules, or a directory."),
    ] = None,
    config: ConfigOption = CONFIG,
    rules: RulesOption = RULES,
    data: DataOption = DATA,
    as_json: JsonOption = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts here.")] = None,
) -> None:
    """Count what rules would have matched, week by week, with samples; with --against, what a change gains and loses.

    Example: `monitor backtest karabakh-use-of-force --since 90d --against HEAD`
    """
    begin = None if since is None else read_moment(since, utc_now(), "--since")
    rule_set = load_rule_set(rules, choose_cache(data))
    other = None if against is None else _read_other(rules, against)
    _check_names(rule or (), [each for each in (rule_set, other) if each is not None])
    run = Backtest(rule_set, rule or (), other, () if archive else _read_sources(config))
    articles = _Articles(tuple(archive or ()), read_fields(fields or ()), begin, config, data)
    unreadable = asyncio.run(_feed(run, articles))
    if not run.articles and not unreadable:
        raise InputError(_describe_nothing(since, archive))
    result = run.result()
    if html is not None:
        _write(html, render_backtest(result, since=since, against=against, made_at=utc_now()))
        print(f"wrote {html}", file=sys.stderr)
    if as_json:
        print(json.dumps(backtest_document(result, since=begin, against=against), indent=2, ensure_ascii=False))
    elif html is None:
        draw_backtest(console(), result, against=against, asked=rule or ())
    print_problems([*unreadable, *run.problems])
    if any(problem.level == "error" for problem in unreadable):
        raise typer.Exit(1)


def _read_other(rules: Path, against: str) -> RuleSet:
    """What is compared with; what of it did not load is told. ConfigError when nothing did: all would seem gained."""
    other, problems = read_other_rules(rules, against)
    errors = [problem for problem in problems if problem.level == "error"]
    if not other.rules:
        raise ConfigError([*errors, Problem(against, 0, 0, "no rule there to compare with")])
    print_problems(errors)
    return other


@dataclass(frozen=True, slots=True)
class _Articles:
    """Which articles: those of archives, or without any of the store, since an instant."""

    archives: Sequence[str]
    fields: Mapping[str, str]
    since: datetime | None
    config: Path
    data: Path


def _read_sources(config: Path) -> tuple[Source, ...]:
    """The sources that stored articles came from, for rules that choose by them; those that can be read."""
    settings = load_settings(config, os.environ, strict=False)
    return load_config(config, settings, os.environ, strict=False).sources


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f'"{file}" cannot be written: {reason_of(error)}') from error


def _check_names(asked: Collection[str], rule_sets: Sequence[RuleSet]) -> None:
    known = {compiled.rule.id for rule_set in rule_sets for compiled in rule_set.rules}
    unknown = [rule for rule in asked if rule not in known]
    if unknown:
        raise ConfigError(Problem("", 0, 0, f'no rule "{rule}"{did_you_mean(rule, known)}') for rule in unknown)


def _describe_nothing(since: str | None, archive: Sequence[str] | None) -> str:
    where = "the archive" if archive else "the store"
    if since is not None:
        return f"{where} holds no articles since {since}"
    return f'{where} holds no articles; fill it with "monitor import PATH", or name an archive with "--archive PATH"'


async def _feed(run: Backtest, articles: _Articles) -> list[Problem]:
    """Every article once, with a bar on the terminal; what could not be read."""
    if not articles.archives:
        await _feed_stored(run, articles)
        return []
    reader = ArticleReader(load_languages(articles.config, os.environ), articles.fields)
    async with _progress("reading the archive") as (progress, task):
        async for article in reader.iter_articles(list(articles.archives)):
            if articles.since is None or (article.published or article.fetched_at) >= articles.since:
                run.add(article)
            progress.update(task, total=reader.size, completed=reader.done)
    return reader.problems


async def _feed_stored(run: Backtest, articles: _Articles) -> None:
    settings = load_settings(articles.config, os.environ, strict=False)
    async with (
        open_existing_store(settings, articles.data) as store,
        _progress("reading the store") as (progress, task),
    ):
        progress.update(task, total=await count_articles(store, articles.since))
        async for article in _and_advance(iter_articles(store, articles.since), progress, task):
            run.add(article)


async def _and_advance(articles: AsyncIterator[Article], progress: Progress, task: TaskID) -> AsyncIterator[Article]:
    async for article in articles:
        yield article
        progress.advance(task)


@asynccontextmanager
async def _progress(description: str) -> AsyncIterator[tuple[Progress, TaskID]]:
    """A bar on stderr while the block runs; nothing where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    shown = sys.stderr.isatty()
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not shown) as progress:
        yield progress, progress.add_task(description, total=None)
