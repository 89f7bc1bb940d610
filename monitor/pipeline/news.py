"""What of a feed, or of an archive, is not known as it is: only that is worth reading.

Many feeds are looked up at once. A question to the store costs more than its answer for one feed more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from monitor.model import Entry, EntryKey, EntryTraits, Record, Source, SourceId
from monitor.parse.stamps import stamp_of
from monitor.parse.traits import leads_of
from monitor.pipeline.awaiting import Known
from monitor.pipeline.plan import Ports
from monitor.pipeline.recognising import Recognised, recognise_entries
from monitor.ports import ParsedFeed, Transaction

_Page = TypeVar("_Page", Entry, Record)
_Said = Mapping[tuple[SourceId, EntryKey], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRead:
    """A feed as it was read; `is_first` where nothing was ever stored of it that could have another key now."""

    source: Source
    feed: ParsedFeed
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNews:
    """What a feed has to tell. `known` is what the store knows of it, None where no pages are wanted; those of
    `teasers` are, by the keys that they are stored under.
    """

    recognised: Recognised
    teasers: frozenset[EntryKey]
    known: Known | None = None


async def list_news(tx: Transaction, pages: Iterable[_Page]) -> dict[EntryKey, _Page]:
    """The pages that no stored article came from, or that say something else by now.

    An entry that waits for its page counts as stored.
    """
    pages = tuple(pages)
    return _select_news(pages, await tx.find_said([(page.source, page.key) for page in pages]))


async def find_feed_news(ports: Ports, feeds: Sequence[FeedRead]) -> tuple[FeedNews, ...]:
    """The news of each of the feeds, in their order."""
    async with ports.store.transaction() as tx:
        said = await tx.find_said([(entry.source, entry.key) for each in feeds for entry in each.feed.entries])
        found = [(each, _select_news(each.feed.entries, said)) for each in feeds]
        led_to = await tx.find_led_to([lead for each, news in found for lead in _list_leads(each, news)])
        recognised = [
            (each, await _recognise(tx, each, news, is_led_to=each.source.id in led_to or _is_any_known(news, said)))
            for each, news in found
        ]
        return tuple([await _ask_for_pages(tx, ports, *each) for each in recognised])


def _list_leads(read: FeedRead, news: Mapping[EntryKey, Entry]) -> list[EntryTraits]:
    return [] if read.is_first else [leads_of(entry) for entry in news.values()]


async def _recognise(tx: Transaction, read: FeedRead, news: Mapping[EntryKey, Entry], *, is_led_to: bool) -> Recognised:
    """Under which keys the news are stored already; mostly under none, and then nothing is asked."""
    has_teasers = not read.feed.teasers.isdisjoint(news)
    if read.is_first or not (is_led_to or has_teasers):
        return Recognised(news=news)
    keys = [entry.key for entry in read.feed.entries]
    return await recognise_entries(tx, read.source, keys, news, has_teasers=has_teasers)


async def _ask_for_pages(tx: Transaction, ports: Ports, read: FeedRead, recognised: Recognised) -> FeedNews:
    """With what is known of the news where pages of some of them are wanted."""
    teasers = frozenset(recognised.renamed.get(key, key) for key in read.feed.teasers)
    if ports.pages is None or teasers.isdisjoint(recognised.news):
        return FeedNews(recognised=recognised, teasers=teasers)
    keys = tuple(recognised.news)
    known = Known(
        stored=await tx.find_stamps(read.source.id, keys),
        awaited=await tx.find_awaited(read.source.id, keys),
        read_at=await tx.find_pages_read(read.source.id, keys),
    )
    return FeedNews(recognised=recognised, teasers=teasers, known=known)


def _select_news(pages: Sequence[_Page], said: _Said) -> dict[EntryKey, _Page]:
    return {page.key: page for page in pages if _is_news(page, said)}


def _is_news(page: Entry | Record, said: _Said) -> bool:
    """Entries from before stamps were kept count as unchanged."""
    name = page.source, page.key
    return name not in said or (said[name] is not None and said[name] != stamp_of(page))


def _is_any_known(news: Mapping[EntryKey, Entry], said: _Said) -> bool:
    """Whether some of them were changed."""
    return any((entry.source, entry.key) in said for entry in news.values())
