"""What operators must know, and channels that are used no more, as a transaction shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import Bounce, BounceKind, ChannelKind, DisabledChannel, Notice, StoryId, SubscriberId


class OperatorTables(Protocol):
    """What operators must know, and channels that are used no more."""

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

    async def list_unknown_bounces(self, keys: Sequence[str]) -> frozenset[str]:
        """Of mails that came back, by the hashes of their bytes, those that were never read."""

    async def add_bounces(self, found: Sequence[Bounce]) -> None:
        """Remember mails as read."""

    async def count_bounces(self) -> Mapping[SubscriberId, Mapping[BounceKind, int]]:
        """How many mails came back to each subscriber, by what they meant."""

    async def find_addressee(self, channel: ChannelKind, reference: str) -> SubscriberId | None:
        """Who was sent the message of that name; see Receipt."""
