"""From an alert over a digest to the deliveries that carry it, and every attempt."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.articles import Article
from monitor.model.ids import DeliveryId, DigestId, SourceId, StoryId, SubscriberId
from monitor.model.routing import ChannelKind
from monitor.model.rules import Match, Rule, Severity

AlertKind = Literal["new", "update", "correction"]
HeldBy = Literal["quiet", "cap"]
NoticeKind = Literal["source", "rule", "channel", "delivery", "empty", "disk", "bounces", "template"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """That a subscriber is to hear of a story: once for each (subscriber, story, kind, ordinal).

    `due_at` is the end of the window it waits for; `pace` the text of the route's pace, for people and for logs.
    `section` says what its route asks for: the heading it stands under in a digest. `held` is why it waits although
    its route sends at once; `change` what an update or a correction is about.
    """

    subscriber: SubscriberId
    story: StoryId
    kind: AlertKind = "new"
    ordinal: int = 0
    due_at: datetime
    pace: str
    max_stories: int | None = None
    section: str | None = None
    held: HeldBy | None = None
    change: str | None = None

    @property
    def is_immediate(self) -> bool:
        """Whether it goes as soon as it is due, instead of with a planned digest."""
        return self.pace == "now" and self.held is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWindow:
    """How far the planned digests of a subscriber have got at one pace: the window that passed last, and the next.

    `pace` is a text that changes with the pace, the subscriber's own and their time zone; `begun_at` is when the
    subscriber got it.
    """

    subscriber: SubscriberId
    pace: str
    begun_at: datetime
    last_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an article is in a digest: the rule as it was, and what it found."""

    rule: Rule
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStory:
    """One story in a digest: the article that tells it, why it is here, and who else ran the same text.

    `kind` and `ordinal` are those of the newest alert that it stands for; `change` says what an update or a
    correction is about. `section` is None where the digest needs no headings.
    """

    id: StoryId
    article: Article
    reasons: tuple[Reason, ...]
    also_in: tuple[SourceId, ...] = ()
    kind: AlertKind = "new"
    ordinal: int = 0
    change: str | None = None
    section: str | None = None

    @property
    def severity(self) -> Severity:
        """The highest severity of its reasons."""
        return max((reason.match.severity for reason in self.reasons), key=lambda severity: severity.rank)

    @property
    def score(self) -> int:
        """The highest score of its reasons; 0 where no rule keeps one."""
        return max((reason.match.score or 0 for reason in self.reasons), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that operators must know. `kind` and `subject` are its key: one is told once while it lasts."""

    kind: NoticeKind
    subject: str
    text: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a digest is empty for a reason: what was looked at between two windows, and who answered."""

    since: datetime
    until: datetime
    articles: int
    sources_answered: int
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabledChannel:
    """A channel of a subscriber that nothing goes to any more, until an operator enables it or its address changes.

    `destination` names the address that it was; see monitor.route.destinations.
    """

    subscriber: SubscriberId
    channel: ChannelKind
    reason: str
    since: datetime
    destination: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one subscriber gets for one window, frozen when composed. `omitted` counts stories over a limit.

    `windows` are the planned instants that it answers, the oldest first: more than one, and it catches up on those
    that passed while nothing could be sent. `quieted` and `capped` count the stories that quiet hours and a cap held
    back until now. An empty one carries its `proof`; one for operators carries `notices`.
    """

    id: DigestId
    subscriber: SubscriberId
    window_start: datetime
    composed_at: datetime
    stories: tuple[DigestStory, ...]
    omitted: int = 0
    test: bool = False
    windows: tuple[datetime, ...] = ()
    quieted: int = 0
    capped: int = 0
    proof: Proof | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def is_immediate(self) -> bool:
        """Whether it went at once, instead of at a planned time."""
        return not self.windows and not self.notices and not self.test

    @property
    def told(self) -> StoryId | None:
        """The story, where it tells of one and of nothing else: what such messages say of it is one conversation."""
        is_whole = not (self.omitted or self.test or self.notices or self.windows)
        return self.stories[0].id if is_whole and len(self.stories) == 1 else None

    @property
    def follows_up(self) -> StoryId | None:
        """The story that it tells of once more."""
        return self.told if self.told and self.stories[0].kind != "new" else None


DeliveryState = Literal["pending", "sent", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A digest on its way through one channel: every try sends the same frozen `payload` under the same id.

    `news_at` is when the oldest of its stories could first be known, for messages that go at once: what latency is
    counted from. None for what was planned to wait.
    """

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
    news_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send a delivery. `error` is None when the peer accepted it; `answer` is what it said, shortened.

    `reference` is the peer's own name for the message, where it gives one.
    """

    delivery: DeliveryId
    number: int
    at: datetime
    answer: str | None = None
    error: str | None = None
    permanent: bool = False
    retry_after: datetime | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many messages may go at once, at a moment."""

    tokens: float
    filled_at: datetime
