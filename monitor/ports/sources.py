"""Sources, their entries and archives, as a transaction shows them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import EntryKey, PollState, Slice, SourceId
from monitor.ports.rows import PollClaim, SourceCounts


class SourceTables(Protocol):
    """Sources, their entries and archives."""

    # --- sources and entries
    async def sync_sources(self, sources: Iterable[SourceId], now: datetime) -> None:
        """Give each source without a poll state one that is due now."""

    async def list_poll_states(self) -> tuple[PollState, ...]:
        """Of every source ever polled, by id."""

    async def list_doubtful_polls(self, *, failures: int, silent_since: datetime) -> tuple[PollState, ...]:
        """Of the sources that failed so often in a row, or have a rhythm and brought nothing new since then; by id."""

    async def claim_due_sources(
        self,
        known: Iterable[SourceId],
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        admit: Callable[[SourceId], bool] = ...,
    ) -> tuple[PollClaim, ...]:
        """T1: lease the sources of `known` that are due and not leased, the longest waiting first. `admit` is asked of
        each, and passes over those that it answers False.
        """

    async def park_sources(self, sources: Iterable[SourceId], until: datetime) -> None:
        """Poll none of these before `until`; one that waits longer anyway goes on doing so."""

    async def finish_poll(self, claim: PollClaim, state: PollState) -> bool:
        """Write the new state and end the lease; False, and nothing written, when the claim is no longer ours."""

    async def finish_polls(self, polls: Sequence[tuple[PollClaim, PollState]]) -> frozenset[SourceId]:
        """As `finish_poll` for many sources; those whose claims were still ours."""

    async def save_poll_state(self, state: PollState) -> None:
        """Write a state without a claim (imports)."""

    async def make_due(self, sources: Iterable[SourceId], now: datetime) -> None:
        """Let sources be polled at the next tick, whatever their plan was; one that is leased stays so."""

    async def count_by_source(self, since: datetime) -> tuple[SourceCounts, ...]:
        """Of every source with articles fetched since, by id."""

    async def list_unseen(self, source: SourceId, keys: Sequence[EntryKey]) -> frozenset[EntryKey]:
        """Those of `keys` that no stored article of the source has."""

    # --- archives
    async def is_slice_done(self, part: Slice) -> bool:
        """Whether this slice, with this stamp, has been stored."""

    async def mark_slice_done(self, part: Slice, now: datetime) -> None:
        """Checkpoint: the slice is stored."""
