"""Same event: which known story an article reports in words of its own.

A story's profile is the mean direction of its articles. An article joins the profile that it resembles most, where
that is enough; actors that the rules found in both speak for them. The threshold is measured on the labelled sample
of tests/quality and explained, with the figures, in docs/stories.md.
"""

from dataclasses import replace
from datetime import datetime

from monitor.model import StoryId, StoryProfile
from monitor.story.features import choose_strongest, compare, scale
from monitor.story.index import Sketch, StoryIndex
from monitor.story.window import is_near

SAME_EVENT = 0.34
"""The least resemblance to a story's profile with which an article joins it."""

_ACTOR = 0.03
_MOST_ACTORS = 2
# Stories that are compared in full, the ones first that share most of the leading features.
_CANDIDATES = 12
_KEPT = 400


def find_event(sketch: Sketch, index: StoryIndex, at: datetime) -> tuple[StoryId, float] | None:
    """The story that an article resembles most, and how much; None when no story within the window is near enough."""
    scores = [
        (resemble(sketch, profile), profile)
        for profile in list_candidates(sketch, index)
        if is_near(profile.first_at, profile.last_at, at)
    ]
    score, best = max(
        scores, key=lambda each: (each[0], -each[1].first_at.timestamp(), each[1].story), default=(0, None)
    )
    return (best.story, score) if best is not None and score >= SAME_EVENT else None


def list_candidates(sketch: Sketch, index: StoryIndex) -> list[StoryProfile]:
    """The known stories worth comparing."""
    shared = index.count_leading(sketch.leading)
    nearest = sorted(shared, key=lambda story: (-shared[story], story))
    return [index.profiles[story] for story in nearest if story in index.profiles][:_CANDIDATES]


def resemble(sketch: Sketch, profile: StoryProfile) -> float:
    """How much an article is like a story: the cosine of their features, and a little for each actor in both."""
    shared = min(len(sketch.actors & profile.actors), _MOST_ACTORS)
    return compare(sketch.features, profile.features) + _ACTOR * shared


def begin_profile(sketch: Sketch, story: StoryId, at: datetime) -> StoryProfile:
    """The profile of a story that has one article."""
    features = choose_strongest(sketch.features, _KEPT)
    return StoryProfile(story=story, first_at=at, last_at=at, actors=sketch.actors, features=features)


def extend_profile(profile: StoryProfile, sketch: Sketch, at: datetime) -> StoryProfile:
    """The profile with one more article."""
    weights = {feature: weight * profile.articles for feature, weight in profile.features.items()}
    for feature, weight in sketch.features.items():
        weights[feature] = weights.get(feature, 0.0) + weight
    return replace(
        profile,
        first_at=min(profile.first_at, at),
        last_at=max(profile.last_at, at),
        articles=profile.articles + 1,
        actors=profile.actors | sketch.actors,
        features=scale(choose_strongest(weights, _KEPT)),
    )


def join_profiles(one: StoryProfile, other: StoryProfile) -> StoryProfile:
    """The profile of two stories that turned out to be one, under the name of the first."""
    weights = {feature: weight * one.articles for feature, weight in one.features.items()}
    for feature, weight in other.features.items():
        weights[feature] = weights.get(feature, 0.0) + weight * other.articles
    return replace(
        one,
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
        articles=one.articles + other.articles,
        actors=one.actors | other.actors,
        features=scale(choose_strongest(weights, _KEPT)),
    )


def touch_profile(profile: StoryProfile, at: datetime) -> StoryProfile:
    """The profile of a story that was told once more in words already known."""
    return replace(profile, first_at=min(profile.first_at, at), last_at=max(profile.last_at, at))
