"""Same text: which known texts an article copies, cuts, or contains, by the containment of sampled shingles.

Containment is the shared part of the smaller of two samples, so that a third of a report is as much its copy as the
whole, whatever headline either carries. The thresholds are measured in benchmarks/similar.py and explained, with the
figures, in docs/stories.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import StoryText
from monitor.story.index import Sketch, StoryIndex
from monitor.story.window import is_near

CONTAINED = 0.5
"""The least part of the smaller text that the larger one must share."""

FEWEST = 4
"""Shared shingles below which two texts are never the same: a quotation, not a copy."""

# An article of which nine tenths are known adds no text of its own that others could copy.
_KNOWN = 0.9


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A known text that an article shares so many shingles with, and the part of the smaller one that they are."""

    text: StoryText
    shared: int
    containment: float


def find_same_texts(sketch: Sketch, index: StoryIndex, at: datetime) -> tuple[Resemblance, ...]:
    """The known texts within the window that are the same, the surest first, of equal ones the oldest."""
    sharing = list_sharing(sketch, index)
    if not sharing:
        return ()
    own = len(index.texts_by.list_telling(sketch.shingles))
    found = []
    for number, shared in sharing:
        text = index.texts.get(number)
        containment = min(1.0, shared / min(own, text.size)) if text else 0.0
        if text and containment >= CONTAINED and _is_open(text, index, at):
            found.append(Resemblance(text, shared, containment))
    return tuple(sorted(found, key=lambda each: (-each.containment, each.text.at, each.text.article)))


def list_sharing(sketch: Sketch, index: StoryIndex) -> list[tuple[int, int]]:
    """The numbers of the known texts that share more with an article than a turn of phrase, and how many shingles."""
    return [each for each in index.texts_by.count(sketch.shingles).items() if each[1] >= FEWEST]


def _is_open(text: StoryText, index: StoryIndex, at: datetime) -> bool:
    """A table that is printed daily with other figures is not one story for ever."""
    profile = index.profiles.get(index.resolve(text.story))
    return is_near(text.at, text.at, at) and (profile is None or is_near(profile.first_at, profile.last_at, at))


def list_own_shingles(sketch: Sketch, index: StoryIndex, same: Sequence[Resemblance]) -> frozenset[int]:
    """The shingles that later copies of this article will be known by; none where known texts say nearly all of it."""
    own = frozenset(index.texts_by.list_telling(sketch.shingles))
    known = max((each.shared for each in same), default=0)
    return own if len(own) >= FEWEST and known < _KNOWN * len(own) else frozenset()
