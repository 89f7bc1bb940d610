"""What the steps work with, and what they report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.errors import Problem
from monitor.model import (
    Article,
    ArticleId,
    ChannelKind,
    DeliveryId,
    Match,
    Route,
    Silence,
    Source,
    SourceId,
    StoryChange,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.model.retention import DEFAULT_RETENTION, Retention
from monitor.pipeline.pace import Pace
from monitor.ports import ArchiveReader, BounceMailbox, Channel, FeedFetcher, Matcher, PageFetcher, Parser, Store
from monitor.route.buckets import DEFAULT_RATES, Rate
from monitor.story.known_words import KnownWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside world, the clock and the dice. `reached` is told each point where a crash would matter.

    `disk_free` is the share of the disk under the data that is free, from 0 to 1; `broken_templates` says what is wrong
    with those of the operator. Without `pages`, articles are made of what feeds carry.
    """

    store: Store
    fetcher: FeedFetcher
    archives: ArchiveReader
    parser: Parser
    matcher: Matcher
    channels: Mapping[ChannelKind, Channel]
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    reached: Callable[[str], None]
    disk_free: Callable[[], float] = lambda: 1.0
    pace: Pace = field(default_factory=Pace)
    bounces: BounceMailbox | None = None
    broken_templates: Callable[[], tuple[Problem, ...]] = tuple
    pages: PageFetcher | None = None
    words: KnownWords = field(default_factory=KnownWords)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the operator configured. `concurrency` bounds how many sources are polled at once.

    `silences` are those of the files; those set by command are rows.
    """

    sources: Mapping[SourceId, Source]
    subscribers: Mapping[SubscriberId, Subscriber]
    routes: tuple[Route, ...]
    operators: tuple[SubscriberId, ...] = ()
    silences: tuple[Silence, ...] = ()
    concurrency: int = 64
    retention: Retention = DEFAULT_RETENTION
    rates: Mapping[ChannelKind, Rate] = field(default_factory=lambda: DEFAULT_RATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What one poll, or one batch of an archive, brought.

    `articles`, `stories` and `matches` are of new articles only, `changes` also of corrected ones. `waiting` is how
    many new entries wait for their pages before they become articles. `error` when the whole of it failed. `size` is
    how many of the archive's bytes it was. `awaited` is how many pages of the source are to be fetched yet, where that
    was asked.
    """

    source: SourceId
    articles: tuple[Article, ...] = ()
    stories: Mapping[ArticleId, StoryId] = field(default_factory=dict)
    changes: tuple[StoryChange, ...] = ()
    matches: tuple[Match, ...] = ()
    waiting: int = 0
    problems: tuple[Problem, ...] = ()
    error: str | None = None
    size: int = 0
    awaited: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one attempt came to; `error` is None when the peer accepted the message.

    `latency` is from when the news could be known to when it was accepted, of what went at once.
    """

    delivery: DeliveryId
    subscriber: SubscriberId
    channel: ChannelKind
    error: str | None = None
    latency: timedelta | None = None
