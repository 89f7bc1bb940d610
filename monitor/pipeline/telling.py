"""New articles to the stories they tell: what is known of recent stories is read, decided on, and written back.

All of it happens in the transaction that stores the articles, and one transaction at a time: two copies of a text that
arrive together are one story.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import count
from zlib import crc32

import numpy as np

from monitor.model import Article, ArticleId, Match, Outline, StoryChange
from monitor.ports import Transaction
from monitor.story.features import Frequencies, list_counted, outline_article
from monitor.story.index import Sketch, StoryIndex
from monitor.story.known_words import KnownWords
from monitor.story.similar import list_sharing
from monitor.story.stories import Placement, place_articles, sketch_article

# One article in four is counted: enough to know which words are rare, at a quarter of the rows.
_COUNTED = 4
_FEW = 256
_NONE: Mapping[ArticleId, Outline] = {}


async def tell_stories(
    tx: Transaction,
    articles: Sequence[Article],
    matches: Sequence[Match],
    now: datetime,
    outlines: Mapping[ArticleId, Outline] = _NONE,
    words: KnownWords | None = None,
) -> tuple[StoryChange, ...]:
    """What each new article changes, in the order in which they were placed.

    `outlines` are those that somebody has made already, of any of the articles; `words` what was looked up before.
    """
    if not articles:
        return ()
    known = {article.id: outlines.get(article.id) or outline_article(article) for article in articles}
    await tx.lock_stories()
    words = words or KnownWords()
    frequencies = await _find_frequencies(tx, known.values(), words, now)
    sketches = _sketch(articles, known, matches, frequencies)
    index = await _load_index(tx, sketches, now)
    placements = place_articles(sketches, index)
    await _save(tx, index, placements, now)
    counted = [list_counted(known[each.id]) for each in articles if _is_counted(each, frequencies.total)]
    await tx.count_words(counted, now)
    words.count(counted)
    return await _list_changes(tx, [sketch.article for sketch in sketches], placements)


async def _find_frequencies(
    tx: Transaction, outlines: Iterable[Outline], words: KnownWords, now: datetime
) -> Frequencies:
    if words.is_old(now):
        total, _ = await tx.find_frequencies([], now)
        words.confirm(total, now)
    unknown = words.list_unknown(np.concatenate([list_counted(each) for each in outlines]))
    return words.learn(unknown, *await tx.find_frequencies(unknown.tolist(), now))


def _sketch(
    articles: Sequence[Article],
    outlines: Mapping[ArticleId, Outline],
    matches: Sequence[Match],
    frequencies: Frequencies,
) -> list[Sketch]:
    actors: dict[ArticleId, set[str]] = {}
    for match in matches:
        actors.setdefault(match.article, set()).update(each.actor for each in match.mentions if each.actor)
    return [
        sketch_article(article, outlines[article.id], frequencies, frozenset(actors.get(article.id, ())))
        for article in articles
    ]


async def _load_index(tx: Transaction, sketches: Sequence[Sketch], now: datetime) -> StoryIndex:
    """Numbers first: of most texts and stories no more is needed than how much they share with an article."""
    index = StoryIndex(fingerprints=dict(await tx.find_stories({each.article.fingerprint for each in sketches})))
    shingles = {shingle for sketch in sketches for shingle in sketch.shingles}
    index.texts_by.load(await tx.find_text_postings(shingles, now))
    features = {feature for sketch in sketches for feature in sketch.leading}
    index.stories_by.load(await tx.find_story_postings(features, now))
    index.texts.update(await tx.find_texts({text for each in sketches for text, _ in list_sharing(each, index)}))
    named = {*index.fingerprints.values(), *(text.story for text in index.texts.values())}
    led_to = {number for sketch in sketches for number in index.list_led_to(sketch.leading)}
    index.load_profiles(await tx.find_profiles(named, led_to))
    return index


async def _save(tx: Transaction, index: StoryIndex, placements: Mapping[ArticleId, Placement], now: datetime) -> None:
    stories = {article: index.resolve(placement.story) for article, placement in placements.items()}
    await tx.assign_stories(stories, now)
    await tx.add_story_texts(index.added_texts, now)
    await tx.save_profiles([index.profiles[story] for story in index.changed], index.added_features, now)
    await tx.merge_stories({alias: index.resolve(alias) for alias in index.aliases}, now)


async def _list_changes(
    tx: Transaction, articles: Sequence[Article], placements: Mapping[ArticleId, Placement]
) -> tuple[StoryChange, ...]:
    by_id = {article.id: article for article in articles}
    joined = [each.story for each in placements.values() if each.relation != "first"]
    before, _ = await tx.count_changes(joined, [])
    ordinals = {story: count(before.get(story, 0) + 1) for story in set(joined)}
    sources = await tx.list_story_sources(set(joined))
    return tuple(
        StoryChange(
            story=each.story,
            kind="new" if each.relation == "first" else "update",
            ordinal=0 if each.relation == "first" else next(ordinals[each.story]),
            article=by_id[article],
            relation=each.relation,
            sources=sources.get(each.story, (by_id[article].source,)),
            merged=each.merged,
        )
        for article, each in placements.items()
    )


def _is_counted(article: Article, total: int) -> bool:
    """While few are counted, each article is chosen by itself, later all or none of those fetched within a second.

    Words are stored in no order of theirs: to count one article takes hold of nearly as many pages as to count twenty.
    """
    chosen_by = article.id if total < _FEW else str(int(article.fetched_at.timestamp()))
    return crc32(chosen_by.encode(errors="replace")) % _COUNTED == 0
