"""Same event: which known story an article reports in words of its own.

A story's profile is the mean direction of its articles. An article joins the profile that it resembles most, where
that is enough; actors that the rules found in both speak for them. The threshold is measured on the labelled sample
of tests/quality and explained, with the figures, in docs/stories.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import StoryId, StoryProfile
from monitor.story.index import Sketch, StoryIndex
from monitor.story.vectors import choose_strongest, combine, compare
from monitor.story.window import gap_between, is_near

SAME_EVENT = 0.34
"""The least resemblance to a story's profile with which an article joins it."""

SAME_EVENT_A_DAY = 0.4
"""What is added to it for each day between short texts: of two frosts on one river the second is the next night's."""

# Sequences of letters below which a text counts as short in full, and from which on it no longer does: about 18 words
# that tell something, and 28.
_SHORT, _FULL = 45, 65
_DAY = timedelta(days=1)

_ACTOR = 0.03
_MOST_ACTORS = 2
_KEPT = 400


def find_event(sketch: Sketch, index: StoryIndex, at: datetime) -> tuple[StoryId, float] | None:
    """The story that an article resembles most, and how much; None when no story within the window is near enough."""
    near = [each for each in list_candidates(sketch, index) if is_near(each.first_at, each.last_at, at)]
    scores = [
        (score, profile)
        for score, profile in zip(resemble(sketch, near), near, strict=True)
        if score >= require(sketch, profile, at)
    ]
    if not scores:
        return None
    score, best = max(scores, key=lambda each: (each[0], -each[1].first_at.timestamp(), each[1].story))
    return best.story, score


def require(sketch: Sketch, profile: StoryProfile, at: datetime) -> float:
    """The least resemblance with which an article of that moment joins a story; above 1 where none is enough."""
    shortness = measure_shortness(min(len(sketch.features), len(profile.features)))
    return SAME_EVENT + SAME_EVENT_A_DAY * shortness * (gap_between(profile.first_at, profile.last_at, at) / _DAY)


def measure_shortness(features: int) -> float:
    """0 for a text with enough features to tell events apart, 1 for one that has hardly more than a headline."""
    return min(1.0, max(0.0, (_FULL - features) / (_FULL - _SHORT)))


def list_candidates(sketch: Sketch, index: StoryIndex) -> list[StoryProfile]:
    """The known stories worth comparing."""
    led_to = (index.numbered.get(number) for number in index.list_led_to(sketch.leading))
    return [index.profiles[story] for story in dict.fromkeys(led_to) if story in index.profiles]


def resemble(sketch: Sketch, profiles: Sequence[StoryProfile]) -> list[float]:
    """How much an article is like each story: the cosine of their features, and a little for each actor in both."""
    cosines = compare(sketch.features, [profile.features for profile in profiles])
    shared = (min(len(sketch.actors & profile.actors), _MOST_ACTORS) for profile in profiles)
    return [cosine + _ACTOR * actors for cosine, actors in zip(cosines, shared, strict=True)]


def begin_profile(sketch: Sketch, story: StoryId, at: datetime) -> StoryProfile:
    """The profile of a story that has one article."""
    features = choose_strongest(sketch.features, _KEPT)
    return StoryProfile(story=story, first_at=at, last_at=at, actors=sketch.actors, features=features)


def extend_profile(profile: StoryProfile, sketch: Sketch, at: datetime) -> StoryProfile:
    """The profile with one more article."""
    return replace(
        profile,
        first_at=min(profile.first_at, at),
        last_at=max(profile.last_at, at),
        articles=profile.articles + 1,
        actors=profile.actors | sketch.actors,
        features=combine(profile.features, profile.articles, sketch.features, 1, most=_KEPT),
    )


def join_profiles(one: StoryProfile, other: StoryProfile) -> StoryProfile:
    """The profile of two stories that turned out to be one, under the name of the first."""
    return replace(
        one,
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
        articles=one.articles + other.articles,
        actors=one.actors | other.actors,
        features=combine(one.features, one.articles, other.features, other.articles, most=_KEPT),
    )


def touch_profile(profile: StoryProfile, at: datetime) -> StoryProfile:
    """The profile of a story that was told once more in words already known."""
    return replace(profile, first_at=min(profile.first_at, at), last_at=max(profile.last_at, at))
