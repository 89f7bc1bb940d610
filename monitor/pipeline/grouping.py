"""Results that are stored together: what comes in while one transaction is under way becomes the next one.

Rows are cheap and commits are not. A group that cannot be stored is stored one by one, so that whatever is wrong with
one result is no matter of the others.
"""

import asyncio

import structlog

from monitor.errors import StoreError
from monitor.pipeline.plan import Plan, Ports, Stored
from monitor.pipeline.storing import Unstored, store_readings

_MOST_ARTICLES = 200
# A database that refuses so many in a row is out of order, and refuses the rest, too.
_REFUSALS = 3

_log = structlog.get_logger()

_Waiting = tuple[Unstored, "asyncio.Future[Stored | Exception]"]


class StoreGroup:
    """Stores results for many callers at once, each of whom waits for its own."""

    def __init__(self, ports: Ports, plan: Plan) -> None:
        self._ports = ports
        self._plan = plan
        self._turn = asyncio.Lock()
        self._waiting: list[_Waiting] = []

    async def store(self, unstored: Unstored) -> Stored:
        """Return, or raise, once this result is committed or has failed, in one transaction with those of others."""
        future: asyncio.Future[Stored | Exception] = asyncio.get_running_loop().create_future()
        self._waiting.append((unstored, future))
        async with self._turn:
            while not future.done():
                await self._store_waiting()
        found = future.result()
        if isinstance(found, Exception):
            raise found
        return found

    async def _store_waiting(self) -> None:
        group = self._take_group()
        try:
            results = await self._store_all([unstored for unstored, _ in group])
        except BaseException:
            # Whoever holds the turn was told to end; the others have not been.
            self._waiting[:0] = group
            raise
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

    def _take_group(self) -> list[_Waiting]:
        """Those that came first, at least one, as many as make no more than a handful of articles."""
        articles = size = 0
        for unstored, _ in self._waiting:
            articles += len(unstored.reading.parsed.articles)
            if size and articles > _MOST_ARTICLES:
                break
            size += 1
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        return group

    async def _store_all(self, group: list[Unstored]) -> list[Stored | Exception]:
        try:
            return list(await store_readings(self._ports, self._plan, group))
        except Exception as error:  # noqa: BLE001 - raised again where it belongs
            return [error] if len(group) == 1 else await self._store_one_by_one(group)

    async def _store_one_by_one(self, group: list[Unstored]) -> list[Stored | Exception]:
        _log.warning("storing one by one", results=len(group))
        results: list[Stored | Exception] = []
        for unstored in group:
            newest = results[-_REFUSALS:]
            if len(newest) == _REFUSALS and all(isinstance(result, StoreError) for result in newest):
                results.append(newest[-1])
            else:
                results += await self._store_all([unstored])
        return results
