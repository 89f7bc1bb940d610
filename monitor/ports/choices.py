"""Subscribers' own choices, and silences of operators, as a transaction shows them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from monitor.model import Choices, MuteKind, RelevanceMark, Silence, SubscriberId


class ChoiceTables(Protocol):
    """Subscribers' own choices, and silences of operators."""

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
