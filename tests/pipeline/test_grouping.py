"""Results that are stored together: one transaction for many, and none that spoils it for the others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest

from monitor.errors import StoreError
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from monitor.model import Article, Entry, EntryKey, PollState, Source, SourceId
from monitor.pipeline import Plan, Ports
from monitor.pipeline.grouping import Groups
from monitor.pipeline.news import FeedRead
from monitor.pipeline.plan import Stored
from monitor.pipeline.storing import Cursor, Reading, Unstored
from monitor.polling import POLL_LEASE
from monitor.ports import MatchOutcome, ParsedArticles, ParsedFeed, PollClaim, Store, Transaction
from monitor.store.database import Database
from tests.builders import NOON, make_article
from tests.contract.stores import in_store
from tests.story.texts import FLOOD

SOURCES = tuple(
    Source(id=SourceId(name), kind="feed", address=f"https://{name}.example/feed") for name in ("a", "b", "c", "d")
)


class _Matcher(RuleMatcher):
    """Fails for one headline, as no matcher should."""

    def match(self, article: Article, source: Source) -> MatchOutcome:
        if article.title == "poison":
            raise ValueError("a bug")
        return super().match(article, source)


class Desk:
    """Four sources that have been polled, and a count of the points that were passed."""

    def __init__(self, store: Store, claims: tuple[PollClaim, ...] = ()) -> None:
        self.reached: Counter[str] = Counter()
        self.ports = Ports(
            store=store,
            fetcher=None,  # type: ignore[arg-type]  # nothing is fetched here
            archives=None,  # type: ignore[arg-type]
            parser=None,  # type: ignore[arg-type]
            matcher=_Matcher(load_rules([("rules.yaml", "version: 1\nrules:\n  floods: {match: flooded}\n")])),
            channels={},
            clock=lambda: NOON,
            jitter=lambda: 0.5,
            reached=lambda point: self.reached.update([point]),
        )
        plan = Plan(sources={source.id: source for source in SOURCES}, subscribers={}, routes=())
        self.groups = Groups(self.ports, plan)
        self._claims = {claim.state.source: claim for claim in claims}

    def read(self, source: Source, title: str = "Velden flooded") -> Unstored:
        """A poll that brought one article."""
        article = make_article(FLOOD, title=title, key="1", source=source.id, language="en")
        claim = self._claims.get(source.id)
        state = replace(claim.state, next_poll_at=NOON + POLL_LEASE) if claim else None
        cursor = Cursor(alerting=True, claim=claim, state=state)
        return Unstored(source=source, reading=Reading(parsed=ParsedArticles(articles=(article,))), cursor=cursor)

    async def list_states(self) -> dict[str, PollState]:
        async with self.ports.store.transaction() as tx:
            return {state.source: state for state in await tx.list_poll_states()}


def run(url: str, scenario: Callable[[Desk], Awaitable[None]]) -> None:
    async def with_store(store: Database) -> None:
        ids = [source.id for source in SOURCES]
        async with store.transaction() as tx:
            await tx.sync_sources(ids, NOON)
            claims = await tx.claim_due_sources(ids, NOON, limit=9, lease=POLL_LEASE)
        await scenario(Desk(store, claims))

    in_store(url, with_store)


def test_what_comes_in_while_one_transaction_is_under_way_is_stored_in_the_next_one(store_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        stored = await asyncio.gather(*(desk.groups.store(desk.read(source)) for source in SOURCES))
        assert desk.reached["articles stored"] == 2
        assert [(each.source, len(each.articles), len(each.matches)) for each in stored] == [
            (source.id, 1, 1) for source in SOURCES
        ]
        assert len({story for each in stored for story in each.stories.values()}) == 1
        assert all(state.next_poll_at > NOON for state in (await desk.list_states()).values())

    run(store_url, scenario)


def test_a_result_that_cannot_be_stored_is_no_matter_of_the_others(store_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        titles = ["Velden flooded", "Velden flooded", "poison", "Velden flooded"]
        unstored = [desk.read(source, title) for source, title in zip(SOURCES, titles, strict=True)]
        a, b, c, d = await asyncio.gather(*map(desk.groups.store, unstored), return_exceptions=True)
        assert isinstance(c, ValueError)
        assert [len(cast("Stored", each).articles) for each in (a, b, d)] == [1, 1, 1]
        waiting = {source for source, state in (await desk.list_states()).items() if state.next_poll_at > NOON}
        assert waiting == {"a", "b", "d"}

    run(store_url, scenario)


def test_whoever_holds_the_turn_may_be_told_to_end_and_the_others_are_stored(store_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        first, *others = [asyncio.create_task(desk.groups.store(desk.read(source))) for source in SOURCES]
        await asyncio.sleep(0)
        first.cancel()
        assert [len(stored.articles) for stored in await asyncio.gather(*others)] == [1, 1, 1]
        with pytest.raises(asyncio.CancelledError):
            await first

    run(store_url, scenario)


def test_a_source_that_another_process_has_taken_over_loses_nothing_for_the_others(store_url: str) -> None:
    async def scenario(desk: Desk) -> None:
        unstored = [desk.read(source) for source in SOURCES]
        async with desk.ports.store.transaction() as tx:
            await tx.claim_due_sources([SourceId("b")], NOON + POLL_LEASE, limit=1, lease=POLL_LEASE)
        stored = await asyncio.gather(*map(desk.groups.store, unstored))
        assert [each.source for each in stored if each.error] == ["b"]
        assert [len(each.articles) for each in stored] == [1, 0, 1, 1]

    run(store_url, scenario)


class _BrokenStore:
    """A database that is out of order."""

    def __init__(self) -> None:
        self.tries = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        self.tries += 1
        await asyncio.sleep(0)
        raise StoreError("out of order")
        yield


def test_a_database_that_is_out_of_order_is_not_asked_for_every_single_result() -> None:
    store = _BrokenStore()

    async def scenario() -> list[Stored | BaseException]:
        desk = Desk(cast("Store", store))
        unstored = [desk.read(source) for source in SOURCES for _ in range(5)]
        return await asyncio.gather(*map(desk.groups.store, unstored), return_exceptions=True)

    results = asyncio.run(scenario())
    assert [type(result) for result in results] == [StoreError] * 20
    assert store.tries == 1 + 1 + 3


def make_entry(title: str, source: Source) -> Entry:
    said = {"url": None, "summary": None, "content": None, "published": None, "updated": None}
    return Entry(source=source.id, key=EntryKey(title), title=title, **said)


class _Counting:
    """A store that counts its transactions."""

    def __init__(self, store: Store) -> None:
        self.transactions = 0
        self._store = store

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        self.transactions += 1
        return self._store.transaction()

    async def find_fault(self) -> str | None:
        return await self._store.find_fault()


def test_feeds_are_looked_up_together_and_each_gets_its_own_news(store_url: str) -> None:
    def read(source: Source, *titles: str) -> FeedRead:
        entries = tuple(make_entry(title, source) for title in titles)
        return FeedRead(source=source, feed=ParsedFeed(title=None, entries=entries), is_first=False)

    async def scenario(desk: Desk) -> None:
        known = desk.read(SOURCES[0])
        entry = make_entry("1", SOURCES[0])
        await desk.groups.store(replace(known, reading=replace(known.reading, pages={entry.key: entry})))
        store = _Counting(desk.ports.store)
        groups = Groups(replace(desk.ports, store=store), Plan(sources={}, subscribers={}, routes=()))
        feeds = [read(SOURCES[0], "1", "2"), read(SOURCES[1], "1"), read(SOURCES[2]), read(SOURCES[3], "3", "4")]
        found = await asyncio.gather(*map(groups.find_news, feeds))
        assert [list(each.recognised.news) for each in found] == [["2"], ["1"], [], ["3", "4"]]
        assert store.transactions == 2

    run(store_url, scenario)
