"""Pages that are waited for, as a transaction shows them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import AwaitedPage, Entry, EntryKey, SourceId
from monitor.ports.rows import PageClaim


class AwaitedTables(Protocol):
    """Entries whose pages are to be fetched."""

    async def await_pages(self, pages: Sequence[AwaitedPage]) -> None:
        """Remember pages to fetch, the first of them soonest. One that waits already keeps its turn, with the entry as
        it is now; one that was given up is tried again.
        """

    async def claim_pages(
        self, known: Collection[SourceId], now: datetime, *, limit: int, lease: timedelta, room: Callable[[str], int]
    ) -> tuple[PageClaim, ...]:
        """Lease due pages of the sources `known`, of each domain as many as it has `room` for, which is asked once:
        those that an article waits for before all others, then the newest.
        """

    async def claim_untold(
        self, known: Collection[SourceId], now: datetime, *, limit: int, lease: timedelta
    ) -> tuple[PageClaim, ...]:
        """Lease pages that have been waited for long enough: their entries are to become articles without them."""

    async def finish_page(self, claim: PageClaim, after: AwaitedPage | None) -> bool:
        """End a lease: write how far the page has come, or with None wait for it no longer. False, and nothing
        written, when the claim is no longer ours.
        """

    async def find_awaited(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, str]:
        """The stamps of those of `keys` whose pages are waited for, or were given up."""

    async def list_waiting_entries(self, source: SourceId, *, limit: int = 500) -> tuple[Entry, ...]:
        """The entries of a source that are no articles yet, because their pages are waited for or were given up; of
        very many the newest.
        """

    async def find_pages_read(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, datetime]:
        """When the articles of those of `keys` that were read from their pages last were."""

    async def mark_pages_read(self, source: SourceId, keys: Sequence[EntryKey], now: datetime) -> frozenset[EntryKey]:
        """Articles have been read from their pages; those of `keys` for which it is the first time."""

    async def park_domain(self, domain: str, until: datetime) -> None:
        """Fetch no page of a domain before `until`; one that is parked for longer stays so."""

    async def purge_awaited(self, before: datetime, limit: int) -> int:
        """Pages still waited for since before then, and domains parked until before then; how many rows are gone. What
        was given up stays: the memory of what was seen outlives everything else.
        """

    async def list_waiting_domains(self) -> tuple[str, ...]:
        """The domains of the pages that entries wait for before they become articles."""

    async def count_awaited(self, source: SourceId | None = None) -> int:
        """How many pages are still waited for, of a source or of all."""

    async def count_unread_pages(self) -> Mapping[SourceId, int]:
        """Of each source with such, how many pages were tried in vain and are to be tried again, or were given up."""
