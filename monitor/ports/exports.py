"""What was found and who was told, as a transaction lists it for other programs: page by page, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from monitor.model import AlertKind, ArticleId, DigestId, Precision, RuleId, Severity, SourceId, StoryId, SubscriberId

AlertState = Literal["pending", "composed", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMatch:
    """A match with its article. `words` are the texts that were found, each once; `place` is where to go on from."""

    rule: RuleId
    severity: Severity
    score: int | None
    words: tuple[str, ...]
    story: StoryId | None
    article: ArticleId
    source: SourceId
    url: str | None
    title: str | None
    language: str | None
    published: datetime | None
    published_precision: Precision | None
    fetched_at: datetime
    place: "Place"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedAlert:
    """Whom a match was to be told to, and what became of it. `told_at` is when `digest` was composed."""

    match: ExportedMatch
    subscriber: SubscriberId
    kind: AlertKind
    ordinal: int
    state: AlertState
    dropped_because: str | None
    due_at: datetime
    told_at: datetime | None
    digest: DigestId | None


@dataclass(frozen=True, slots=True)
class Place:
    """Behind one match, and one alert of it, in the order of an export."""

    fetched_at: datetime
    number: int
    rule: str
    alert: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportScope:
    """What is asked for: articles fetched from `since` on and before `until`; no rules or subscribers mean all."""

    since: datetime | None = None
    until: datetime | None = None
    rules: tuple[RuleId, ...] = ()
    subscribers: tuple[SubscriberId, ...] = ()


class ExportTables(Protocol):
    """Matches and alerts, for other programs."""

    async def list_known_rules(self) -> tuple[RuleId, ...]:
        """Every rule that ever matched and is still remembered, by id."""

    async def export_matches(self, scope: ExportScope, after: Place | None, limit: int) -> Sequence[ExportedMatch]:
        """At most `limit` matches behind a place, by when their articles were fetched."""

    async def export_alerts(self, scope: ExportScope, after: Place | None, limit: int) -> Sequence[ExportedAlert]:
        """The same with one row for each alert that a match is behind."""
