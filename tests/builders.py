"""Ready-made values for tests: say only what the test is about."""

from datetime import UTC, datetime
from typing import Any

from monitor.model import Article, ArticleId, EntryKey, PollState, SourceId
from monitor.text.fingerprint import fingerprint_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def make_article(body: str | None = "A body.", **fields: Any) -> Article:
    """An article with a body; its id and fingerprint follow from its parts unless given."""
    key = EntryKey(fields.pop("key", fields.get("title") or body or "empty"))
    source = SourceId(fields.pop("source", "wire"))
    fields.setdefault("id", ArticleId(f"{source}/{key}"))
    fields.setdefault("fetched_at", NOON)
    fields.setdefault("fingerprint", fingerprint_of(fields.get("title"), fields.get("standfirst"), body))
    return Article(key=key, source=source, body=body, **fields)


def first_state(source: SourceId, now: datetime) -> PollState:
    """Of a source never polled: due at once."""
    return PollState(source=source, next_poll_at=now)
