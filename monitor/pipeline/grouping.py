"""Work that is done together: what comes in while one transaction is under way goes into the next one.

Rows are cheap and transactions are not. A group that fails is done one by one, so that whatever is wrong with one part
is no matter of the others.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

import structlog

from monitor.errors import StoreError
from monitor.pipeline.news import FeedNews, FeedRead, find_feed_news
from monitor.pipeline.plan import Plan, Ports, Stored
from monitor.pipeline.storing import Unstored, store_readings

# Articles or entries.
_MOST = 200
# A database that refuses so many in a row is out of order, and refuses the rest, too.
_REFUSALS = 3

_log = structlog.get_logger()
_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


class Group(Generic[_Part, _Result]):
    """Does `work`, which takes parts and gives their results in order, for many callers at once, each of whom waits for
    its own. The parts of a group, at least one, have a `size` of no more than a handful together.
    """

    def __init__(
        self, work: Callable[[Sequence[_Part]], Awaitable[Sequence[_Result]]], size: Callable[[_Part], int]
    ) -> None:
        self._work = work
        self._size = size
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[_Part, asyncio.Future[_Result | Exception]]] = []

    async def do(self, part: _Part) -> _Result:
        """Return, or raise, once this part is done or has failed, together with those of others."""
        future: asyncio.Future[_Result | Exception] = asyncio.get_running_loop().create_future()
        self._waiting.append((part, future))
        async with self._turn:
            while not future.done():
                await self._do_waiting()
        found = future.result()
        if isinstance(found, Exception):
            raise found
        return found

    async def _do_waiting(self) -> None:
        group = self._take_group()
        try:
            results = await self._do_all([part for part, _ in group])
        except BaseException:
            # Whoever holds the turn was told to end; the others have not been.
            self._waiting[:0] = group
            raise
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

    def _take_group(self) -> list[tuple[_Part, "asyncio.Future[_Result | Exception]"]]:
        """Those that came first."""
        taken = size = 0
        for part, _ in self._waiting:
            size += self._size(part)
            if taken and size > _MOST:
                break
            taken += 1
        group, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return group

    async def _do_all(self, group: list[_Part]) -> list[_Result | Exception]:
        try:
            return list(await self._work(group))
        except Exception as error:  # noqa: BLE001 - raised again where it belongs
            return [error] if len(group) == 1 else await self._do_one_by_one(group)

    async def _do_one_by_one(self, group: list[_Part]) -> list[_Result | Exception]:
        _log.warning("doing one by one what failed together", parts=len(group))
        results: list[_Result | Exception] = []
        for part in group:
            newest = results[-_REFUSALS:]
            if len(newest) == _REFUSALS and all(isinstance(result, StoreError) for result in newest):
                results.append(newest[-1])
            else:
                results += await self._do_all([part])
        return results


class Groups:
    """What polls do together: finding out what is new, and storing it."""

    def __init__(self, ports: Ports, plan: Plan) -> None:
        self._news: Group[FeedRead, FeedNews] = Group(partial(find_feed_news, ports), _count_entries)
        self._stored: Group[Unstored, Stored] = Group(partial(store_readings, ports, plan), _count_articles)

    async def find_news(self, read: FeedRead) -> FeedNews:
        """What a feed has to tell."""
        return await self._news.do(read)

    async def store(self, unstored: Unstored) -> Stored:
        """Commit what was read of a source."""
        return await self._stored.do(unstored)


def _count_entries(read: FeedRead) -> int:
    return len(read.feed.entries)


def _count_articles(unstored: Unstored) -> int:
    return len(unstored.reading.parsed.articles)
