"""The values that travel through the service: frozen, without behaviour beyond derivation.

The order of this module is the way of the data: source, entry, article, rule, match, story, alert, digest, delivery.
Every instant is aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Literal, NewType
from zoneinfo import ZoneInfo

SourceId = NewType("SourceId", str)
EntryKey = NewType("EntryKey", str)
ArticleId = NewType("ArticleId", str)
StoryId = NewType("StoryId", str)
RuleId = NewType("RuleId", str)
SubscriberId = NewType("SubscriberId", str)
AlertId = NewType("AlertId", int)
DigestId = NewType("DigestId", str)
DeliveryId = NewType("DeliveryId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from: the address of a feed (which may hold a secret), or the path of an archive."""

    id: SourceId
    kind: Literal["feed", "archive"]
    address: str = field(repr=False)
    tags: tuple[str, ...] = ()
    tier: int | None = None
    language: str | None = None
    country: str | None = None
    every: timedelta = timedelta(minutes=15)
    alert_backlog: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollState:
    """What is remembered of a source between polls.

    Validators are kept byte for byte as the server sent them; `address_hash` says to which address they belong.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A server's answer to a poll: `body` is None when nothing changed (304, or the same bytes again)."""

    body: bytes | None
    body_hash: str | None = None
    url: str
    content_type: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the publisher said in a feed: raw strings, HTML where the publisher wrote HTML.

    `key` is the entry's identity within its source: the guid, else the canonical link, else a hash of its text.
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
    images: tuple["Image", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One page of an archive, not yet read: its bytes and where they stand ("a/b.txt", "dump.jsonl:17")."""

    source: SourceId
    key: EntryKey
    name: str
    format: Literal["text", "html", "json"]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of an archive that is stored, and checkpointed, as one: a file, or a block of lines of one.

    `stamp` changes with the content, so a changed slice is read again. `size` is in bytes. `members` are the files
    that it groups, as the archive's reader names them; they are not part of its identity and are never stored.
    """

    archive: str
    name: str
    stamp: str
    size: int
    members: tuple[str, ...] = ()


Precision = Literal["day", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture's words; the picture itself is never fetched."""

    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page as we believe it to be: clean text in NFC, unknown parts None, nothing invented.

    `published` is midnight UTC of its day when `published_precision` is "day". Paragraphs of `body` are separated
    by one blank line and hold no line breaks.
    """

    id: ArticleId
    source: SourceId
    key: EntryKey
    url: str | None = None
    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_precision: Precision | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    images: tuple[Image, ...] = ()
    body: str | None = None
    language: str | None = None
    fetched_at: datetime
    fingerprint: str

    def text_of(self, path: str) -> str | None:
        """The text of a field by its path: "title", "body", "images[0].caption", "authors[1]"; None when absent."""
        return self.fields().get(path)

    def fields(self) -> dict[str, str]:
        """Every searchable text by its path, in reading order; absent parts are left out."""
        texts: dict[str, str | None] = {"title": self.title, "standfirst": self.standfirst}
        for number, image in enumerate(self.images):
            texts[f"images[{number}].caption"] = image.caption
            texts[f"images[{number}].credit"] = image.credit
        texts["body"] = self.body
        texts |= {f"authors[{number}]": author for number, author in enumerate(self.authors)}
        texts["url"] = self.url
        return {path: text for path, text in texts.items() if text}


class Severity(Enum):
    """How much a rule's match matters, in rising order."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return list(Severity).index(self)


RuleStatus = Literal["live", "draft", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is said about a rule; its compiled clauses live in monitor.match. `version` is the hash of its content."""

    id: RuleId
    version: str
    title: str
    why: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    status: RuleStatus = "live"
    severity: Severity = Severity.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """A rule whose newest definition did not load: `version` is the last good one, still live; None: none ever was."""

    rule: RuleId
    version: str | None
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mention:
    """Where a clause found its words: `article.text_of(field)[start:end] == text`, always."""

    clause: str
    field: str
    start: int
    end: int
    text: str
    term: str
    concept: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule holds for an article."""

    rule: RuleId
    version: str
    article: ArticleId
    severity: Severity
    score: int | None = None
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Now:
    """As soon as it is known, after `hold` so that a burst is one message."""

    hold: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Every:
    """Every `hours` hours, counted from local midnight; 1 is hourly."""

    hours: int


@dataclass(frozen=True, slots=True)
class Daily:
    """At a local time on some days of the week; Monday is 0."""

    at: time
    days: frozenset[int] = frozenset(range(7))


Pace = Now | Every | Daily
"""How soon a route sends. A weekly digest is a Daily of one day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a route asks of an alert; an empty tuple asks nothing. Rules and sources are shell patterns."""

    rules: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    tags: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    tier: tuple[int, ...] = ()
    actor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who gets which alerts, and how soon. Per subscriber the first fitting route wins, unless it says go_on."""

    when: Condition
    to: tuple[SubscriberId, ...]
    send: Pace
    max_stories: int | None = None
    go_on: bool = False


ChannelKind = Literal["email", "slack", "webhook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAddress:
    """Where e-mail for a subscriber goes."""

    address: str
    kind: Literal["email"] = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWebhook:
    """An incoming webhook of Slack. Its URL is a secret, so it is kept out of every repr."""

    url: str = field(repr=False)
    kind: Literal["slack"] = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedWebhook:
    """An endpoint that receives signed JSON; `secret` in the form of Standard Webhooks ("whsec_" and base64)."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    kind: Literal["webhook"] = "webhook"


Address = EmailAddress | SlackWebhook | SignedWebhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person or a place that gets alerts, by one or more channels."""

    id: SubscriberId
    addresses: tuple[Address, ...]
    timezone: ZoneInfo
    language: str = "en"

    def find_address(self, kind: ChannelKind) -> Address | None:
        """The subscriber's address on a channel, if they have one."""
        return next((address for address in self.addresses if address.kind == kind), None)


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
