"""The outbox, and how fast messages may leave it, as a transaction shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Attempt, Bucket, ChannelKind, Delivery, DeliveryId, DeliveryState, Digest, SubscriberId
from monitor.ports.rows import Claim, OutboxState, Tried


class OutboxTables(Protocol):
    """The outbox, and how fast messages may leave it."""

    async def find_buckets(self, destinations: Iterable[str]) -> Mapping[str, Bucket]:
        """The token buckets that are known, kept from other workers until the commit."""

    async def save_buckets(self, filled: Mapping[str, Bucket]) -> None:
        """Write how full they are."""

    async def put_back(self, claim: Claim, until: datetime) -> None:
        """Give a claim back untried: the delivery is due again at an instant, and no attempt is counted."""

    async def claim_deliveries(
        self, now: datetime, *, channel: ChannelKind, limit: int, lease: timedelta
    ) -> tuple[Claim, ...]:
        """T3: lease pending deliveries of a channel whose next attempt is due, oldest first."""

    async def finish_attempts(self, tried: Sequence[Tried]) -> frozenset[DeliveryId]:
        """T4: record tries of different deliveries and their new states. Gives those whose lease was still held; of
        the others only the try is kept.
        """

    async def take_untold(self) -> tuple[DeliveryId, ...]:
        """Those that were given up and that operators are to be told of, each once; the oldest first."""

    async def list_deliveries(
        self, *, state: DeliveryState | None = None, subscriber: SubscriberId | None = None, limit: int = 50
    ) -> tuple[Delivery, ...]:
        """The newest first."""

    async def find_delivery(self, delivery: DeliveryId) -> Delivery | None:
        """A delivery by its id, or by a beginning of it that only one has."""

    async def list_delivery_ids(self, beginning: str, *, limit: int) -> tuple[DeliveryId, ...]:
        """Those of deliveries that begin so, in order."""

    async def list_attempts(self, delivery: DeliveryId) -> tuple[Attempt, ...]:
        """The tries of a delivery, in order."""

    async def find_digest(self, delivery: DeliveryId) -> Digest | None:
        """The digest that a delivery carries."""

    async def replay_delivery(self, delivery: DeliveryId, now: datetime) -> bool:
        """Make a sent or dead delivery pending again, under the same id; False when there is none to replay."""

    async def drop_delivery(self, delivery: DeliveryId) -> bool:
        """Give a pending delivery up: it is dead, and only a replay sends it; False when there is none to drop."""

    async def measure_outbox(self, now: datetime) -> OutboxState:
        """How it stands at a moment."""
