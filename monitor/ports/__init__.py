"""What the pipeline and the scheduler ask of the outside world. Adapters implement these; monitor.app joins them.

A store gives out transactions. Everything read and decided inside one `async with store.transaction() as tx` is
committed together or not at all, and two of them never interleave where it would matter (story assignment, claims).
"""

from monitor.ports.adapters import (
    ArchiveReader,
    Batch,
    BounceMailbox,
    Channel,
    FeedFetcher,
    Matcher,
    MatchOutcome,
    PageFetcher,
    ParsedArticles,
    ParsedFeed,
    Parser,
    Receipt,
    ReturnedMail,
)
from monitor.ports.rows import (
    ArticlePage,
    Claim,
    KeptPage,
    KeptPages,
    KnownEntry,
    OutboxState,
    PackedPage,
    PageClaim,
    PendingAlert,
    PollClaim,
    SourceCounts,
    Told,
    Tried,
)
from monitor.ports.store import Store, Transaction

__all__ = [
    "ArchiveReader",
    "ArticlePage",
    "Batch",
    "BounceMailbox",
    "Channel",
    "Claim",
    "FeedFetcher",
    "KeptPage",
    "KeptPages",
    "KnownEntry",
    "MatchOutcome",
    "Matcher",
    "OutboxState",
    "PackedPage",
    "PageClaim",
    "PageFetcher",
    "ParsedArticles",
    "ParsedFeed",
    "Parser",
    "PendingAlert",
    "PollClaim",
    "Receipt",
    "ReturnedMail",
    "SourceCounts",
    "Store",
    "Told",
    "Transaction",
    "Tried",
]
