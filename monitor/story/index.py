"""What is known of recent stories while new articles are placed: texts by their shingles, stories by their features.

It is loaded for a batch of articles, grows with each that is placed, and remembers what has to be written down. Lists
are bounded: a shingle that many different texts share is boilerplate, a feature that many stories share tells none of
them apart, and neither is looked up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from monitor.model import Article, ArticleId, StoryId, StoryProfile, StoryText
from monitor.story.features import NOTHING_COUNTED, Frequencies

MOST_TEXTS = 64
"""Texts that may share a shingle before it counts as boilerplate."""

MOST_STORIES = 64
"""Stories that may share a feature before it counts as common."""

FEWEST_LEADING = 2
"""Of its features a story has to share so many to be compared at all: reports of one event share three and more."""

MOST_CANDIDATES = 12
"""So many stories are compared in full for each article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """All of an article that deciding about its story needs."""

    article: Article
    shingles: frozenset[int]
    features: Mapping[int, float]
    leading: tuple[int, ...]
    actors: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class StoryIndex:
    """The recent past as one batch sees it. `added_…` and `changed` are what the batch brought."""

    fingerprints: dict[str, StoryId] = field(default_factory=dict)
    texts_of: dict[int, set[ArticleId]] = field(default_factory=dict)
    texts: dict[ArticleId, StoryText] = field(default_factory=dict)
    stories_of: dict[int, set[StoryId]] = field(default_factory=dict)
    profiles: dict[StoryId, StoryProfile] = field(default_factory=dict)
    frequencies: Frequencies = NOTHING_COUNTED
    added_texts: dict[ArticleId, frozenset[int]] = field(default_factory=dict)
    added_features: set[tuple[int, StoryId]] = field(default_factory=set)
    changed: set[StoryId] = field(default_factory=set)
    aliases: dict[StoryId, StoryId] = field(default_factory=dict)

    def list_telling(self, shingles: Iterable[int]) -> frozenset[int]:
        """The shingles that are no boilerplate."""
        return frozenset(each for each in shingles if len(self.texts_of.get(each, ())) < MOST_TEXTS)

    def count_shared(self, shingles: Iterable[int]) -> Counter[ArticleId]:
        """How many of the shingles each known text has."""
        return Counter(text for shingle in shingles for text in self.texts_of.get(shingle, ()))

    def list_led_to(self, features: Iterable[int]) -> list[StoryId]:
        """The stories worth comparing: those that share most of the features, common ones left out."""
        known = (self.stories_of.get(feature, ()) for feature in features)
        shared = Counter(chain.from_iterable(stories for stories in known if len(stories) < MOST_STORIES))
        near = [story for story, count in shared.items() if count >= FEWEST_LEADING]
        return sorted(near, key=lambda story: (-shared[story], story))[:MOST_CANDIDATES]

    def add_text(self, text: StoryText, shingles: frozenset[int]) -> None:
        """A text that later ones may be copies of."""
        self.texts[text.article] = text
        self.added_texts[text.article] = shingles
        for shingle in shingles:
            self.texts_of.setdefault(shingle, set()).add(text.article)

    def save_profile(self, profile: StoryProfile, leading: Iterable[int]) -> None:
        """A story as it is after one more article, and the features that lead to it."""
        self.profiles[profile.story] = profile
        self.changed.add(profile.story)
        for feature in leading:
            stories = self.stories_of.setdefault(feature, set())
            if len(stories) < MOST_STORIES:
                stories.add(profile.story)
                self.added_features.add((feature, profile.story))

    def resolve(self, story: StoryId) -> StoryId:
        """The story that a merged one is part of; itself when it was never merged."""
        while story in self.aliases:
            story = self.aliases[story]
        return story

    def forget(self, story: StoryId, part_of: StoryId) -> None:
        """A story turned out to be part of another; its features lead there from now on."""
        self.aliases[story] = part_of
        self.profiles.pop(story, None)
        self.changed.discard(story)
        for stories in self.stories_of.values():
            if story in stories:
                stories.discard(story)
                stories.add(part_of)
        self.added_features = {(feature, part_of if told == story else told) for feature, told in self.added_features}
