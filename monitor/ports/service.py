"""The service itself, as a transaction shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class ServiceTables(Protocol):
    """The service itself."""

    async def count_rows(self) -> Mapping[str, int]:
        """How many articles, stories, matches, alerts, digests and deliveries there are, by those names."""

    async def release_leases(self) -> None:
        """End every lease. Only for a service that knows itself alone: what a killed one held is taken up at once."""

    async def beat(self, service: str, now: datetime) -> None:
        """Write that a service is alive."""

    async def find_beat(self, service: str) -> datetime | None:
        """When it last was."""
