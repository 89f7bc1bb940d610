"""Pages that are waited for: which entries they belong to, who fetches them now, and whom to leave alone meanwhile."""

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, exists, func, or_, select, update

from monitor.errors import StoreError
from monitor.model import AwaitedPage, Entry, EntryKey, SourceId
from monitor.parse.packing import pack_entry, unpack_entry
from monitor.parse.stamps import stamp_of
from monitor.ports import PageClaim
from monitor.store.columns import shorten_key
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import awaited_pages, entries, parked_domains
from monitor.text.domains import registrable_domain

_PROGRESS = ("next_at", "untold_until", "attempts")


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whose turn it is, of the domains that may be asked at all."""
    parked = exists().where(parked_domains.c.domain == awaited_pages.c.domain, parked_domains.c.until > now)
    return and_(awaited_pages.c.next_at <= now, _is_free(now), ~parked)


def select_due_domains(now: datetime) -> Select[Any]:
    """The domains that have pages which are due."""
    return select(awaited_pages.c.domain).distinct().where(is_due(now))


class AwaitedRows:
    """The part of a transaction that is about pages to be fetched; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def await_pages(self, pages: Sequence[AwaitedPage]) -> None:
        """Remember pages to fetch, the first of them soonest. One that waits already keeps its turn, with the entry as
        it is now; one that was given up is tried again.
        """
        insert = self._rows.insert(awaited_pages)
        was_given_up = awaited_pages.c.next_at.is_(None)
        said = {name: insert.excluded[name] for name in ("entry", "stamp", "domain")}
        plan = {name: case((was_given_up, insert.excluded[name]), else_=awaited_pages.c[name]) for name in _PROGRESS}
        await self._rows.write(
            insert.on_conflict_do_update(index_elements=["source", "key"], set_=said | plan),
            # The newest gets the highest number.
            [_page_to_row(page) for page in reversed(pages)],
        )

    async def claim_pages(
        self, known: Collection[SourceId], now: datetime, *, limit: int, lease: timedelta, room: Callable[[str], int]
    ) -> tuple[PageClaim, ...]:
        """Lease due pages of the sources `known`, of each domain as many as it has `room` for, which is asked once:
        those that an article waits for before all others, then the newest.
        """
        domains = sorted(row.domain for row in await self._rows.fetch(select_due_domains(now)))
        if not domains:
            return ()
        is_known = await self._is_known(known)
        order = (awaited_pages.c.untold_until.is_(None), awaited_pages.c.number.desc())
        picked: list[int] = []
        for domain in domains:
            if len(picked) >= limit:
                break
            most = min(room(domain), limit - len(picked))
            if most > 0:
                due = select(awaited_pages.c.number).where(awaited_pages.c.domain == domain, is_due(now), is_known)
                picked += await self._pick(due.order_by(*order).limit(most))
        return await self._lease(picked, now + lease)

    async def claim_untold(
        self, known: Collection[SourceId], now: datetime, *, limit: int, lease: timedelta
    ) -> tuple[PageClaim, ...]:
        """Lease pages that have been waited for long enough: their entries are to become articles without them."""
        waited = select(awaited_pages.c.number).where(awaited_pages.c.untold_until <= now, _is_free(now))
        oldest = waited.order_by(awaited_pages.c.number).limit(limit)
        if await self._rows.find(oldest) is None:
            return ()
        picked = await self._pick(
            waited.where(await self._is_known(known)).order_by(awaited_pages.c.number).limit(limit)
        )
        return await self._lease(picked, now + lease)

    async def finish_page(self, claim: PageClaim, after: AwaitedPage | None) -> bool:
        """End a lease: write how far the page has come, or with None wait for it no longer. False, and nothing
        written, when the claim is no longer ours.
        """
        entry = claim.awaited.entry
        ours = (
            awaited_pages.c.source == entry.source,
            awaited_pages.c.key == entry.key,
            awaited_pages.c.lease_token == claim.token,
            awaited_pages.c.lease_until.is_not(None),
        )
        if after is None:
            return await self._rows.write(delete(awaited_pages).where(*ours)) == 1
        progress = {name: getattr(after, name) for name in _PROGRESS}
        return await self._rows.write(update(awaited_pages).where(*ours).values(**progress, lease_until=None)) == 1

    async def find_awaited(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, str]:
        """The stamps of those of `keys` whose pages are waited for, or were given up."""
        found: dict[str, str] = {}
        for chunk in iter_chunks(keys):
            named = awaited_pages.c.source == source, awaited_pages.c.key.in_(chunk)
            rows = await self._rows.fetch(select(awaited_pages.c.key, awaited_pages.c.stamp).where(*named))
            found |= {row.key: row.stamp for row in rows}
        return {key: found[shorten_key(key)] for key in keys if shorten_key(key) in found}

    async def list_waiting_entries(self, source: SourceId, *, limit: int = 500) -> tuple[Entry, ...]:
        """The entries of a source that are no articles yet, because their pages are waited for or were given up; of
        very many the newest.
        """
        is_article = exists().where(entries.c.source == awaited_pages.c.source, entries.c.key == awaited_pages.c.key)
        waiting = select(awaited_pages.c.source, awaited_pages.c.key, awaited_pages.c.entry).where(
            awaited_pages.c.source == source, ~is_article
        )
        rows = await self._rows.fetch(waiting.order_by(awaited_pages.c.number.desc()).limit(limit))
        return tuple(_row_to_entry(row) for row in rows)

    async def find_pages_read(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, datetime]:
        """When the articles of those of `keys` that were read from their pages last were."""
        found: dict[str, datetime] = {}
        for chunk in iter_chunks(keys):
            named = entries.c.source == source, entries.c.key.in_(chunk), entries.c.page_read_at.is_not(None)
            rows = await self._rows.fetch(select(entries.c.key, entries.c.page_read_at).where(*named))
            found |= {row.key: row.page_read_at for row in rows}
        return {key: found[shorten_key(key)] for key in keys if shorten_key(key) in found}

    async def mark_pages_read(self, source: SourceId, keys: Sequence[EntryKey], now: datetime) -> frozenset[EntryKey]:
        """Articles have been read from their pages; those of `keys` for which it is the first time."""
        known = await self.find_pages_read(source, keys)
        for chunk in iter_chunks(keys):
            named = entries.c.source == source, entries.c.key.in_(chunk)
            await self._rows.write(update(entries).where(*named).values(page_read_at=now))
        return frozenset(key for key in keys if key not in known)

    async def park_domain(self, domain: str, until: datetime) -> None:
        """Fetch no page of a domain before `until`; one that is parked for longer stays so."""
        insert = self._rows.insert(parked_domains).values(domain=domain, until=until)
        is_longer = parked_domains.c.until < insert.excluded.until
        await self._rows.write(
            insert.on_conflict_do_update(
                index_elements=["domain"], set_={"until": insert.excluded.until}, where=is_longer
            )
        )

    async def purge_awaited(self, before: datetime, limit: int) -> int:
        """Pages still waited for since before then, and domains parked until before then; how many rows are gone. What
        was given up stays: the memory of what was seen outlives everything else.
        """
        is_waiting = awaited_pages.c.next_at.is_not(None)
        old = select(awaited_pages.c.number).where(awaited_pages.c.since < before, is_waiting).limit(limit)
        gone = await self._rows.write(delete(awaited_pages).where(awaited_pages.c.number.in_(old)))
        await self._rows.write(delete(parked_domains).where(parked_domains.c.until < before))
        return gone

    async def list_waiting_domains(self) -> tuple[str, ...]:
        """The domains of the pages that entries wait for before they become articles."""
        waiting = select(awaited_pages.c.domain).distinct().where(awaited_pages.c.untold_until.is_not(None))
        return tuple(sorted(row.domain for row in await self._rows.fetch(waiting)))

    async def count_awaited(self, source: SourceId | None = None) -> int:
        """How many pages are still waited for, of a source or of all."""
        waiting = select(func.count().label("found")).where(awaited_pages.c.next_at.is_not(None))
        row = await self._rows.find(waiting if source is None else waiting.where(awaited_pages.c.source == source))
        return int(row.found) if row else 0

    async def count_unread_pages(self) -> Mapping[SourceId, int]:
        """Of each source with such, how many pages were tried in vain and are to be tried again, or were given up."""
        failed = select(awaited_pages.c.source, func.count().label("found")).where(awaited_pages.c.attempts > 0)
        rows = await self._rows.fetch(failed.group_by(awaited_pages.c.source))
        return {SourceId(row.source): int(row.found) for row in rows}

    async def _is_known(self, known: Collection[SourceId]) -> ColumnElement[bool]:
        """Sources that left the configuration, or are paused, may have pages that wait."""
        by_key = {shorten_key(source) for source in known}
        rows = await self._rows.fetch(select(awaited_pages.c.source).distinct())
        return awaited_pages.c.source.not_in([row.source for row in rows if row.source not in by_key])

    async def _pick(self, wanted: Select[Any]) -> list[int]:
        return [row.number for row in await self._rows.fetch(wanted.with_for_update(skip_locked=True))]

    async def _lease(self, numbers: Iterable[int], until: datetime) -> tuple[PageClaim, ...]:
        claims: dict[int, PageClaim] = {}
        for chunk in iter_chunks(numbers):
            leased = (
                update(awaited_pages)
                .where(awaited_pages.c.number.in_(chunk))
                .values(lease_until=until, lease_token=awaited_pages.c.lease_token + 1)
                .returning(awaited_pages)
            )
            claims |= {row.number: _row_to_claim(row) for row in await self._rows.fetch(leased)}
        return tuple(claims[number] for number in numbers)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(awaited_pages.c.lease_until.is_(None), awaited_pages.c.lease_until <= now)


def _page_to_row(page: AwaitedPage) -> dict[str, Any]:
    entry = page.entry
    return {
        "source": entry.source,
        "key": entry.key,
        "domain": registrable_domain(entry.url or ""),
        # The key as it was: the column keeps a shortened one where it is very long.
        "entry": zlib.compress(json.dumps(entry.key).encode() + b"\n" + pack_entry(entry)),
        "stamp": stamp_of(entry),
        "since": page.since,
        "alerting": page.alerting,
        **{name: getattr(page, name) for name in _PROGRESS},
    }


def _row_to_claim(row: Row[Any]) -> PageClaim:
    progress = {name: row._mapping[name] for name in _PROGRESS}
    return PageClaim(
        awaited=AwaitedPage(entry=_row_to_entry(row), since=row.since, alerting=row.alerting, **progress),
        token=row.lease_token,
    )


def _row_to_entry(row: Row[Any]) -> Entry:
    try:
        key, _, said = zlib.decompress(row.entry).partition(b"\n")
        return unpack_entry(said, SourceId(row.source), EntryKey(json.loads(key)))
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise StoreError(f'the entry kept for "{row.key}" of "{row.source}" cannot be read: {error}') from error
