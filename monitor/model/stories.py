"""Stories: what several articles tell together, and what a new article changes in one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.articles import Article
from monitor.model.deliveries import AlertKind
from monitor.model.ids import ArticleId, SourceId, StoryId

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
class StoryChange:
    """What one article did to a story; nothing is said here of who wants to hear of it.

    "new": the article began the story (ordinal 0). "update": it joined a story; the ordinal counts the articles that
    did, from 1. "correction": a publisher changed it; the ordinal counts the corrections within the story, from 1.
    Running a step again gives no change a second time. `sources` are all that ran the story, the first one first, the
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
    merged: tuple[StoryId, ...] = ()
