"""Articles whose publisher changed them: the old wording becomes a version, the new one takes its place.

A correction says which rules hold now and did not before, and the other way round; nothing else about it alerts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from monitor.model import Article, ArticleId, Correction, Match, RuleId, StoryChange
from monitor.ports import Transaction
from monitor.story.corrections import find_differences


async def correct_articles(
    tx: Transaction, again: Sequence[Article], matches: Sequence[Match], now: datetime
) -> tuple[tuple[StoryChange, ...], tuple[Match, ...]]:
    """What changed of articles that are stored already, and those of `matches` that hold for the first time.

    `matches` are all that hold for `again`. An article whose change means nothing stays as it is, so that its mentions
    keep their places.
    """
    await tx.lock_stories()
    stored = await tx.find_articles([article.id for article in again])
    found = [_compare(stored[article.id], article) for article in again if article.id in stored]
    corrections = [correction for correction in found if correction.differences]
    if not corrections:
        return (), ()
    await tx.correct_articles(corrections, now)
    ids = {correction.after.id for correction in corrections}
    gained, lost = await tx.replace_matches(ids, [match for match in matches if match.article in ids])
    changes = await _list_changes(tx, corrections, gained, lost, now)
    told = {change.article.id for change in changes}
    return changes, tuple(match for match in gained if match.article in told)


def _compare(before: Article, read: Article) -> Correction:
    after = replace(
        read,
        # When it was first seen decides where it stands in time; a date that was left out is still known.
        fetched_at=before.fetched_at,
        published=before.published,
        published_precision=before.published_precision,
        published_raw=before.published_raw,
        title=read.title or before.title,
        standfirst=read.standfirst or before.standfirst,
        body=read.body or before.body,
    )
    return Correction(before=before, after=after, differences=find_differences(before, after))


async def _list_changes(
    tx: Transaction, corrections: Sequence[Correction], gained: Sequence[Match], lost: Sequence[Match], now: datetime
) -> tuple[StoryChange, ...]:
    told = await tx.find_told([each.after.id for each in corrections])
    await tx.assign_stories(told, now)
    _, before = await tx.count_changes([], list(told.values()))
    ordinals = {story: count(before.get(story, 0) + 1) for story in set(told.values())}
    sources = await tx.list_story_sources(set(told.values()))
    now_holds, no_longer = _rules_by_article(gained), _rules_by_article(lost)
    return tuple(
        StoryChange(
            story=told[each.after.id],
            kind="correction",
            ordinal=next(ordinals[told[each.after.id]]),
            article=each.after,
            relation="version",
            sources=sources.get(told[each.after.id], ()),
            differences=each.differences,
            gained=tuple(now_holds.get(each.after.id, ())),
            lost=tuple(no_longer.get(each.after.id, ())),
        )
        for each in corrections
        if each.after.id in told
    )


def _rules_by_article(matches: Sequence[Match]) -> Mapping[ArticleId, list[RuleId]]:
    rules: dict[ArticleId, list[RuleId]] = {}
    for match in matches:
        rules.setdefault(match.article, []).append(match.rule)
    return rules
