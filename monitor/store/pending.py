"""What a digest needs to tell an alert: the article, the reasons, and who else ran the same story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, select

from monitor.model import Article, DigestStory, Match, Reason, Rule, SourceId, StoryId
from monitor.store.articles import find_articles
from monitor.store.matches import find_rules, row_to_match
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import alert_matches, articles, matches
from monitor.store.stories import list_sources


async def find_digest_stories(rows: Rows, alerts: Mapping[int, StoryId]) -> dict[int, DigestStory]:
    """The story of each alert that still has a match behind it, by the alert's id, in a handful of statements."""
    behind = await _list_matches(rows, alerts)
    found = await find_articles(rows, (of_alert[0].article for of_alert in behind.values()))
    versions = await find_rules(rows, (match.rule for of_alert in behind.values() for match in of_alert))
    sources = await list_sources(rows, alerts.values())
    return {
        alert: _tell(story, found[behind[alert][0].article], behind[alert], versions, sources[story])
        for alert, story in alerts.items()
        if alert in behind
    }


def _tell(
    story: StoryId,
    article: Article,
    behind: Sequence[Match],
    versions: Mapping[tuple[str, str], Rule],
    sources: Sequence[SourceId],
) -> DigestStory:
    reasons = [
        Reason(rule=versions[match.rule, match.version], match=match) for match in _choose_matches(article, behind)
    ]
    reasons.sort(key=lambda reason: (-reason.match.severity.rank, reason.rule.id))
    return DigestStory(
        id=story,
        article=article,
        reasons=tuple(reasons),
        also_in=tuple(source for source in sources if source != article.source),
    )


def _choose_matches(article: Article, behind: Sequence[Match]) -> list[Match]:
    """One match a rule: the article's own, else the earliest, with those of its mentions that hold here too."""
    chosen: dict[str, Match] = {}
    for match in sorted(behind, key=lambda match: match.article != article.id):
        chosen.setdefault(match.rule, match)
    return [match if match.article == article.id else _carry_over(match, article) for match in chosen.values()]


def _carry_over(match: Match, article: Article) -> Match:
    """A copy's match, told by this article: its headline may differ, and a mention must cut its own words out."""
    texts = article.fields()
    holding = tuple(
        mention
        for mention in match.mentions
        if texts.get(mention.field, "")[mention.start : mention.end] == mention.text
    )
    return replace(match, mentions=holding)


async def _list_matches(rows: Rows, alerts: Iterable[int]) -> dict[int, list[Match]]:
    """The matches behind each alert, those of the earliest article first."""
    behind: dict[int, list[Match]] = {}
    for chunk in iter_chunks(alerts):
        for row in await rows.fetch(_select_matches(chunk)):
            behind.setdefault(row.alert, []).append(row_to_match(row))
    return behind


def _select_matches(alerts: Sequence[int]) -> Select[Any]:
    same_match = and_(alert_matches.c.rule == matches.c.rule, alert_matches.c.article == matches.c.article)
    return (
        select(alert_matches.c.alert, matches)
        .join_from(alert_matches, matches, same_match)
        .join(articles, articles.c.id == matches.c.article)
        .where(alert_matches.c.alert.in_(alerts))
        .order_by(alert_matches.c.alert, articles.c.fetched_at, articles.c.number, matches.c.rule)
    )
