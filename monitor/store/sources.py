"""Sources as the store knows them: poll states with their leases, and the checkpoints of archives."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, func, or_, select, update

from monitor.model import PollState, Slice, SourceId
from monitor.ports import PollClaim, SourceCounts
from monitor.store.columns import shorten_key
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import archive_slices, articles, poll_states

# The columns of a poll state that are its fields; the lease is the store's own.
_STATE = tuple(poll_states.c[each.name] for each in fields(PollState))


def select_due_sources(now: datetime, *, limit: int, offset: int = 0) -> Select[Any]:
    """Sources that are due and not leased, the longest waiting first, kept from other claims until the commit."""
    return (
        select(poll_states.c.source)
        .where(poll_states.c.next_poll_at <= now)
        .where(or_(poll_states.c.lease_until.is_(None), poll_states.c.lease_until <= now))
        .order_by(poll_states.c.next_poll_at, poll_states.c.source)
        .limit(limit)
        .offset(offset)
        .with_for_update(skip_locked=True)
    )


# Parameters of an update may not be named as its columns, but for those that it sets.
_FINISH = (
    update(poll_states)
    .where(poll_states.c.source == bindparam("finished"))
    .values(lease_until=None, **{column.name: bindparam(column.name) for column in _STATE})
)


def _select_leased(sources: Sequence[str]) -> Select[Any]:
    """The tokens of these sources, which nobody else can take over until the commit; in one order everywhere."""
    leased = poll_states.c.source.in_(sources), poll_states.c.lease_until.is_not(None)
    tokens = select(poll_states.c.source, poll_states.c.lease_token).where(*leased)
    return tokens.order_by(poll_states.c.source).with_for_update()


def _admit_all(_source: SourceId) -> bool:
    return True


class SourceRows:
    """The part of a transaction that is about sources; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def sync_sources(self, sources: Iterable[SourceId], now: datetime) -> None:
        """Give each source without a poll state one that is due now."""
        states = [PollState(source=source, next_poll_at=now) for source in sorted(set(sources))]
        known = {row.source for row in await self._rows.fetch(select(poll_states.c.source))}
        await self._rows.add(
            poll_states, [_state_to_row(state) for state in states if shorten_key(state.source) not in known]
        )

    async def list_poll_states(self) -> tuple[PollState, ...]:
        """Of every source that was ever to be polled, by id."""
        states = [_row_to_state(row) for row in await self._rows.fetch(select(*_STATE))]
        return tuple(sorted(states, key=lambda state: state.source))

    async def list_doubtful_polls(self, *, failures: int, silent_since: datetime) -> tuple[PollState, ...]:
        """Of the sources that failed so often in a row, or have a rhythm and brought nothing new since then; by id."""
        has_rhythm = or_(poll_states.c.rhythm.is_not(None), poll_states.c.week.is_not(None))
        is_silent = and_(has_rhythm, poll_states.c.last_new_at <= silent_since)
        doubtful = select(*_STATE).where(or_(poll_states.c.failures >= failures, is_silent))
        return tuple(_row_to_state(row) for row in await self._rows.fetch(doubtful.order_by(poll_states.c.source)))

    async def claim_due_sources(
        self,
        known: Iterable[SourceId],
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        admit: Callable[[SourceId], bool] = _admit_all,
    ) -> tuple[PollClaim, ...]:
        """T1: lease the sources of `known` that are due and not leased, the longest waiting first. `admit` is asked of
        each, and passes over those that it answers False.
        """
        sources = await self._pick_due(known, now, limit, admit)
        claims: dict[str, PollClaim] = {}
        for chunk in iter_chunks(sources):
            leased = (
                update(poll_states)
                .where(poll_states.c.source.in_(chunk))
                .values(lease_until=now + lease, lease_token=poll_states.c.lease_token + 1)
                .returning(*_STATE, poll_states.c.lease_token)
            )
            claims |= {row.source: _row_to_claim(row) for row in await self._rows.fetch(leased)}
        return tuple(claims[source] for source in sources)

    async def finish_poll(self, claim: PollClaim, state: PollState) -> bool:
        """Write the new state and end the lease; False, and nothing written, when the claim is no longer ours."""
        return claim.state.source in await self.finish_polls([(claim, state)])

    async def finish_polls(self, polls: Sequence[tuple[PollClaim, PollState]]) -> frozenset[SourceId]:
        """As `finish_poll` for many sources; those whose claims were still ours."""
        tokens: dict[str, int] = {}
        for chunk in iter_chunks(shorten_key(claim.state.source) for claim, _ in polls):
            tokens |= {row.source: row.lease_token for row in await self._rows.fetch(_select_leased(chunk))}
        ours = [
            (claim.state.source, state)
            for claim, state in polls
            if tokens.get(shorten_key(claim.state.source)) == claim.token
        ]
        await self._rows.write(_FINISH, [{"finished": source} | _state_to_row(state) for source, state in ours])
        return frozenset(source for source, _ in ours)

    async def save_poll_state(self, state: PollState) -> None:
        """Write a state without a claim (imports)."""
        row = _state_to_row(state)
        await self._rows.write(
            self._rows.insert(poll_states).values(**row).on_conflict_do_update(index_elements=["source"], set_=row)
        )

    async def make_due(self, sources: Iterable[SourceId], now: datetime) -> None:
        """Let sources be polled at the next tick, whatever their plan was; one that is leased stays so."""
        for chunk in iter_chunks([shorten_key(source) for source in sources]):
            await self._rows.write(update(poll_states).where(poll_states.c.source.in_(chunk)).values(next_poll_at=now))

    async def count_by_source(self, since: datetime) -> tuple[SourceCounts, ...]:
        """Of every source with articles fetched since, by id. A copy tells the story of another article."""
        is_copy = case((articles.c.story != articles.c.id, 1), else_=0)
        counted = (
            select(
                articles.c.source,
                func.count().label("articles"),
                func.sum(is_copy).label("copies"),
                func.min(articles.c.fetched_at).label("first_at"),
                func.max(articles.c.fetched_at).label("last_at"),
            )
            .where(articles.c.fetched_at >= since)
            .group_by(articles.c.source)
        )
        rows = await self._rows.fetch(counted)
        found = (
            SourceCounts(
                source=SourceId(row.source),
                articles=int(row.articles),
                copies=int(row.copies or 0),
                first_at=row.first_at,
                last_at=row.last_at,
            )
            for row in rows
        )
        return tuple(sorted(found, key=lambda counts: counts.source))

    async def is_slice_done(self, part: Slice) -> bool:
        """Whether this slice, with this stamp, has been stored."""
        row = await self._rows.find(
            select(archive_slices.c.stamp).where(
                archive_slices.c.archive == part.archive, archive_slices.c.name == part.name
            )
        )
        return row is not None and row.stamp == part.stamp

    async def mark_slice_done(self, part: Slice, now: datetime) -> None:
        """Checkpoint: the slice is stored. A changed slice takes the place of the old one."""
        row = {"archive": part.archive, "name": part.name, "stamp": part.stamp, "stored_at": now}
        await self._rows.write(
            self._rows.insert(archive_slices)
            .values(**row)
            .on_conflict_do_update(index_elements=["archive", "name"], set_=row)
        )

    async def _pick_due(
        self, known: Iterable[SourceId], now: datetime, limit: int, admit: Callable[[SourceId], bool]
    ) -> list[str]:
        """Page by page: sources that left the configuration stay due for ever, and are passed over.

        Mostly nothing is due, and then nothing but the query is done.
        """
        by_key: dict[str, SourceId] = {}
        picked: list[str] = []
        offset = 0
        while len(picked) < limit:
            page = await self._rows.fetch(select_due_sources(now, limit=limit, offset=offset))
            if page and not by_key:
                by_key = {shorten_key(source): source for source in known}
            for row in page:
                source = by_key.get(row.source)
                if source is not None and len(picked) < limit and admit(source):
                    picked.append(row.source)
            offset += len(page)
            if len(page) < limit:
                break
        return picked

    async def park_sources(self, sources: Iterable[SourceId], until: datetime) -> None:
        """Poll none of these before `until`; one that waits longer anyway goes on doing so."""
        for chunk in iter_chunks([shorten_key(source) for source in sources]):
            is_sooner = poll_states.c.source.in_(chunk), poll_states.c.next_poll_at < until
            await self._rows.write(update(poll_states).where(*is_sooner).values(next_poll_at=until, parked_until=until))


def _state_to_row(state: PollState) -> dict[str, Any]:
    return {column.name: getattr(state, column.name) for column in _STATE}


def _row_to_state(row: Row[Any]) -> PollState:
    return PollState(**{column.name: row._mapping[column] for column in _STATE})


def _row_to_claim(row: Row[Any]) -> PollClaim:
    return PollClaim(state=_row_to_state(row), token=row.lease_token)
