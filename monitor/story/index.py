"""What is known of recent stories while new articles are placed: texts by their shingles, stories by their features.

It is loaded for a batch of articles, grows with each that is placed, and remembers what has to be written down. Texts
and stories are meant by the numbers that the store gave them, which rise with time; those that the batch brings get
higher ones, as if they were stored already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.model import Article, StoryId, StoryProfile, StoryText, Vector
from monitor.story.features import NOTHING_COUNTED, Frequencies
from monitor.story.postings import Postings

MOST_TEXTS = 64
"""Texts that may share a shingle before it counts as boilerplate."""

MOST_STORIES = 64
"""Stories that may share a feature before it counts as common."""

FEWEST_LEADING = 2
"""Of its features a story has to share so many to be compared at all: reports of one event share three and more."""

MOST_CANDIDATES = 12
"""So many stories are compared in full for each article."""

# Above all numbers that a store gives.
_FIRST_NUMBER = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """All of an article that deciding about its story needs."""

    article: Article
    shingles: frozenset[int]
    features: Vector
    leading: tuple[int, ...]
    actors: frozenset[str] = frozenset()


def _text_postings() -> Postings:
    return Postings(MOST_TEXTS)


def _story_postings() -> Postings:
    return Postings(MOST_STORIES)


@dataclass(slots=True, kw_only=True)
class StoryIndex:
    """The recent past as one batch sees it. `added_…` and `changed` are what the batch brought, in that order.

    `numbered` says which story each number means; of texts and stories that were loaded it knows those worth comparing.
    """

    fingerprints: dict[str, StoryId] = field(default_factory=dict)
    texts_by: Postings = field(default_factory=_text_postings)
    texts: dict[int, StoryText] = field(default_factory=dict)
    stories_by: Postings = field(default_factory=_story_postings)
    numbered: dict[int, StoryId] = field(default_factory=dict)
    profiles: dict[StoryId, StoryProfile] = field(default_factory=dict)
    frequencies: Frequencies = NOTHING_COUNTED
    added_texts: dict[StoryText, frozenset[int]] = field(default_factory=dict)
    added_features: dict[StoryId, list[int]] = field(default_factory=dict)
    changed: dict[StoryId, None] = field(default_factory=dict)
    aliases: dict[StoryId, StoryId] = field(default_factory=dict)
    _numbers: dict[StoryId, int] = field(default_factory=dict)

    def load_profiles(self, profiles: Mapping[int, StoryProfile]) -> None:
        """Take in stories that were written down before, by their numbers."""
        for number, profile in profiles.items():
            self.profiles[profile.story] = profile
            self._name(profile.story, number)

    def list_led_to(self, features: Iterable[int]) -> list[int]:
        """The numbers of the stories worth comparing: those that share most of the features, of equals the oldest."""
        shared = self.stories_by.count(features)
        near = [number for number, count in shared.items() if count >= FEWEST_LEADING]
        return sorted(near, key=lambda number: (-shared[number], number))[:MOST_CANDIDATES]

    def add_text(self, text: StoryText, shingles: frozenset[int]) -> None:
        """A text that later ones may be copies of."""
        number = _FIRST_NUMBER + len(self.texts)
        self.texts[number] = text
        self.added_texts[text] = shingles
        self.texts_by.add(shingles, number)

    def save_profile(self, profile: StoryProfile, leading: Iterable[int]) -> None:
        """A story as it is after one more article, and the features that lead to it."""
        self.profiles[profile.story] = profile
        self.changed[profile.story] = None
        number = self._numbers.get(profile.story)
        if number is None:
            number = self._name(profile.story, _FIRST_NUMBER + len(self.numbered))
        told = self.stories_by.add(leading, number)
        self.added_features.setdefault(profile.story, []).extend(told)

    def resolve(self, story: StoryId) -> StoryId:
        """The story that a merged one is part of; itself when it was never merged."""
        while story in self.aliases:
            story = self.aliases[story]
        return story

    def forget(self, story: StoryId, part_of: StoryId) -> None:
        """A story turned out to be part of another; its features lead there from now on."""
        self.aliases[story] = part_of
        self.profiles.pop(story, None)
        self.changed.pop(story, None)
        self.added_features.setdefault(part_of, []).extend(self.added_features.pop(story, ()))
        self._name(part_of, self._numbers[story])

    def _name(self, story: StoryId, number: int) -> int:
        self.numbered[number] = story
        self._numbers.setdefault(story, number)
        return number
