"""Articles that were stored as their teasers and are whole by now: the full text takes the teaser's place.

That is no correction: no version is kept, and nobody hears that something was changed. Rules that hold only for the
whole text alert as for a new article, and whoever has been told of its story is not told of it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Article, ArticleId, Match, StoryId, StoryText
from monitor.ports import Transaction
from monitor.story.shingles import sample_shingles
from monitor.story.similar import FEWEST
from monitor.story.window import told_at


async def complete_articles(
    tx: Transaction, read: Sequence[Article], matches: Sequence[Match], now: datetime
) -> tuple[Mapping[ArticleId, tuple[Article, StoryId]], tuple[Match, ...]]:
    """The articles of `read` as they are now, each with the story that it tells; and those of `matches` that did not
    hold for the teaser. `matches` are all that hold for `read`.
    """
    await tx.lock_stories()
    stored = await tx.find_articles([article.id for article in read])
    whole = {article.id: _complete(stored[article.id], article) for article in read if article.id in stored}
    await tx.complete_articles(list(whole.values()))
    gained, _ = await tx.replace_matches(set(whole), [match for match in matches if match.article in whole])
    told = await tx.find_told(whole)
    completed = {article: (whole[article], story) for article, story in told.items()}
    await _index_texts(tx, completed.values(), now)
    return completed, tuple(match for match in gained if match.article in completed)


async def _index_texts(tx: Transaction, completed: Iterable[tuple[Article, StoryId]], now: datetime) -> None:
    """Let later copies be known by the whole text; the teaser alone would say nothing of them."""
    texts: dict[StoryText, frozenset[int]] = {}
    for article, story in completed:
        shingles = sample_shingles(article)
        if len(shingles) >= FEWEST:
            text = StoryText(article=article.id, story=story, size=len(shingles), at=told_at(article))
            texts[text] = shingles
    await tx.add_story_texts(texts, now)


def _complete(teaser: Article, whole: Article) -> Article:
    """When it was first seen, and the date that it was told with, decide where it stands in time."""
    return replace(
        whole,
        fetched_at=teaser.fetched_at,
        published=teaser.published or whole.published,
        published_precision=teaser.published_precision or whole.published_precision,
        published_raw=teaser.published_raw or whole.published_raw,
    )
