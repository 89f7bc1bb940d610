"""What articles were read from: stamps that show a change, and for some days the pages themselves, compressed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    literal_column,
    select,
    true,
    union,
    union_all,
    update,
)

from monitor.errors import StoreError
from monitor.model import ArticleId, Entry, EntryKey, EntryTraits, Record, SourceId
from monitor.parse.packing import unpack_page
from monitor.ports import KeptPage, KeptPages, KnownEntry, PackedPage
from monitor.store.articles import ARTICLE, row_to_article
from monitor.store.columns import shorten_key
from monitor.store.numbers import numbers_in, pack_numbers, pack_pairs, pairs_in
from monitor.store.rows import Rows, iter_chunks
from monitor.store.schema import articles, awaited_pages, entries, raw_pages

_TRAITS = tuple(each.name for each in fields(EntryTraits))
# A feed all of whose entries ever had one link must not be read through at every poll.
_MOST_ALIKE = 4_000
# Parameters of an update may not be named as its columns, but for those that it sets.
_SAVE = (
    update(entries)
    .where(entries.c.source == bindparam("of"), entries.c.key == bindparam("under"))
    .values({name: bindparam(name) for name in ("stamp", *_TRAITS)})
)


def select_said(asked: BindParameter[str]) -> CompoundSelect[Any]:
    """Sources and keys of `asked` that are entries, or wait for their pages, each with the stamps of what they said."""
    pairs = pairs_in(asked)
    return union_all(
        *(
            select(table.c.source, table.c.key, table.c.stamp, literal_column(rank).label("rank")).join_from(
                pairs, table, and_(table.c.source == pairs.c.one, table.c.key == pairs.c.other)
            )
            # What waits for its page was read later than what became an article of it.
            for table, rank in ((entries, "1"), (awaited_pages, "2"))
        )
    )


def select_led_to(links: BindParameter[str], likenesses: BindParameter[str]) -> CompoundSelect[Any]:
    """The sources that have an entry with one of these links or likenesses."""
    return union(
        *(
            select(entries.c.source).where(column.in_(numbers_in(packed)))
            for column, packed in ((entries.c.link, links), (entries.c.likeness, likenesses))
        )
    )


_SAID = select_said(bindparam("asked", type_=Text))
_LED_TO = select_led_to(bindparam("links", type_=Text), bindparam("likenesses", type_=Text))


def select_alike(source: SourceId, traits: Mapping[EntryKey, EntryTraits]) -> Select[Any]:
    """Entries under these keys, or with a link or a likeness of these: by three indexes, and of one source only."""
    links = [each.link for each in traits.values() if each.link is not None]
    likenesses = [each.likeness for each in traits.values() if each.likeness is not None]
    alike = union(
        *(
            select(entries.c.source, entries.c.key).where(entries.c.source == source, column.in_(values))
            for column, values in (
                (entries.c.key, list(traits)),
                (entries.c.link, links),
                (entries.c.likeness, likenesses),
            )
        )
    ).subquery()
    return (
        select(entries.c.key, entries.c.stamp, *(entries.c[name] for name in _TRAITS))
        .join(alike, and_(entries.c.source == alike.c.source, entries.c.key == alike.c.key))
        .order_by(entries.c.seen_at.desc(), entries.c.key)
        .limit(_MOST_ALIKE)
    )


class PageRows:
    """The part of a transaction that is about what articles were read from; see ports.Transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find_stamps(self, source: SourceId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, str | None]:
        """The stamps of those of `keys` that an article of the source was ever stored for."""
        stamps: dict[str, str | None] = {}
        for chunk in iter_chunks(keys):
            found = select(entries.c.key, entries.c.stamp).where(entries.c.source == source, entries.c.key.in_(chunk))
            stamps |= {row.key: row.stamp for row in await self._rows.fetch(found)}
        return {key: stamps[shorten_key(key)] for key in keys if shorten_key(key) in stamps}

    async def find_said(
        self, asked: Collection[tuple[SourceId, EntryKey]]
    ) -> Mapping[tuple[SourceId, EntryKey], str | None]:
        """The stamps of those entries that are stored, or wait for their pages; of any number of sources at once."""
        by_row = {(shorten_key(source), shorten_key(key)): (source, key) for source, key in asked}
        rows = await self._rows.fetch(_SAID, [{"asked": pack_pairs(by_row)}] if by_row else [])
        return {by_row[row.source, row.key]: row.stamp for row in sorted(rows, key=attrgetter("rank"))}

    async def find_led_to(self, leads: Collection[EntryTraits]) -> frozenset[SourceId]:
        """The sources that have an entry with a link or a likeness of any of these."""
        links = pack_numbers(each.link for each in leads if each.link is not None)
        likenesses = pack_numbers(each.likeness for each in leads if each.likeness is not None)
        rows = await self._rows.fetch(_LED_TO, [{"links": links, "likenesses": likenesses}] if leads else [])
        return frozenset(SourceId(row.source) for row in rows)

    async def save_stamps(self, known: Mapping[tuple[SourceId, EntryKey], KnownEntry]) -> None:
        """What the entries of stored articles say by now, and by what they are known again."""
        await self._rows.write(
            _SAVE,
            [
                {"of": source, "under": key, "stamp": known[source, key].stamp}
                | {name: getattr(known[source, key].traits, name) for name in _TRAITS}
                # In one order everywhere, so that two transactions with the same entries never wait for each other.
                for source, key in sorted(known)
            ],
        )

    async def find_alike(
        self, source: SourceId, traits: Mapping[EntryKey, EntryTraits]
    ) -> Mapping[EntryKey, KnownEntry]:
        """The entries of the source's stored articles under any of these keys, or with a link or a likeness of these;
        of very many the newest.
        """
        asked = {shorten_key(key): key for key in traits}
        found: dict[EntryKey, KnownEntry] = {}
        for chunk in iter_chunks(traits):
            rows = await self._rows.fetch(select_alike(source, {key: traits[key] for key in chunk}))
            found |= {asked.get(row.key, EntryKey(row.key)): _row_to_known(row) for row in rows}
        return found

    async def keep_pages(self, pages: Mapping[ArticleId, PackedPage], now: datetime) -> None:
        """Keep what articles were read from; the newest reading takes the place of an older one."""
        insert = self._rows.insert(raw_pages)
        newest = {name: insert.excluded[name] for name in ("kind", "data", "kept_at")}
        await self._rows.write(
            insert.on_conflict_do_update(index_elements=["article"], set_=newest),
            [
                {"article": article, "kind": page.kind, "data": page.data, "kept_at": now}
                for article, page in sorted(pages.items(), key=itemgetter(0))
            ],
        )

    async def list_kept_pages(self, *, since: datetime, source: SourceId | None, after: int, limit: int) -> KeptPages:
        """At most `limit` articles fetched since then and stored behind `after`, with what they were read from."""
        of_source = true() if source is None else articles.c.source == source
        rows = await self._rows.fetch(
            select(articles.c.number, *ARTICLE, raw_pages.c.kind, raw_pages.c.data)
            .join(raw_pages, raw_pages.c.article == articles.c.id)
            .where(articles.c.number > after, articles.c.fetched_at >= since, of_source)
            .order_by(articles.c.number)
            .limit(limit)
        )
        kept = []
        for row in rows:
            article = row_to_article(row)
            kept.append(KeptPage(article=article, page=_unpack(row.kind, row.data, article.source, article.key)))
        return KeptPages(pages=tuple(kept), next_after=rows[-1].number if len(rows) == limit else None)


def _row_to_known(row: Row[Any]) -> KnownEntry:
    return KnownEntry(traits=EntryTraits(**{name: row._mapping[name] for name in _TRAITS}), stamp=row.stamp)


def _unpack(kind: str, data: bytes, source: SourceId, key: EntryKey) -> Entry | Record:
    try:
        return unpack_page(kind, data, source, key)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f'the page kept for "{key}" of "{source}" cannot be read: {error}') from error
