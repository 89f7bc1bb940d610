"""What fetches, reads, parses, matches and sends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.errors import Problem
from monitor.model import (
    Address,
    Article,
    ArticleId,
    ChannelKind,
    Delivery,
    Digest,
    Entry,
    EntryKey,
    Fetched,
    GuidFault,
    Match,
    Outline,
    Page,
    PollState,
    Record,
    Rule,
    RuleUsage,
    Slice,
    Source,
    Subscriber,
)
from monitor.ports.rows import PackedPage


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """The entries of one answer of a feed, newest first as the publisher listed them, and what was wrong with some.

    `teasers` are those whose pages are wanted. `guid_fault`: for want of sound guids the entries have other keys.
    """

    title: str | None
    entries: tuple[Entry, ...]
    teasers: frozenset[EntryKey] = frozenset()
    guid_fault: GuidFault | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedArticles:
    """The articles of a batch, and the entries or records that could not be read.

    `outlines` are of some of the articles, or of all, and `packed` what these were read from: what can be made where
    they are parsed need not be made later.
    """

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()
    outlines: Mapping[ArticleId, Outline] = field(default_factory=dict)
    packed: Mapping[ArticleId, PackedPage] = field(default_factory=dict)


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


class PageFetcher(Protocol):
    """Polite HTTP for the pages that entries lead to."""

    async def fetch_page(self, source: Source, url: str) -> Page:
        """A page of HTML. FetchError when it did not arrive, is none, or must not be asked for (robots.txt); one that
        is not `transient` says that asking again is of no use.
        """


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedMail:
    """A mail in the bounce mailbox: `name` says which one, `key` is a hash of its bytes, `content` at most their first
    megabyte; None when it could not be read.
    """

    name: str
    key: str
    content: bytes | None


class BounceMailbox(Protocol):
    """Where undelivered mail comes back to. It is never changed."""

    async def read_new(self, limit: int) -> tuple[ReturnedMail, ...]:
        """At most `limit` mails that were not marked as read since the start; InputError when there is no reading."""

    def mark_read(self, mails: Sequence[ReturnedMail]) -> None:
        """What `read_new` gave last need not be given again."""


class Channel(Protocol):
    """One way to reach a subscriber."""

    kind: ChannelKind

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:
        """The exact bytes that every try will send. `thread` is the reference of the message that it goes on from."""

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        """Send the payload. DeliveryError when it was not accepted."""
