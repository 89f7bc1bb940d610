"""What the pipeline and the scheduler ask of the outside world. Adapters implement these; monitor.app joins them.

A store gives out transactions. Everything read and decided inside one `async with store.transaction() as tx` is
committed together or not at all, and two of them never interleave where it would matter (story assignment, claims).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.errors import Problem
from monitor.model import (
    Address,
    Alert,
    AlertId,
    Article,
    ArticleId,
    ArticleVersion,
    Attempt,
    Bucket,
    ChannelKind,
    Choices,
    Correction,
    Delivery,
    DeliveryId,
    DeliveryState,
    Digest,
    DigestStory,
    DigestWindow,
    DisabledChannel,
    Entry,
    EntryKey,
    Fetched,
    HeldBy,
    Match,
    MuteKind,
    Notice,
    PollState,
    Record,
    RelevanceMark,
    Rule,
    RuleId,
    RuleState,
    RuleUsage,
    Silence,
    Slice,
    Source,
    SourceId,
    StoryId,
    StoryProfile,
    StoryText,
    Subscriber,
    SubscriberId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """The entries of one answer of a feed, newest first as the publisher listed them, and what was wrong with some."""

    title: str | None
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedArticles:
    """The articles of a batch, and the entries or records that could not be read."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchOutcome:
    """What an article matched; a rule that failed on it is named and the others still speak."""

    matches: tuple[Match, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some neighbouring records of a slice, in the place of a broken one the problem that names it.

    `part` is a checkpoint of its own: of a slice that changed, or whose reading broke off, only new batches are
    stored. `position` is how many of the slice's bytes are behind us, for a progress bar.
    """

    part: Slice
    found: tuple[Record | Problem, ...]
    position: int


class FeedFetcher(Protocol):
    """Polite HTTP for feeds."""

    async def fetch_feed(self, source: Source, state: PollState) -> Fetched:
        """The feed's bytes and new validators; FetchError when it did not arrive."""


class ArchiveReader(Protocol):
    """Files and directories as an archive, slice by slice."""

    def list_slices(self, source: Source) -> tuple[Slice, ...]:
        """Every slice in a stable order; InputError when the path cannot be read."""

    def iter_batches(self, source: Source, part: Slice) -> Iterator[Batch]:
        """The records of one slice in order, the same ones in every run; InputError when its place does not answer."""


class Parser(Protocol):
    """Bytes to articles, wherever that is computed (a process pool, or here).

    `at_once` is how many batches of records it may be given at the same time, so that nobody there is idle.
    """

    at_once: int

    async def parse_feed(self, source: Source, fetched: Fetched) -> ParsedFeed:
        """ParseError when the bytes are no feed."""

    async def parse_entries(self, entries: Sequence[Entry], fetched_at: datetime) -> ParsedArticles:
        """One article for each entry that has any text."""

    async def parse_records(self, records: Sequence[Record], fetched_at: datetime) -> ParsedArticles:
        """One article for each record that has any text; of a feed, one for each entry."""


class Matcher(Protocol):
    """The compiled rules."""

    rules: tuple[Rule, ...]

    def match(self, article: Article, source: Source | None = None) -> MatchOutcome:
        """The rules that hold for an article, in the order of their ids. `source` is what it came from, if known."""

    def take_usage(self) -> tuple[RuleUsage, ...]:
        """What the rules have cost since this was last asked; each cost is given out once."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a peer accepted a message: its answer in a few words, and its own name for the message if it gave one."""

    answer: str
    reference: str | None = None


class Channel(Protocol):
    """One way to reach a subscriber."""

    kind: ChannelKind

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:
        """The exact bytes that every try will send. `thread` is the reference of the message that it goes on from."""

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        """Send the payload. DeliveryError when it was not accepted."""


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
class PollClaim:
    """A source leased to one poller; see Claim."""

    state: PollState
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
class KeptPages:
    """Some kept pages in the order their articles were stored; see ArticlePage."""

    pages: tuple[KeptPage, ...]
    next_after: int | None


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


class Transaction(Protocol):
    """Reads and writes that commit together. Writing what is already there changes nothing."""

    # --- sources and entries
    async def sync_sources(self, sources: Iterable[SourceId], now: datetime) -> None:
        """Give each source without a poll state one that is due now."""

    async def list_poll_states(self) -> tuple[PollState, ...]:
        """Of every source ever polled, by id."""

    async def claim_due_sources(
        self,
        known: Iterable[SourceId],
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        admit: Callable[[SourceId], bool] = ...,
    ) -> tuple[PollClaim, ...]:
        """T1: lease the sources of `known` that are due and not leased, the longest waiting first. `admit` is asked of
        each, and passes over those that it answers False.
        """

    async def park_sources(self, sources: Iterable[SourceId], until: datetime) -> None:
        """Poll none of these before `until`; one that waits longer anyway goes on doing so."""

    async def finish_poll(self, claim: PollClaim, state: PollState) -> bool:
        """Write the new state and end the lease; False, and nothing written, when the claim is no longer ours."""

    async def save_poll_state(self, state: PollState) -> None:
        """Write a state without a claim (imports)."""

    async def make_due(self, sources: Iterable[SourceId], now: datetime) -> None:
        """Let sources be polled at the next tick, whatever their plan was; one that is leased stays so."""

    async def count_by_source(self, since: datetime) -> tuple[SourceCounts, ...]:
        """Of every source with articles fetched since, by id."""

    async def list_unseen(self, source: SourceId, keys: Sequence[EntryKey]) -> frozenset[EntryKey]:
        """Those of `keys` that no stored article of the source has."""

    # --- archives
    async def is_slice_done(self, part: Slice) -> bool:
        """Whether this slice, with this stamp, has been stored."""

    async def mark_slice_done(self, part: Slice, now: datetime) -> None:
        """Checkpoint: the slice is stored."""

    # --- articles, stories, matches
    async def lock_stories(self) -> None:
        """Make story assignment one at a time until the end of the transaction."""

    async def add_articles(self, articles: Sequence[Article]) -> frozenset[ArticleId]:
        """Store articles with their entries; the ids that are new."""

    async def list_articles(self, *, since: datetime | None, after: int, limit: int) -> ArticlePage:
        """At most `limit` articles stored behind `after` (0: from the start).

        `since` leaves out those published, or where that is not known fetched, before it.
        """

    async def count_articles(self, *, since: datetime | None) -> int:
        """How many articles `list_articles` has to give."""

    async def count_fetched(self, *, since: datetime, until: datetime) -> int:
        """How many articles were fetched after an instant, up to another."""

    async def find_stories(self, fingerprints: Iterable[str]) -> Mapping[str, StoryId]:
        """The story of each fingerprint that has one."""

    async def assign_stories(self, stories: Mapping[ArticleId, StoryId], now: datetime) -> None:
        """Write which story each article tells; a story's id is its first article's."""

    async def find_story_texts(self, shingles: Iterable[int], now: datetime) -> Sequence[tuple[int, StoryText]]:
        """Each text of the last days that has any of the shingles, once for each that it has."""

    async def find_story_postings(self, features: Iterable[int], now: datetime) -> Sequence[tuple[int, StoryId]]:
        """Each story of the last days that any of the features lead to, once for each that does."""

    async def find_profiles(self, ids: Iterable[StoryId]) -> Mapping[StoryId, StoryProfile]:
        """The profiles of those stories that have one."""

    async def find_frequencies(self, words: Iterable[int], now: datetime) -> tuple[int, Mapping[int, int]]:
        """How many articles were counted in the last weeks, and in how many of them each word occurred."""

    async def count_words(self, articles_words: Sequence[Iterable[int]], now: datetime) -> None:
        """Add articles, each given by its distinct words, to the frequencies."""

    async def add_story_texts(self, texts: Mapping[StoryText, Collection[int]], now: datetime) -> None:
        """Texts that later ones may be copies of, with their shingles."""

    async def save_profiles(
        self, profiles: Sequence[StoryProfile], leading: Iterable[tuple[int, StoryId]], now: datetime
    ) -> None:
        """Write profiles as they are now, and the features that lead to them."""

    async def count_changes(
        self, updated: Sequence[StoryId], corrected: Sequence[StoryId]
    ) -> tuple[Mapping[StoryId, int], Mapping[StoryId, int]]:
        """Count articles that joined, and corrections within, stories; how many there were of each before."""

    async def list_story_sources(self, ids: Iterable[StoryId]) -> Mapping[StoryId, tuple[SourceId, ...]]:
        """Who ran each story, the first one first."""

    async def find_told(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, StoryId]:
        """The story of each stored article that tells one."""

    async def find_story(self, name: str) -> StoryId | None:
        """The story of that id, of that article or of that alias, or of the only article whose id begins so."""

    async def list_story_articles(self, story: StoryId) -> tuple[Article, ...]:
        """The articles that tell a story, in the order they were stored."""

    async def merge_stories(self, merged: Mapping[StoryId, StoryId], now: datetime) -> None:
        """Make stories part of others; their ids stay as aliases, and alerts keep the id they were raised under."""

    async def find_aliases(self, ids: Iterable[StoryId]) -> Mapping[StoryId, StoryId]:
        """The stories that merged ones are part of."""

    # --- corrections, and what articles were read from
    async def find_articles(self, ids: Iterable[ArticleId]) -> Mapping[ArticleId, Article]:
        """Those that are stored."""

    async def correct_articles(self, corrections: Sequence[Correction], now: datetime) -> None:
        """Write articles as they are now, and keep each as it was."""

    async def list_versions(self, article: ArticleId) -> tuple[ArticleVersion, ...]:
        """What an article was before each of its corrections, the first wording first."""

    async def replace_matches(
        self, ids: Collection[ArticleId], found: Sequence[Match]
    ) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
        """Make `found` all that holds for these articles; which of it is new, and what no longer holds."""

    async def find_stamps(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, str | None]:
        """The stamps of those of `keys` that an article of the source was ever stored for."""

    async def save_stamps(self, source: SourceId, stamps: Mapping[EntryKey, str]) -> None:
        """What the entries of stored articles say by now."""

    async def keep_pages(self, pages: Mapping[ArticleId, Entry | Record], now: datetime) -> None:
        """Keep what articles were read from; the newest reading takes the place of an older one."""

    async def list_kept_pages(self, *, since: datetime, source: SourceId | None, after: int, limit: int) -> KeptPages:
        """At most `limit` articles fetched since then and stored behind `after`, with what they were read from."""

    # --- retention; each tells how many rows are gone, 0 when there are no more
    async def purge_pages(self, before: datetime, limit: int) -> int:
        """What articles were read from, where that was before then."""

    async def purge_bodies(self, before: datetime, limit: int) -> int:
        """The bodies of articles fetched before then, and the wordings that were replaced before then."""

    async def purge_articles(self, before: datetime, limit: int) -> int:
        """Articles fetched before then, with their matches; those that an alert is waiting for stay."""

    async def purge_story_index(self, now: datetime, limit: int) -> int:
        """What stories older than the window were recognised by."""

    async def save_rules(self, rules: Iterable[Rule], now: datetime) -> None:
        """Keep each rule's metadata by (id, version), so that old matches can still be explained."""

    async def add_matches(self, matches: Sequence[Match]) -> None:
        """Store matches, once per (rule, article)."""

    async def count_matches(self, since: datetime) -> Mapping[RuleId, int]:
        """How many articles each rule matched of those both published, where that is known, and fetched since then."""

    async def save_rule_states(self, states: Sequence[RuleState]) -> None:
        """Keep these, and only these, as the rules that did not load."""

    async def add_rule_usage(self, usage: Sequence[RuleUsage], now: datetime) -> None:
        """Add to what is known of each rule."""

    async def list_rule_usage(self) -> tuple[RuleUsage, ...]:
        """Of every rule that was ever asked, the most expensive first."""

    async def list_rule_states(self) -> tuple[RuleState, ...]:
        """The rules that did not load when the service last read them, by id."""

    # --- alerts and digests
    async def add_alerts(self, alerts: Sequence[tuple[Alert, Match]]) -> None:
        """Store alerts, once per (subscriber, story, kind, ordinal), each with the match behind it.

        While an alert is pending, an earlier `due_at` wins and further matches join it; a composed one stays as it is.
        """

    async def list_due_subscribers(self, now: datetime) -> tuple[SubscriberId, ...]:
        """Who has a pending alert that is due."""

    async def list_pending_alerts(self, subscriber: SubscriberId, due_by: datetime | None) -> tuple[PendingAlert, ...]:
        """Pending alerts of a subscriber that are due by then (None: all), by due time and id."""

    async def defer_alerts(self, ids: Iterable[AlertId], due_at: datetime, held: HeldBy) -> None:
        """Let pending alerts wait until an instant, because of quiet hours or a cap."""

    async def drop_alerts(self, ids: Iterable[AlertId], reason: str) -> None:
        """Pending alerts that nobody is to hear any more; they stay, with the reason, and are never raised again."""

    async def drop_groundless(self, subscriber: SubscriberId) -> None:
        """Drop pending alerts behind which no match is left: a correction took away what they were raised for."""

    async def list_told(self, stories: Iterable[StoryId], subscribers: Iterable[SubscriberId]) -> tuple[Told, ...]:
        """Which of these subscribers have been told of which of these stories, by story and subscriber."""

    async def adopt_alerts(self, merged: Mapping[StoryId, StoryId]) -> None:
        """Alerts of stories that turned out to be part of others become theirs, where the subscriber has none of them
        yet: nobody hears of one story again because it was two.
        """

    async def find_free_window(self, subscriber: SubscriberId, window_start: datetime) -> datetime:
        """`window_start`, or the first later second for which the subscriber has no digest yet."""

    async def add_digest(self, digest: Digest, alerts: Sequence[AlertId], deliveries: Sequence[Delivery]) -> None:
        """Freeze a digest: its deliveries enter the outbox, its alerts are composed."""

    async def has_digest(self, subscriber: SubscriberId, window_start: datetime) -> bool:
        """Whether the subscriber's digest of a window is frozen."""

    async def list_immediate(self, subscriber: SubscriberId, since: datetime) -> tuple[datetime, ...]:
        """When the subscriber's messages that went at once were composed, after an instant; the oldest first."""

    async def list_last_told(self) -> Mapping[SubscriberId, datetime]:
        """When each subscriber last got a digest with a story in it."""

    async def sync_windows(self, wanted: Sequence[DigestWindow]) -> None:
        """Keep these paces and no others. One that is known stays as it is, unless its next window lies later than
        said: a clock that ran ahead has written it.
        """

    async def list_windows(self, subscriber: SubscriberId | None = None) -> tuple[DigestWindow, ...]:
        """How far the planned digests of one subscriber, or of all, have got."""

    async def list_due_windows(self, now: datetime) -> tuple[SubscriberId, ...]:
        """Who has a planned digest whose time has come."""

    async def save_windows(self, windows: Iterable[DigestWindow]) -> None:
        """Write how far they have got."""

    # --- subscribers' own choices, and silences of operators
    async def find_choices(self, subscriber: SubscriberId) -> Choices:
        """What a subscriber chose; nothing at all where there is no row."""

    async def list_choices(self, subscribers: Iterable[SubscriberId] | None = None) -> Mapping[SubscriberId, Choices]:
        """Of these subscribers, or of all, those who chose anything."""

    async def save_choices(self, chosen: Choices) -> None:
        """Keep everything but the mutes, which are kept one by one."""

    async def add_mute(self, subscriber: SubscriberId, kind: MuteKind, target: str, now: datetime) -> None:
        """A subscriber wants to hear no more of a rule or a story."""

    async def remove_mute(self, subscriber: SubscriberId, kind: MuteKind, target: str) -> bool:
        """Take a mute back; False when there was none."""

    async def save_mark(self, mark: RelevanceMark) -> None:
        """What a reader says of a story replaces what they said before."""

    async def list_marks(self, subscriber: SubscriberId | None = None) -> tuple[RelevanceMark, ...]:
        """Of one subscriber or of all, the newest first."""

    async def forget_subscriber(self, subscriber: SubscriberId) -> Mapping[str, int]:
        """Erase everything of a subscriber; how many rows there were, by what they held."""

    async def add_silence(self, silence: Silence) -> Silence:
        """Keep a silence; it comes back with its number as its id."""

    async def list_silences(self, now: datetime | None = None) -> tuple[Silence, ...]:
        """Every one, or those in force at a moment, by number."""

    async def end_silence(self, silence: str, now: datetime) -> bool:
        """End one by its number; False when there is none, or it has ended already."""

    # --- what operators must know
    async def sync_notices(self, standing: Sequence[Notice], kinds: Iterable[str], now: datetime) -> None:
        """Of these kinds, exactly these things stand now: what is new is kept, what is over ends."""

    async def list_notices(self, *, untold: bool = False) -> tuple[Notice, ...]:
        """What stands now, the oldest first; with `untold`, what no operator has been told."""

    async def mark_notices_told(self, told: Iterable[Notice], now: datetime) -> None:
        """They are on their way to every operator."""

    async def find_reference(self, subscriber: SubscriberId, channel: ChannelKind, story: StoryId) -> str | None:
        """The peer's name for the message that first told a subscriber of a story."""

    async def find_failing_since(self, subscriber: SubscriberId, channel: ChannelKind) -> datetime | None:
        """When the first try failed since the last that was accepted; None where none has."""

    async def disable_channel(self, channel: DisabledChannel) -> None:
        """Nothing goes there any more. One that is disabled already stays as it is."""

    async def enable_channel(self, subscriber: SubscriberId, channel: ChannelKind) -> bool:
        """It is used again; False when it was not disabled."""

    async def list_disabled_channels(self) -> tuple[DisabledChannel, ...]:
        """By subscriber and channel."""

    # --- outbox
    async def find_buckets(self, destinations: Iterable[str]) -> Mapping[str, Bucket]:
        """The token buckets that are known, kept from other workers until the commit."""

    async def save_buckets(self, filled: Mapping[str, Bucket]) -> None:
        """Write how full they are."""

    async def put_back(self, claim: Claim, until: datetime) -> None:
        """Give a claim back untried: the delivery is due again at an instant, and no attempt is counted."""

    async def claim_deliveries(self, now: datetime, *, limit: int, lease: timedelta) -> tuple[Claim, ...]:
        """T3: lease pending deliveries whose next attempt is due, oldest first."""

    async def finish_attempt(self, claim: Claim, attempt: Attempt, after: Delivery) -> bool:
        """T4: record the try and the delivery's new state; False, and only the try kept, when the lease was lost."""

    async def list_deliveries(
        self, *, state: DeliveryState | None = None, subscriber: SubscriberId | None = None, limit: int = 50
    ) -> tuple[Delivery, ...]:
        """The newest first."""

    async def find_delivery(self, delivery: DeliveryId) -> Delivery | None:
        """A delivery by its id, or by a beginning of it that only one has."""

    async def list_attempts(self, delivery: DeliveryId) -> tuple[Attempt, ...]:
        """The tries of a delivery, in order."""

    async def find_digest(self, delivery: DeliveryId) -> Digest | None:
        """The digest that a delivery carries."""

    async def replay_delivery(self, delivery: DeliveryId, now: datetime) -> bool:
        """Make a sent or dead delivery pending again, under the same id; False when there is none to replay."""

    async def drop_delivery(self, delivery: DeliveryId) -> bool:
        """Give a pending delivery up: it is dead, and only a replay sends it; False when there is none to drop."""

    async def list_latencies(self, since: datetime, *, limit: int = 1000) -> tuple[timedelta, ...]:
        """From when its oldest story could be known to when it was accepted, of each message that went at once and
        was sent after an instant; the newest first.
        """

    # --- the service itself
    async def count_rows(self) -> Mapping[str, int]:
        """How many articles, stories, matches, alerts, digests and deliveries there are, by those names."""

    async def release_leases(self) -> None:
        """End every lease. Only for a service that knows itself alone: what a killed one held is taken up at once."""

    async def beat(self, service: str, now: datetime) -> None:
        """Write that a service is alive."""

    async def find_beat(self, service: str) -> datetime | None:
        """When it last was."""


class Store(Protocol):
    """The one truth."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that commits at the end of the block and rolls back when it raises."""
