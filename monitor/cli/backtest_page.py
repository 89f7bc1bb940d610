"""The result of a backtest as one HTML page that needs nothing beside itself: charts, samples, what came and went."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from monitor.cli.backtest_report import describe_volume, has_news, percent, sums_of, week_name
from monitor.match.backtest import BacktestResult, Change, Headline, RuleResult, Sample, weeks_between
from monitor.render.highlight import excerpts_of, mark_mentions
from monitor.render.templating import render_template
from monitor.text.counts import count_of

# Of a chart, in its own units; the page scales it.
_WIDTH, _HEIGHT = 720, 120
_MOST_BARS = 104
_SENTENCES = 2


def render_backtest(result: BacktestResult, *, since: str | None, against: str | None, made_at: datetime) -> str:
    """The whole page; the busiest rule first."""
    span = weeks_between(result.weeks)
    rules = sorted(result.rules, key=lambda each: (-each.hits, each.id))
    return render_template(
        "backtest.html",
        articles=count_of(result.articles, "article"),
        weeks=count_of(len(result.weeks), "week"),
        first=week_name(span[0]) if span else None,
        last=week_name(span[-1]) if span else None,
        since=since,
        against=against,
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
        rules=[_view_rule(result, each, span) for each in rules],
    )


def _view_rule(result: BacktestResult, each: RuleResult, span: Sequence[date]) -> dict[str, Any]:
    rule = each.rule or (each.against.rule if each.against else None)
    return {
        "id": each.id,
        "title": rule.title if rule else each.id,
        "why": rule.why if rule else None,
        "severity": rule.severity.value if rule else "",
        "status": rule.status if rule else "",
        "is_gone": each.rule is None,
        "has_news": has_news(each),
        "hits": f"{each.hits:,}",
        "volume": describe_volume(result.per_week(each.hits)),
        "share": percent(result.share(each.hits)),
        "chart": _view_chart(each.weeks, span) if each.hits else None,
        "samples": [_view_sample(sample) for sample in each.samples],
        "against": _view_comparison(each),
    }


def _view_chart(weeks: Mapping[date, int], span: Sequence[date]) -> dict[str, Any]:
    """Bars in units of the chart; each says its week and number to whoever points at it."""
    sums, width = sums_of(weeks, span, _MOST_BARS)
    most, step = max(sums), _WIDTH / len(sums)
    bars = []
    for number, hits in enumerate(sums):
        height = round(hits / most * _HEIGHT, 1)
        week = span[number * width]
        label = f"{week_name(week)}: {count_of(hits, 'hit')}" if width == 1 else _name_weeks(week, width, hits)
        bars.append(
            {
                "x": round(number * step, 1),
                "y": _HEIGHT - height,
                "width": round(max(step - min(2, step / 4), 1), 1),
                "height": height,
                "label": label,
            }
        )
    per_bar = "" if width == 1 else f", {width} weeks a bar"
    return {
        "bars": bars,
        "width": _WIDTH,
        "height": _HEIGHT,
        "most": f"{most:,}",
        "about": f"Hits per week from {week_name(span[0])} to {week_name(span[-1])}, at most {most:,}{per_bar}",
    }


def _name_weeks(week: date, width: int, hits: int) -> str:
    return f"{count_of(width, 'week')} from {week_name(week)}: {count_of(hits, 'hit')}"


def _view_sample(sample: Sample) -> dict[str, Any]:
    article, mentions = sample.article, sample.match.mentions
    others = [mention for mention in mentions if mention.field != "title"]
    return {
        "title": mark_mentions(article.title or "(no title)", [each for each in mentions if each.field == "title"]),
        "url": _web_address(article.url),
        "source": article.source,
        "day": (article.published or article.fetched_at).date().isoformat(),
        "language": article.language or "",
        "excerpts": excerpts_of(article, others, limit=_SENTENCES),
    }


def _view_comparison(each: RuleResult) -> dict[str, Any] | None:
    if each.against is None:
        return None
    return {
        "is_new": each.against.rule is None,
        "is_broken": each.against.is_broken,
        "hits": f"{each.against.hits:,}",
        "changes": [_view_change("Gained", each.against.gained), _view_change("Lost", each.against.lost)],
    }


def _view_change(name: str, change: Change) -> dict[str, Any]:
    shown = {sample.article.id for sample in change.samples}
    return {
        "name": name,
        "count": f"{len(change.articles):,}",
        "samples": [_view_sample(sample) for sample in change.samples],
        "others": [_view_headline(headline) for headline in change.articles if headline.id not in shown],
    }


def _view_headline(headline: Headline) -> dict[str, Any]:
    return {
        "title": headline.title or "(no title)",
        "url": _web_address(headline.url),
        "source": headline.source,
        "day": headline.at.date().isoformat(),
    }


def _web_address(url: str | None) -> str | None:
    """Only what a browser may follow: a publisher's "javascript:" is no address."""
    return url if url and url.lower().startswith(("https://", "http://")) else None
