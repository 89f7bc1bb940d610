"""The result of a backtest for people, with a small chart of hits per week, and as a JSON document."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.cli.drawing import excerpt_text
from monitor.cli.options import printable
from monitor.match.backtest import BacktestResult, Change, Comparison, Headline, RuleResult, Sample, weeks_between
from monitor.model import Article, Rule
from monitor.render.documents import instant, match_document
from monitor.render.highlight import excerpts_of, mark_mentions, some_of_each
from monitor.text.counts import count_of

_BARS = "▁▂▃▄▅▆▇█"
_NONE = "·"
_WIDEST = 60
_LISTED = 10


def draw_backtest(
    out: Console, result: BacktestResult, *, against: str | None = None, asked: Collection[str] = ()
) -> None:
    """The busiest rule first; rules that held for nothing and changed nothing share the last line."""
    weeks = result.weeks
    span = f" in {count_of(len(weeks), 'week')}, {week_name(weeks[0])} to {week_name(weeks[-1])}" if weeks else ""
    out.print(Text(f"{count_of(result.articles, 'article')}{span}", style="bold"))
    silent = [each.id for each in result.rules if each.id not in asked and not has_news(each)]
    for each in sorted(result.rules, key=lambda each: (-each.hits, each.id)):
        if each.id not in silent:
            out.print()
            _draw_rule(out, result, each, against)
    if silent:
        out.print()
        out.print(Text(f"{count_of(len(silent), 'rule')} without a hit: {', '.join(silent)}", style="dim"))


def backtest_document(result: BacktestResult, *, since: datetime | None, against: str | None) -> dict[str, Any]:
    """Everything that was counted; articles by what leads to them, samples with the sentences that matched."""
    return {
        "articles": result.articles,
        "since": None if since is None else instant(since),
        "weeks": [week_name(week) for week in result.weeks],
        "against": against,
        "rules": [_rule_document(result, each) for each in result.rules],
    }


def bars_of(weeks: Mapping[date, int], span: Sequence[date]) -> tuple[str, int]:
    """A bar for each week of `span`, the highest full, and how many weeks one bar stands for: more when there are many.

    A week without a hit is a dot.
    """
    sums, width = sums_of(weeks, span, _WIDEST)
    most = max(sums, default=0)
    return "".join(_BARS[(number * len(_BARS) - 1) // most] if number else _NONE for number in sums), width


def sums_of(weeks: Mapping[date, int], span: Sequence[date], most: int) -> tuple[list[int], int]:
    """The hits of each week of `span`, or of so many weeks together that there are at most `most` sums."""
    width = max(1, -(-len(span) // most))
    return [
        sum(weeks.get(week, 0) for week in span[start : start + width]) for start in range(0, len(span), width)
    ], width


def describe_volume(per_week: float) -> str:
    """ "about 14 a week", "about 1.5 a week", "about 1 in 6 weeks": no more exact than a forecast can be."""
    if per_week <= 0:
        return "none"
    if (weeks := round(1 / per_week)) > 1:
        return f"about 1 in {weeks:,} weeks"
    number = f"{per_week:,.0f}" if per_week >= 10 else f"{per_week:.1f}".removesuffix(".0")
    return f"about {number} a week"


def has_news(rule: RuleResult) -> bool:
    """Whether it held for anything, or anything came or went."""
    changed = rule.against is not None and (rule.against.gained.articles or rule.against.lost.articles)
    return bool(rule.hits or changed)


def _draw_rule(out: Console, result: BacktestResult, each: RuleResult, against: str | None) -> None:
    out.print(_heading(each))
    if each.rule is not None:
        share = percent(result.share(each.hits))
        out.print(
            f"  {count_of(each.hits, 'hit')} · {describe_volume(result.per_week(each.hits))} · {share} of articles"
        )
    if each.hits:
        _draw_chart(out, each, weeks_between(result.weeks))
    for sample in each.samples:
        _draw_sample(out, sample)
    if each.against is not None:
        _draw_comparison(out, each, each.against, against or "")


def _heading(each: RuleResult) -> Text:
    rule = each.rule or (each.against and each.against.rule)
    heading = Text(each.id, style="bold green")
    if isinstance(rule, Rule):
        status = "" if rule.status == "live" else f", {rule.status}"
        heading.append(f"  {printable(rule.title)} ({rule.severity.value}{status})", style="not bold default")
    return heading


def _draw_chart(out: Console, each: RuleResult, span: Sequence[date]) -> None:
    bars, width = bars_of(each.weeks, span)
    busiest = max(each.weeks, key=lambda week: each.weeks[week])
    scale = "" if width == 1 else f", {width} weeks a bar"
    line = Text("  ")
    line.append(bars, style="cyan")
    line.append(f"  most: {each.weeks[busiest]:,} in {week_name(busiest)}{scale}", style="dim")
    out.print(line)


def _draw_sample(out: Console, sample: Sample, mark: str = "") -> None:
    article, mentions = sample.article, sample.match.mentions
    title = Text()
    for segment in mark_mentions(article.title or "", [each for each in mentions if each.field == "title"]):
        title.append(printable(segment.text), style="bold yellow" if segment.is_mention else "default")
    out.print(_line(article.published or article.fetched_at, article.source, title, mark), soft_wrap=True)
    for excerpt in excerpts_of(article, [each for each in mentions if each.field != "title"], limit=1):
        out.print(Padding(excerpt_text(excerpt), (0, 0, 0, 6 + len(mark))))


def _draw_comparison(out: Console, each: RuleResult, comparison: Comparison, against: str) -> None:
    name = printable(against)
    if comparison.rule is None:
        what = "did not load there, so nothing is compared" if comparison.is_broken else "a new rule"
        out.print(Text(f"  against {name}: {what}"))
        return
    gained, lost = len(comparison.gained.articles), len(comparison.lost.articles)
    change = f"gained {gained:,}, lost {lost:,}" if gained or lost else "no article gained or lost"
    gone = "; the rule is gone" if each.rule is None else ""
    out.print(Text(f"  against {name}: {count_of(comparison.hits, 'hit')} there, {change}{gone}", style="bold"))
    _draw_change(out, comparison.gained, "+ ")
    _draw_change(out, comparison.lost, "- ")


def _draw_change(out: Console, change: Change, mark: str) -> None:
    """The newest with their sentence, some more by their headline, the rest as a number."""
    for sample in change.samples:
        _draw_sample(out, sample, mark)
    shown = {sample.article.id for sample in change.samples}
    others = [headline for headline in change.articles if headline.id not in shown]
    for headline in others[: _LISTED - len(shown)]:
        title = Text(printable(headline.title or ""), style="default")
        out.print(_line(headline.at, headline.source, title, mark), soft_wrap=True)
    left = len(others) - (_LISTED - len(shown))
    if left > 0:
        out.print(f"    {mark}{left:,} more; --json lists them")


def _line(at: datetime, source: str, title: Text, mark: str) -> Text:
    style = {"+ ": "green", "- ": "red"}.get(mark, "")
    text = Text(f"    {mark}{at.date().isoformat()} ", style=style)
    text.append(title if title.plain else Text("(no title)", style="default"))
    text.append(f"  {printable(source)}", style="dim")
    return text


def _rule_document(result: BacktestResult, each: RuleResult) -> dict[str, Any]:
    rule, comparison = each.rule, each.against
    document: dict[str, Any] = {
        "rule": each.id,
        "version": rule.version if rule else None,
        "title": rule.title if rule else None,
        "status": rule.status if rule else None,
        "hits": each.hits,
        "share": round(result.share(each.hits), 6),
        "per_week": round(result.per_week(each.hits), 3),
        "weeks": {week_name(week): hits for week, hits in each.weeks.items()},
        "samples": [_sample_document(sample) for sample in each.samples],
    }
    if comparison is not None:
        document["against"] = {
            "version": comparison.rule.version if comparison.rule else None,
            "broken": comparison.is_broken,
            "hits": comparison.hits,
            "gained": [_headline_document(headline) for headline in comparison.gained.articles],
            "lost": [_headline_document(headline) for headline in comparison.lost.articles],
        }
    return document


def _sample_document(sample: Sample) -> dict[str, Any]:
    excerpts = excerpts_of(sample.article, sample.match.mentions, limit=1)
    shown = replace(sample.match, mentions=some_of_each(sample.match.mentions))
    return {
        "article": _article_document(sample.article),
        "excerpts": [excerpt.text for excerpt in excerpts],
        "mentions": match_document(shown, None)["mentions"],
    }


def _article_document(article: Article) -> dict[str, Any]:
    return _headline_document(
        Headline(
            id=article.id,
            source=article.source,
            title=article.title,
            url=article.url,
            at=article.published or article.fetched_at,
        )
    )


def _headline_document(headline: Headline) -> dict[str, Any]:
    return {
        "id": headline.id,
        "source": headline.source,
        "title": headline.title,
        "url": headline.url,
        "at": instant(headline.at),
    }


def week_name(monday: date) -> str:
    """ "2026-W07"."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def percent(share: float) -> str:
    """With as many digits as small shares need."""
    digits = 2 if 0 < share < 0.01 else 1 if 0 < share < 0.1 else 0
    return f"{share:.{digits}%}"
