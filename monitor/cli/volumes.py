"""How often the rules would fire, by what the store has received of late: `check` tells it without being asked.

`backtest` says more, of any stretch of time and with samples; this is the glance that shows a rule which floods.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.table import Table

from monitor.app import has_store, open_store
from monitor.cli.backtest_report import describe_volume, percent
from monitor.cli.options import console, printable
from monitor.clock import utc_now
from monitor.config.settings import Settings
from monitor.match.backtest import Backtest
from monitor.match.rules import RuleSet
from monitor.model import Article, Source
from monitor.pipeline.stored import count_articles, iter_articles
from monitor.ports import Store
from monitor.render.documents import instant
from monitor.text.counts import count_of

# The longest of these that holds no more than so many articles: a check must not take longer than a glance.
_STRETCHES = (*(timedelta(weeks=number) for number in (4, 2, 1)), *(timedelta(hours=number) for number in (72, 24, 6)))
_MOST_ARTICLES = 4_000
# What one morning brought says little of a week.
_SHORTEST = timedelta(days=1)
_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVolume:
    """How many articles a rule would have held for, how many that makes a week, and which part of all from 0 to 1."""

    rule: str
    hits: int
    per_week: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes:
    """What all rules would have found in the articles since an instant, the most frequent first."""

    since: datetime
    articles: int
    rules: tuple[RuleVolume, ...]


async def measure_volumes(
    rule_set: RuleSet, sources: Iterable[Source], settings: Settings, data: Path
) -> Volumes | None:
    """By the newest stored articles; None where there is no store, or nothing of the last four weeks in it."""
    if not has_store(settings, data):
        return None
    now = utc_now()
    run = Backtest(rule_set, sources=sources)
    first = now
    async with open_store(settings, data) as store:
        async for article in iter_articles(store, await _choose_since(store, now)):
            run.add(article)
            first = min(first, _time_of(article))
    result = run.result()
    weeks = max(now - first, _SHORTEST) / timedelta(weeks=1)
    found = (
        RuleVolume(rule=each.id, hits=each.hits, per_week=each.hits / weeks, share=result.share(each.hits))
        for each in result.rules
    )
    ordered = tuple(sorted(found, key=lambda each: (-each.hits, each.rule)))
    return Volumes(since=first, articles=run.articles, rules=ordered) if run.articles else None


def draw_volumes(volumes: Volumes) -> None:
    """A table of the rules that would have matched most often, and how many none at all."""
    day = volumes.since.date().isoformat()
    print(f"of the {count_of(volumes.articles, 'article')} stored since {day} would have matched:")
    firing = [each for each in volumes.rules if each.hits]
    if firing:
        console().print(_table_of(firing[:_LISTED]))
    if len(firing) > _LISTED:
        print(f'… and {count_of(len(firing) - _LISTED, "rule")} less often; see "monitor backtest"')
    silent = len(volumes.rules) - len(firing)
    if silent:
        print(f"{count_of(silent, 'rule')} for none")


def volumes_document(volumes: Volumes | None) -> dict[str, Any] | None:
    """The same for machines, every rule in it."""
    if volumes is None:
        return None
    return {
        "since": instant(volumes.since),
        "articles": volumes.articles,
        "rules": [
            {
                "rule": each.rule,
                "hits": each.hits,
                "per_week": round(each.per_week, 3),
                "share": round(each.share, 6),
            }
            for each in volumes.rules
        ],
    }


async def _choose_since(store: Store, now: datetime) -> datetime:
    for stretch in _STRETCHES:
        if await count_articles(store, now - stretch) <= _MOST_ARTICLES:
            return now - stretch
    return now - _STRETCHES[-1]


def _time_of(article: Article) -> datetime:
    return article.published or article.fetched_at


def _table_of(firing: Sequence[RuleVolume]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "right", "left", "right"):
        table.add_column(justify="right" if justify == "right" else "left", no_wrap=True)
    for each in firing:
        table.add_row(
            printable(each.rule), f"{each.hits:,}", describe_volume(each.per_week), f"{percent(each.share)} of articles"
        )
    return table
