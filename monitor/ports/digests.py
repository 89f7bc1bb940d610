"""Alerts, and the digests and windows that they go into, as a transaction shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import (
    Alert,
    AlertId,
    Delivery,
    Digest,
    DigestId,
    DigestWindow,
    HeldBy,
    Match,
    StoryId,
    SubscriberId,
)
from monitor.ports.rows import PendingAlert, Told


class DigestTables(Protocol):
    """Alerts, and the digests and windows that they go into."""

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

    async def list_digests(
        self, subscriber: SubscriberId, *, ids: Iterable[DigestId] | None = None, limit: int = 10
    ) -> tuple[Digest, ...]:
        """A subscriber's digests, or those of them with these ids, the newest first."""

    async def list_digests_telling(
        self, subscriber: SubscriberId, story: StoryId, *, limit: int = 1
    ) -> tuple[Digest, ...]:
        """A subscriber's digests in which a story stands, under this id or that of the one it is part of, the newest
        first.
        """

    async def sync_windows(self, wanted: Sequence[DigestWindow], subscriber: SubscriberId | None = None) -> None:
        """Keep these paces and no others, of one subscriber or of all. One that is known stays as it is, unless its
        next window lies later than said: a clock that ran ahead has written it.
        """

    async def list_windows(self, subscriber: SubscriberId | None = None) -> tuple[DigestWindow, ...]:
        """How far the planned digests of one subscriber, or of all, have got."""

    async def list_due_windows(self, now: datetime) -> tuple[SubscriberId, ...]:
        """Who has a planned digest whose time has come."""

    async def save_windows(self, windows: Iterable[DigestWindow]) -> None:
        """Write how far they have got."""
