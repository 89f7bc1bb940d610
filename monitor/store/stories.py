"""What recent stories are recognised by: texts by their shingles, events by their features, words by how rare they are.

Only rows of the last days are ever looked up; monitor.store.retention throws the others away.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    Insert,
    Integer,
    Row,
    Select,
    Text,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)

from monitor.model import Article, ArticleId, SourceId, StoryId, StoryProfile, StoryText, Vector
from monitor.store.articles import ARTICLE, row_to_article
from monitor.store.columns import KeyText
from monitor.store.numbers import is_among, numbers_in, pack_numbers
from monitor.store.rows import Inserting, Rows, iter_chunks
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

_FEATURE = np.dtype([("feature", "<i8"), ("weight", "<f4")])
INDEX_DAYS = 3
"""So many days before today are looked at: 72 hours touch four days."""

_EPOCH_DAYS = 30
_ALL = 0

_NUMBERS = bindparam("numbers", type_=Text)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DAY = bindparam("day", type_=Integer)
_LAST_DAYS = [_DAY - before for before in range(INDEX_DAYS + 1)]

TEXTS_WITH = select(text_shingles.c.shingle, text_shingles.c.text).where(
    text_shingles.c.day.in_(_LAST_DAYS), is_among(text_shingles.c.shingle, _NUMBERS)
)
"""The numbers of the texts of the days up to `day` that have any of the shingles, once for each of them."""

STORIES_WITH = select(story_features.c.feature, story_features.c.profile).where(
    story_features.c.day.in_(_LAST_DAYS), is_among(story_features.c.feature, _NUMBERS)
)
"""The numbers of the stories of the days up to `day` that any of the features lead to, once for each and day."""

FREQUENCIES = select(word_frequencies.c.word, word_frequencies.c.articles).where(
    word_frequencies.c.epoch.in_([bindparam("epoch", type_=Integer) - before for before in range(2)]),
    is_among(word_frequencies.c.word, _NUMBERS),
)
"""The counts of each word in a stretch of time and the one before."""

_TEXTS = select(story_texts).where(is_among(story_texts.c.number, _NUMBERS))
_PROFILES = union_all(
    select(story_profiles).where(is_among(story_profiles.c.number, _NUMBERS)),
    select(story_profiles).where(story_profiles.c.story.in_(_IDS)),
)
_COUNTS = select(stories).where(stories.c.id.in_(_IDS))
_COUNT = (
    update(stories)
    .where(stories.c.id == bindparam("story"))
    .values(
        updates=stories.c.updates + bindparam("more_updates"),
        corrections=stories.c.corrections + bindparam("more_corrections"),
    )
)
_SOURCES = (
    select(articles.c.story, articles.c.source, func.min(articles.c.number).label("first"))
    .where(articles.c.story.in_(_IDS))
    .group_by(articles.c.story, articles.c.source)
    .order_by("first")
)

# Rows for each number of a list. Without WHERE, SQLite takes the ON of an ON CONFLICT behind them for that of a join.
_ON, _OF = bindparam("on", type_=Integer), bindparam("of", type_=KeyText)
# A text that was there already, and longer, keeps the shingles that it has.
_OF_TEXT = numbers_in(_NUMBERS, _ON, story_texts.c.number).where(
    story_texts.c.article == _OF, story_texts.c.size == bindparam("with_size", type_=Integer)
)
_OF_STORY = numbers_in(_NUMBERS, _ON, story_profiles.c.number).where(story_profiles.c.story == _OF)
_COUNTED = numbers_in(_NUMBERS, bindparam("in_epoch", type_=Integer), bindparam("times", type_=Integer)).where(true())


class StoryRows:
    """The part of a transaction that is about recognising stories; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_text_postings(self, shingles: Collection[int], now: datetime) -> Sequence[tuple[int, int]]:
        """The number of each recent text that has any of the shingles, once for each that it has."""
        return await self._find_pairs(TEXTS_WITH, shingles, now)

    async def find_story_postings(self, features: Collection[int], now: datetime) -> Sequence[tuple[int, int]]:
        """The number of each recent story that any of the features lead to, once for each that does, and day."""
        return await self._find_pairs(STORIES_WITH, features, now)

    async def find_texts(self, numbers: Collection[int]) -> Mapping[int, StoryText]:
        """The texts of those numbers that are still known."""
        if not numbers:
            return {}
        rows = await self._rows.fetch(_TEXTS, [{"numbers": pack_numbers(numbers)}])
        return {row.number: _row_to_text(row) for row in rows}

    async def find_profiles(
        self, ids: Collection[StoryId], numbers: Collection[int] = ()
    ) -> Mapping[int, StoryProfile]:
        """The profiles that recent stories have, by their numbers."""
        found: dict[int, StoryProfile] = {}
        for chunk in list(iter_chunks(ids)) or [[]]:
            rows = await self._rows.fetch(_PROFILES, [{"ids": chunk, "numbers": pack_numbers(numbers)}])
            found |= {row.number: _row_to_profile(row) for row in rows}
        return found

    async def find_frequencies(self, words: Iterable[int], now: datetime) -> tuple[int, Mapping[int, int]]:
        """How many articles were counted in the last weeks, and in how many of them each word occurred."""
        counted: Counter[int] = Counter()
        asked = {"epoch": epoch_of(now), "numbers": pack_numbers([_ALL, *words])}
        for row in await self._rows.fetch(FREQUENCIES, [asked]):
            counted[row.word] += row.articles
        return counted.pop(_ALL, 0), counted

    async def count_words(self, articles_words: Sequence[NDArray[np.int64]], now: datetime) -> None:
        """Add articles, each given by its distinct words, to the frequencies."""
        if not articles_words:
            return
        words, times = np.unique(np.concatenate(articles_words), return_counts=True)
        by_times = [(len(articles_words), [_ALL])] + [
            (each, words[times == each].tolist()) for each in np.unique(times).tolist()
        ]
        await self._rows.write(
            self._rows.prepare(_count_words),
            [
                {"in_epoch": epoch_of(now), "times": each, "numbers": pack_numbers(counted)}
                for each, counted in by_times
            ],
        )

    async def add_story_texts(self, texts: Mapping[StoryText, Collection[int]], now: datetime) -> None:
        """Texts that later ones may be copies of, with their shingles; one that has grown since gets those too."""
        day = now.toordinal()
        await self._rows.write(
            self._rows.prepare(_add_texts),
            [
                {"article": text.article, "story": text.story, "size": text.size, "at": text.at, "day": day}
                for text in texts
            ],
        )
        await self._rows.write(
            self._rows.prepare(_add_shingles),
            [
                {"on": day, "of": text.article, "with_size": text.size, "numbers": pack_numbers(shingles)}
                for text, shingles in texts.items()
            ],
        )

    async def save_profiles(
        self, profiles: Sequence[StoryProfile], leading: Mapping[StoryId, Collection[int]], now: datetime
    ) -> None:
        """Write profiles as they are now, and the features that lead to them."""
        day = now.toordinal()
        await self._rows.write(
            self._rows.prepare(_save_profiles), [_profile_to_row(profile, day) for profile in profiles]
        )
        await self._rows.write(
            self._rows.prepare(_add_features),
            [
                {"on": day, "of": profile.story, "numbers": pack_numbers(leading[profile.story])}
                for profile in profiles
                if leading.get(profile.story)
            ],
        )

    async def count_changes(
        self, updated: Sequence[StoryId], corrected: Sequence[StoryId]
    ) -> tuple[Mapping[StoryId, int], Mapping[StoryId, int]]:
        """Count articles that joined, and corrections within, stories; how many there were of each before."""
        before = await self._count_before({*updated, *corrected})
        updates, corrections = Counter(updated), Counter(corrected)
        await self._rows.write(
            _COUNT,
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

    async def _find_pairs(
        self, statement: Select[int, int], numbers: Collection[int], now: datetime
    ) -> Sequence[tuple[int, int]]:
        found = await self._rows.fetch(statement, [{"day": now.toordinal(), "numbers": pack_numbers(numbers)}])
        return cast(Sequence[tuple[int, int]], found)  # which is what rows of two numbers are; there are thousands

    async def _count_before(self, ids: Iterable[StoryId]) -> dict[StoryId, Row[Any]]:
        before: dict[StoryId, Row[Any]] = {}
        for chunk in iter_chunks(ids):
            before |= {StoryId(row.id): row for row in await self._rows.fetch(_COUNTS, [{"ids": chunk}])}
        return before


async def list_sources(rows: Rows, ids: Iterable[StoryId]) -> dict[StoryId, list[SourceId]]:
    """Who ran each story, the first one first."""
    sources: dict[StoryId, list[SourceId]] = {}
    for chunk in iter_chunks(ids):
        for row in await rows.fetch(_SOURCES, [{"ids": chunk}]):
            sources.setdefault(StoryId(row.story), []).append(SourceId(row.source))
    return sources


def _add_texts(insert: Inserting) -> Insert:
    adding = insert(story_texts)
    is_longer = story_texts.c.size < adding.excluded.size
    return adding.on_conflict_do_update(
        index_elements=["article"], set_={"size": adding.excluded.size}, where=is_longer
    )


def _add_shingles(insert: Inserting) -> Insert:
    return insert(text_shingles).from_select(["day", "text", "shingle"], _OF_TEXT).on_conflict_do_nothing()


def _save_profiles(insert: Inserting) -> Insert:
    saving = insert(story_profiles)
    changed = ("first_at", "last_at", "articles", "actors", "features", "day")
    return saving.on_conflict_do_update(
        index_elements=["story"], set_={name: saving.excluded[name] for name in changed}
    )


def _add_features(insert: Inserting) -> Insert:
    return insert(story_features).from_select(["day", "profile", "feature"], _OF_STORY).on_conflict_do_nothing()


def _count_words(insert: Inserting) -> Insert:
    counting = insert(word_frequencies).from_select(["epoch", "articles", "word"], _COUNTED)
    more = word_frequencies.c.articles + counting.excluded.articles
    return counting.on_conflict_do_update(index_elements=["epoch", "word"], set_={"articles": more})


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
        "features": _pack_features(profile.features),
        "day": day,
    }


def _row_to_profile(row: Row[Any]) -> StoryProfile:
    return StoryProfile(
        story=StoryId(row.story),
        first_at=row.first_at,
        last_at=row.last_at,
        articles=row.articles,
        actors=frozenset(json.loads(row.actors)),
        features=_unpack_features(row.features),
    )


def _pack_features(features: Vector) -> bytes:
    packed = np.empty(len(features), _FEATURE)
    packed["feature"], packed["weight"] = features.hashes, features.weights
    return packed.tobytes()


def _unpack_features(packed: bytes) -> Vector:
    features = np.frombuffer(packed, _FEATURE)
    return Vector(features["feature"].astype(np.int64), features["weight"].astype(np.float32))
