"""From an alert over a digest to the deliveries that carry it, and every attempt."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.articles import Article
from monitor.model.ids import DeliveryId, DigestId, SourceId, StoryId, SubscriberId
from monitor.model.routing import ChannelKind
from monitor.model.rules import Match, Rule, Severity

AlertKind = Literal["new", "update", "correction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """That a subscriber is to hear of a story: once for each (subscriber, story, kind, ordinal).

    `due_at` is the end of the window it waits for; `pace` the text of the route's pace, for people and for logs.
    """

    subscriber: SubscriberId
    story: StoryId
    kind: AlertKind = "new"
    ordinal: int = 0
    due_at: datetime
    pace: str
    max_stories: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an article is in a digest: the rule as it was, and what it found."""

    rule: Rule
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """One story in a digest: the article that tells it, why it is here, and who else ran the same text."""

    id: StoryId
    article: Article
    reasons: tuple[Reason, ...]
    also_in: tuple[SourceId, ...] = ()

    @property
    def severity(self) -> Severity:
        """The highest severity of its reasons."""
        return max((reason.match.severity for reason in self.reasons), key=lambda severity: severity.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one subscriber gets for one window, frozen when composed. `omitted` counts stories over a limit."""

    id: DigestId
    subscriber: SubscriberId
    window_start: datetime
    composed_at: datetime
    stories: tuple[DigestStory, ...]
    omitted: int = 0
    test: bool = False


DeliveryState = Literal["pending", "sent", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A digest on its way through one channel: every try sends the same frozen `payload` under the same id."""

    id: DeliveryId
    digest: DigestId
    subscriber: SubscriberId
    channel: ChannelKind
    payload: bytes
    created_at: datetime
    state: DeliveryState = "pending"
    attempts: int = 0
    next_attempt_at: datetime | None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send a delivery. `error` is None when the peer accepted it; `answer` is what it said, shortened."""

    delivery: DeliveryId
    number: int
    at: datetime
    answer: str | None = None
    error: str | None = None
    permanent: bool = False
    retry_after: datetime | None = None
