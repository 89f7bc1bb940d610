"""Which story an article tells.

In this order: that of its exact text; that of a text which it copies, cuts or contains; that of the event which it
reports; else one of its own. A story's id is that of its first article and is never computed again. An article that
holds the texts of two stories about one event shows them to be one: the younger becomes an alias of the older.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Article, ArticleId, Outline, Relation, StoryId, StoryText
from monitor.story.events import (
    begin_profile,
    extend_profile,
    find_event,
    join_profiles,
    measure_shortness,
    touch_profile,
)
from monitor.story.features import Frequencies, list_leading, outline_article, weigh_grams
from monitor.story.index import Sketch, StoryIndex
from monitor.story.similar import Resemblance, find_same_texts, list_own_shingles
from monitor.story.vectors import compare
from monitor.story.window import is_near, told_at
from monitor.text.fingerprint import fingerprint_of

# Of articles without a word of text, such as a picture with a caption: equal, and yet no sign of the same story.
_NO_TEXT = fingerprint_of(None, None, None)
# Two stories are one only when they are also about one event: a page of news in brief holds the texts of many.
_SAME_STORY = 0.25


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs; `merged` are stories that are part of `story` from now on."""

    story: StoryId
    relation: Relation
    merged: tuple[StoryId, ...] = ()


def sketch_article(
    article: Article, outline: Outline, frequencies: Frequencies, actors: frozenset[str] = frozenset()
) -> Sketch:
    """What deciding about an article needs; `outline` is its own."""
    return Sketch(
        article=article,
        shingles=outline.shingles,
        features=weigh_grams(outline, frequencies),
        leading=list_leading(outline, frequencies),
        actors=actors,
    )


def place_articles(sketches: Sequence[Sketch], index: StoryIndex) -> Mapping[ArticleId, Placement]:
    """The story of each article, those fetched first placed first; the index learns of each."""
    in_order = sorted(sketches, key=lambda each: each.article.fetched_at)
    return {sketch.article.id: place(sketch, index) for sketch in in_order}


def place_alone(article: Article, index: StoryIndex) -> Placement:
    """The story of one article, for commands that read one after the other without a store."""
    return place(sketch_article(article, outline_article(article), index.frequencies), index)


def place(sketch: Sketch, index: StoryIndex) -> Placement:
    """The story of one article."""
    article, at = sketch.article, told_at(sketch.article)
    if article.fingerprint == _NO_TEXT:
        return Placement(StoryId(article.id), "first")
    same = find_same_texts(sketch, index, at)
    placement = _decide(sketch, index, same, at)
    _learn(sketch, index, same, placement, at)
    return placement


def _decide(sketch: Sketch, index: StoryIndex, same: Sequence[Resemblance], at: datetime) -> Placement:
    exact = index.fingerprints.get(sketch.article.fingerprint)
    if exact is not None and _may_repeat(sketch, index, index.resolve(exact), at):
        return Placement(index.resolve(exact), "copy")
    if same:
        stories = dict.fromkeys(index.resolve(each.text.story) for each in same)
        return _join_stories(list(stories), index)
    event = find_event(sketch, index, at)
    if event is not None:
        return Placement(event[0], "report")
    return Placement(StoryId(sketch.article.id), "first")


def _may_repeat(sketch: Sketch, index: StoryIndex, story: StoryId, at: datetime) -> bool:
    """Word for word the same is the same at any time; but a line about the frost is written again of the next one."""
    if not measure_shortness(len(sketch.features)):
        return True
    profile = index.profiles.get(story)
    return profile is not None and is_near(profile.first_at, profile.last_at, at)


def _join_stories(stories: Sequence[StoryId], index: StoryIndex) -> Placement:
    """The surest story, together with those of the others that are about the same event."""
    one = index.profiles.get(stories[0])
    others = [index.profiles[story] for story in stories[1:] if story in index.profiles]
    if one is None or not others:
        return Placement(stories[0], "copy")
    cosines = compare(one.features, [other.features for other in others])
    alike = [other for other, cosine in zip(others, cosines, strict=True) if cosine >= _SAME_STORY]
    if not alike:
        return Placement(stories[0], "copy")
    oldest = min([one, *alike], key=lambda profile: (profile.first_at, profile.story))
    merged = tuple(profile for profile in [one, *alike] if profile is not oldest)
    for profile in merged:
        oldest = join_profiles(oldest, profile)
        index.forget(profile.story, oldest.story)
    index.profiles[oldest.story] = oldest
    return Placement(oldest.story, "copy", tuple(profile.story for profile in merged))


def _learn(sketch: Sketch, index: StoryIndex, same: Sequence[Resemblance], placement: Placement, at: datetime) -> None:
    article, story = sketch.article, placement.story
    if placement.relation == "first" or article.fingerprint not in index.fingerprints:
        index.fingerprints[article.fingerprint] = story
    own = list_own_shingles(sketch, index, same)
    if own:
        index.add_text(StoryText(article=article.id, story=story, size=len(own), at=at), own)
    known = index.profiles.get(story)
    if known is None:
        index.save_profile(begin_profile(sketch, story, at), sketch.leading)
    elif placement.relation == "report" or own:
        index.save_profile(extend_profile(known, sketch, at), sketch.leading)
    elif placement.merged or at > known.last_at:
        index.save_profile(touch_profile(known, at), ())
