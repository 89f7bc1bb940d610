"""Stories: what several articles tell together, and what a new article changes in one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.model.articles import Article
from monitor.model.deliveries import AlertKind
from monitor.model.ids import ArticleId, RuleId, SourceId, StoryId

Relation = Literal["first", "copy", "report", "version"]
"""How an article stands to its story: it began it, runs a text of it, reports it in other words, or mends itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where two versions of an article differ: a whole field, or a paragraph of the body.

    `before` is None for what was added, `after` for what was taken out.
    """

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """An article as it was before its publisher changed it. `number` counts from 1, the first wording."""

    article: ArticleId
    number: int
    replaced_at: datetime
    before: Article
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An article as it was, as it is now, and where the two differ."""

    before: Article
    after: Article
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryChange:
    """What one article did to a story; nothing is said here of who wants to hear of it.

    "new": the article began the story (ordinal 0). "update": it joined a story; the ordinal counts the articles that
    did, from 1. "correction": a publisher changed it; the ordinal counts the corrections within the story, from 1.
    Running a step again gives no change a second time. `gained` and `lost` are the rules that hold for a corrected
    article since, and no longer. `sources` are all that ran the story, the first one first, the
    article's own among them. `merged` are stories that this article showed to be part of `story`: they live on as its
    aliases.
    """

    story: StoryId
    kind: AlertKind
    ordinal: int
    article: Article
    relation: Relation
    sources: tuple[SourceId, ...]
    differences: tuple[Difference, ...] = ()
    gained: tuple[RuleId, ...] = ()
    lost: tuple[RuleId, ...] = ()
    merged: tuple[StoryId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryText:
    """A text that copies are known by: whose it is, its story, and how many shingles are kept of it."""

    article: ArticleId
    story: StoryId
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """Features by their hashes, which rise, each once; `weights[n]` is that of `hashes[n]`."""

    hashes: NDArray[np.int64]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.hashes)

    def __eq__(self, other: object) -> bool:
        """Arrays say of each element whether it is equal; asked for is whether all are."""
        if not isinstance(other, Vector):
            return NotImplemented
        return np.array_equal(self.hashes, other.hashes) and np.array_equal(self.weights, other.weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryProfile:
    """What the reports of a story have in common, and the stretch of time between the first and the last of them.

    `features` are those of all its articles together, scaled to a length of 1; `actors` are those of all.
    """

    story: StoryId
    first_at: datetime
    last_at: datetime
    articles: int = 1
    actors: frozenset[str] = frozenset()
    features: Vector


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """What an article is recognised by, as far as it can be told without knowing any other; see monitor.story.

    `grams`, `stems` and `pairs` are hashes, each once, of which the first two rise; the weights are those of their
    occurrences within the article.
    Row `n` of `pair_stems` says which two of `stems` pair `n` is made of.
    """

    shingles: frozenset[int]
    grams: NDArray[np.int64]
    gram_weights: NDArray[np.float64]
    stems: NDArray[np.int64]
    stem_weights: NDArray[np.float64]
    pairs: NDArray[np.int64]
    pair_weights: NDArray[np.float64]
    pair_stems: NDArray[np.int64]
