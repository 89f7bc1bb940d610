"""What a transaction gives out that is no value of the model by itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.model import (
    Alert,
    AlertId,
    Article,
    Attempt,
    AwaitedPage,
    Delivery,
    DigestStory,
    Entry,
    EntryTraits,
    PollState,
    Record,
    SourceId,
    SubscriberId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAlert:
    """A due alert with what a digest needs to tell it."""

    id: AlertId
    alert: Alert
    story: DigestStory


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That a subscriber was told of a story: when last, and of which sources. `story` is as it stands today."""

    subscriber: SubscriberId
    story: DigestStory
    told_at: datetime
    sources: frozenset[SourceId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery leased to one worker; `token` must still be the row's when the outcome is written."""

    delivery: Delivery
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a claim came to: the attempt, and the delivery as it stands after it.

    `is_to_be_told` says of one that was given up that operators must hear of it.
    """

    claim: Claim
    attempt: Attempt
    after: Delivery
    is_to_be_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PollClaim:
    """A source leased to one poller; see Claim."""

    state: PollState
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageClaim:
    """A page leased to one fetcher; see Claim."""

    awaited: AwaitedPage
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """Some stored articles in the order they were stored; `next_after` asks for the rest, None: there is none."""

    articles: tuple[Article, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A stored article and what it was read from."""

    article: Article
    page: Entry | Record


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """By what a stored entry is known, and the stamp of what it said last; None for one from before there were any."""

    stamp: str | None
    traits: EntryTraits = field(default_factory=EntryTraits)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedPage:
    """What an article was read from, as it is kept: compressed bytes of a `kind`, and how it is known again."""

    kind: str
    data: bytes
    known: KnownEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPages:
    """Some kept pages in the order their articles were stored; see ArticlePage."""

    pages: tuple[KeptPage, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """How the outbox stands: how many deliveries wait and how many were given up, the age of the oldest that waits, and
    for how long the one that is due longest has been due.
    """

    pending: int = 0
    dead: int = 0
    age: timedelta = timedelta(0)
    overdue: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounts:
    """What a source brought in a stretch of time: how many articles, the first and last of them, and how many were
    copies of what was known already.
    """

    source: SourceId
    articles: int
    copies: int
    first_at: datetime
    last_at: datetime
