"""Sources, how their polling stands, and what they hand over: entries of feeds, records of archives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from monitor.model.articles import Image
from monitor.model.ids import EntryKey, SourceId

SourceKind = Literal["feed", "sitemap", "archive"]
FullText = Literal["auto", "always", "never"]
RecordFormat = Literal["text", "html", "json", "mail", "feed"]
GuidFault = Literal["repeated", "changing"]
"""Why the guids of a feed tell nothing: one stood for several entries, or entries were given others."""


MOVES_TO_CONFIRM = 3
"""How many polls in a row must be redirected for good to the same address before it is asked directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from: the address of a feed or sitemap (which may hold a secret), or the path of an archive.

    `every` is how often it is polled; where it is `adaptive` that is only where it starts from, before its rhythm is
    known. `full_text` says whether the pages of its entries are fetched. A `paused` one is not polled. `fields` names
    the columns or keys of an archive's tables that hold the parts of an article: `{"title": "headline"}`.
    """

    id: SourceId
    kind: SourceKind
    address: str = field(repr=False)
    tags: tuple[str, ...] = ()
    tier: int | None = None
    language: str | None = None
    country: str | None = None
    every: timedelta = timedelta(minutes=15)
    adaptive: bool = False
    full_text: FullText = "auto"
    alert_backlog: bool = False
    paused: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHints:
    """What a feed itself says about when to come back: at least so long after a poll, and not in these hours of the
    day (0 to 23, UTC) and days of the week (Monday is 0).
    """

    ttl: timedelta | None = None
    update_period: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """In what share of the weeks since then, the newest of which count most, a source brought something new: for each
    stretch of three hours, from Monday 0:00 UTC on.
    """

    since: datetime
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollState:
    """What is remembered of a source between polls.

    Validators are kept byte for byte as the server sent them; `address_hash` says to which address they belong.
    `whole_at` is when they were last left out. `moved_to` is where permanent redirects led, in each of the last
    `moves` polls. `hints` are those of its last body, `rhythm` is the usual time between two new entries
    that are no copies; `original_at` is when one last came, `week` when anything new does.
    `parked_until` is set where its server asked to be left alone, `gone_at` where it said that the feed is no more.
    `guid_fault`: its entries are known by their links, for good, because its guids were found to tell nothing.
    """

    source: SourceId
    next_poll_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    address_hash: str | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    backlog_done: bool = False
    whole_at: datetime | None = None
    moved_to: str | None = field(default=None, repr=False)
    moves: int = 0
    gone_at: datetime | None = None
    parked_until: datetime | None = None
    rhythm: timedelta | None = None
    hints: FeedHints = FeedHints()
    guid_fault: GuidFault | None = None
    original_at: datetime | None = None
    week: Week | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A server's answer to a poll: `body` is None when nothing changed (304, or the same bytes again).

    `parts` are the sitemaps that a sitemap index led to. `at` is when it arrived, None for what was saved long ago.
    `conditional` says that validators were sent. `moved_to` is the last address where every redirect was permanent.
    `max_age` is how long the server calls the answer fresh; `hints` are None where no body was read. `links` is its
    Link header. `guid_fault` is what was known of its guids before.
    """

    body: bytes | None
    body_hash: str | None = None
    url: str
    content_type: str | None
    etag: str | None
    last_modified: str | None
    parts: "tuple[Fetched, ...]" = ()
    at: datetime | None = None
    conditional: bool = False
    moved_to: str | None = field(default=None, repr=False)
    max_age: timedelta | None = None
    hints: FeedHints | None = None
    links: str = ""
    guid_fault: GuidFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of HTML as it was fetched; `url` is where redirects led."""

    url: str
    content_type: str | None
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the publisher said in a feed: raw strings, HTML where the publisher wrote HTML.

    `key` is the entry's identity within its source: the guid, else the canonical link, else a hash of its text.
    `page` is the page that it leads to, where that was fetched.
    `utc_offset` is how many minutes east of UTC the feed's other dates are, where the entry's own say no zone.
    """

    source: SourceId
    key: EntryKey
    url: str | None
    title: str | None
    summary: str | None
    content: str | None
    published: str | None
    updated: str | None
    authors: tuple[str, ...] = ()
    language: str | None = None
    images: tuple[Image, ...] = ()
    page: Page | None = None
    utc_offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTraits:
    """By what an entry is known again when its guid has changed: hashes of 63 bits, None for what it does not have.

    `likeness` is of title and date together. Two bodies with the same `body` are similar, not always the same.
    """

    link: int | None = None
    likeness: int | None = None
    title: int | None = None
    date: int | None = None
    body: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedPage:
    """An entry whose page is to be fetched, and how far that has come.

    `next_at` is when it is asked for; None: it was given up, and the entry has no text without it. Until
    `untold_until` the entry waits for its page before it becomes an article; None: it is one, or has no text to make
    one of. `alerting` says whether anybody is to hear of it.
    """

    entry: Entry
    since: datetime
    next_at: datetime | None
    untold_until: datetime | None = None
    alerting: bool = False
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One page of an archive, not yet read: its bytes and where they stand ("a/b.txt", "dump.jsonl:17").

    `file` is the file it stands in. `url`, `content_type` and `fetched_at` are known where the archive is one of the
    web: where, as what and when the page was fetched. A feed is one record of many articles.
    """

    source: SourceId
    key: EntryKey
    name: str
    format: RecordFormat
    data: bytes
    file: str = ""
    url: str | None = None
    content_type: str | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of an archive that is checkpointed as one: a file, several small ones, or some records out of one.

    `stamp` changes with the content, so a changed slice is read again. `size` is in bytes. `members` are the files
    that it groups, as the archive's reader names them; they are not part of its identity and are never stored.
    """

    archive: str
    name: str
    stamp: str
    size: int
    members: tuple[str, ...] = ()
