"""What recent stories are recognised by: texts by their shingles, events by their features, words by how rare they are.

Only rows of the last days are ever looked up; monitor.store.retention throws the others away.
"""

import json
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, false, func, or_, select, update

from monitor.model import Article, ArticleId, SourceId, StoryId, StoryProfile, StoryText
from monitor.store.articles import ARTICLE, row_to_article
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import (
    articles,
    stories,
    story_aliases,
    story_features,
    story_fingerprints,
    story_profiles,
    story_texts,
    text_shingles,
    word_frequencies,
)

_FEATURE = struct.Struct("<qf")
INDEX_DAYS = 3
"""So many days before today are looked at: 72 hours touch four days."""

_EPOCH_DAYS = 30
_ALL = 0


def select_texts(shingles: Collection[int], day: int) -> Select[Any]:
    """The texts of the days up to `day` that have any of the shingles, once for each of them."""
    return (
        select(text_shingles.c.shingle, story_texts)
        .join(story_texts, story_texts.c.number == text_shingles.c.text)
        .where(text_shingles.c.day.in_(_list_days(day)), text_shingles.c.shingle.in_(shingles))
    )


def select_profiles_with(features: Collection[int], day: int) -> Select[Any]:
    """The stories of the days up to `day` that any of the features lead to, once for each of them."""
    return (
        select(story_features.c.feature, story_profiles.c.story)
        .distinct()
        .join(story_profiles, story_profiles.c.number == story_features.c.profile)
        .where(story_features.c.day.in_(_list_days(day)), story_features.c.feature.in_(features))
    )


class StoryRows:
    """The part of a transaction that is about recognising stories; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_story_texts(self, shingles: Iterable[int], now: datetime) -> Sequence[tuple[int, StoryText]]:
        """Each recent text that has any of the shingles, once for each that it has."""
        found = []
        for chunk in iter_chunks(shingles):
            rows = await self._rows.fetch(select_texts(chunk, now.toordinal()))
            found += [(row.shingle, _row_to_text(row)) for row in rows]
        return found

    async def find_story_postings(self, features: Iterable[int], now: datetime) -> Sequence[tuple[int, StoryId]]:
        """Each recent story that any of the features lead to, once for each that does."""
        found = []
        for chunk in iter_chunks(features):
            rows = await self._rows.fetch(select_profiles_with(chunk, now.toordinal()))
            found += [(row.feature, StoryId(row.story)) for row in rows]
        return found

    async def find_profiles(self, ids: Iterable[StoryId]) -> Mapping[StoryId, StoryProfile]:
        """The profiles that recent stories have."""
        found: dict[StoryId, StoryProfile] = {}
        for chunk in iter_chunks(ids):
            rows = await self._rows.fetch(select(story_profiles).where(story_profiles.c.story.in_(chunk)))
            found |= {StoryId(row.story): _row_to_profile(row) for row in rows}
        return found

    async def find_frequencies(self, words: Iterable[int], now: datetime) -> tuple[int, Mapping[int, int]]:
        """How many articles were counted in the last weeks, and in how many of them each word occurred."""
        counted: Counter[int] = Counter()
        epoch = epoch_of(now)
        for chunk in iter_chunks([_ALL, *words]):
            rows = await self._rows.fetch(
                select(word_frequencies.c.word, word_frequencies.c.articles).where(
                    word_frequencies.c.epoch.in_([epoch - 1, epoch]), word_frequencies.c.word.in_(chunk)
                )
            )
            for row in rows:
                counted[row.word] += row.articles
        return counted.pop(_ALL, 0), counted

    async def count_words(self, articles_words: Sequence[Iterable[int]], now: datetime) -> None:
        """Add articles, each given by its distinct words, to the frequencies."""
        counted = Counter(word for words in articles_words for word in words)
        if not articles_words:
            return
        counted[_ALL] = len(articles_words)
        insert = self._rows.insert(word_frequencies)
        more = word_frequencies.c.articles + insert.excluded.articles
        await self._rows.write(
            insert.on_conflict_do_update(index_elements=["epoch", "word"], set_={"articles": more}),
            [{"epoch": epoch_of(now), "word": word, "articles": times} for word, times in sorted(counted.items())],
        )

    async def add_story_texts(self, texts: Mapping[StoryText, Collection[int]], now: datetime) -> None:
        """Texts that later ones may be copies of, with their shingles."""
        day = now.toordinal()
        added = await self._rows.fetch(
            self._rows.insert(story_texts)
            .on_conflict_do_nothing()
            .returning(story_texts.c.number, story_texts.c.article),
            [
                {"article": text.article, "story": text.story, "size": text.size, "at": text.at, "day": day}
                for text in texts
            ],
        )
        numbers = {row.article: row.number for row in added}
        await self._rows.add(
            text_shingles,
            [
                {"day": day, "shingle": shingle, "text": numbers[text.article]}
                for text, shingles in texts.items()
                if text.article in numbers
                for shingle in sorted(shingles)
            ],
        )

    async def save_profiles(
        self, profiles: Sequence[StoryProfile], leading: Iterable[tuple[int, StoryId]], now: datetime
    ) -> None:
        """Write profiles as they are now, and the features that lead to them."""
        day = now.toordinal()
        insert = self._rows.insert(story_profiles)
        changed = ("first_at", "last_at", "articles", "actors", "features", "day")
        saved = await self._rows.fetch(
            insert.on_conflict_do_update(
                index_elements=["story"], set_={name: insert.excluded[name] for name in changed}
            ).returning(story_profiles.c.number, story_profiles.c.story),
            [_profile_to_row(profile, day) for profile in sorted(profiles, key=lambda each: each.story)],
        )
        numbers = {row.story: row.number for row in saved}
        await self._rows.add(
            story_features,
            [
                {"day": day, "feature": feature, "profile": numbers[story]}
                for feature, story in sorted(leading)
                if story in numbers
            ],
        )

    async def count_changes(
        self, updated: Sequence[StoryId], corrected: Sequence[StoryId]
    ) -> tuple[Mapping[StoryId, int], Mapping[StoryId, int]]:
        """Count articles that joined, and corrections within, stories; how many there were of each before."""
        before = await self._count_before({*updated, *corrected})
        updates, corrections = Counter(updated), Counter(corrected)
        await self._rows.write(
            update(stories)
            .where(stories.c.id == bindparam("story"))
            .values(
                updates=stories.c.updates + bindparam("more_updates"),
                corrections=stories.c.corrections + bindparam("more_corrections"),
            ),
            [
                {"story": story, "more_updates": updates[story], "more_corrections": corrections[story]}
                for story in sorted({*updates, *corrections})
            ],
        )
        return (
            {story: row.updates for story, row in before.items()},
            {story: row.corrections for story, row in before.items()},
        )

    async def list_story_sources(self, ids: Iterable[StoryId]) -> Mapping[StoryId, tuple[SourceId, ...]]:
        """Who ran each story, the first one first."""
        return {story: tuple(sources) for story, sources in (await list_sources(self._rows, ids)).items()}

    async def find_told(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """The story of each stored article that tells one."""
        told: dict[ArticleId, StoryId] = {}
        for chunk in iter_chunks(ids):
            found = select(articles.c.id, articles.c.story).where(
                articles.c.id.in_(chunk), articles.c.story.is_not(None)
            )
            told |= {ArticleId(row.id): StoryId(row.story) for row in await self._rows.fetch(found)}
        return told

    async def find_story(self, name: str) -> StoryId | None:
        """The story of that id, of that article or of that alias, or of the only article whose id begins so."""
        begins = articles.c.id.startswith(name, autoescape=True) if name else false()
        told = select(articles.c.story).where(or_(articles.c.story == name, begins), articles.c.story.is_not(None))
        rows = await self._rows.fetch(told.distinct().limit(2))
        if len(rows) == 1:
            return StoryId(rows[0].story)
        exact = (await self.find_told([ArticleId(name)])).get(ArticleId(name))
        return exact or (await self.find_aliases([StoryId(name)])).get(StoryId(name))

    async def list_story_articles(self, story: StoryId) -> tuple[Article, ...]:
        """The articles that tell a story, in the order they were stored."""
        rows = await self._rows.fetch(select(*ARTICLE).where(articles.c.story == story).order_by(articles.c.number))
        return tuple(row_to_article(row) for row in rows)

    async def merge_stories(self, merged: Mapping[StoryId, StoryId], now: datetime) -> None:
        """Make stories part of others: their articles and texts follow, and their ids stay as aliases.

        Alerts and digests keep the id that they were raised under.
        """
        for alias, story in sorted(merged.items()):
            await self._rows.add(story_aliases, [{"alias": alias, "story": story, "merged_at": now}])
            for table in (articles, story_texts, story_fingerprints, story_aliases):
                await self._rows.write(update(table).where(table.c.story == alias).values(story=story))
            await self._rows.write(
                update(story_profiles).where(story_profiles.c.story == alias).values(day=0, features=b"")
            )

    async def find_aliases(self, ids: Iterable[StoryId]) -> Mapping[StoryId, StoryId]:
        """The stories that merged ones are part of."""
        found: dict[StoryId, StoryId] = {}
        for chunk in iter_chunks(ids):
            rows = await self._rows.fetch(select(story_aliases).where(story_aliases.c.alias.in_(chunk)))
            found |= {StoryId(row.alias): StoryId(row.story) for row in rows}
        return found

    async def _count_before(self, ids: Iterable[StoryId]) -> dict[StoryId, Row[Any]]:
        before: dict[StoryId, Row[Any]] = {}
        for chunk in iter_chunks(ids):
            rows = await self._rows.fetch(select(stories).where(stories.c.id.in_(chunk)))
            before |= {StoryId(row.id): row for row in rows}
        return before


async def list_sources(rows: Rows, ids: Iterable[StoryId]) -> dict[StoryId, list[SourceId]]:
    """Who ran each story, the first one first."""
    sources: dict[StoryId, list[SourceId]] = {}
    for chunk in iter_chunks(ids):
        ran = (
            select(articles.c.story, articles.c.source, func.min(articles.c.number).label("first"))
            .where(articles.c.story.in_(chunk))
            .group_by(articles.c.story, articles.c.source)
            .order_by("first")
        )
        for row in await rows.fetch(ran):
            sources.setdefault(StoryId(row.story), []).append(SourceId(row.source))
    return sources


def _list_days(day: int) -> list[int]:
    return list(range(day - INDEX_DAYS, day + 1))


def epoch_of(now: datetime) -> int:
    """The stretch of thirty days in which words are counted together."""
    return now.toordinal() // _EPOCH_DAYS


def _row_to_text(row: Row[Any]) -> StoryText:
    return StoryText(article=ArticleId(row.article), story=StoryId(row.story), size=row.size, at=row.at)


def _profile_to_row(profile: StoryProfile, day: int) -> dict[str, Any]:
    return {
        "story": profile.story,
        "first_at": profile.first_at,
        "last_at": profile.last_at,
        "articles": profile.articles,
        "actors": json.dumps(sorted(profile.actors)),
        "features": b"".join(_FEATURE.pack(feature, weight) for feature, weight in sorted(profile.features.items())),
        "day": day,
    }


def _row_to_profile(row: Row[Any]) -> StoryProfile:
    return StoryProfile(
        story=StoryId(row.story),
        first_at=row.first_at,
        last_at=row.last_at,
        articles=row.articles,
        actors=frozenset(json.loads(row.actors)),
        features=dict(_FEATURE.iter_unpack(row.features)),
    )
