"""Further requests of one errand: each waits for its turn at the domain that it goes to.

Whoever runs an errand holds the turn of one domain already: a poll that of its source, a page that of its site. What
follows, after a redirect or for the next sitemap, keeps the same gap; other domains are waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from monitor.errors import FetchError
from monitor.pipeline.pace import Pace
from monitor.text.domains import registrable_domain

# Longer than a turn of anybody else takes as a rule; two errands that wait for each other give up by it.
_LONGEST_WAIT = timedelta(seconds=60)
_LOOK_AGAIN = timedelta(seconds=1)

Sleep = Callable[[float], Awaitable[None]]


class Turns:
    """Gives out turns by the pace that polls are admitted by. `sleep` takes seconds."""

    def __init__(self, pace: Pace, clock: Callable[[], datetime], *, sleep: Sleep = asyncio.sleep) -> None:
        self._pace = pace
        self._clock = clock
        self._sleep = sleep

    def begin(self, address: str) -> "Errand":
        """An errand for which the caller holds the turn of the domain of `address`."""
        return Errand(self, registrable_domain(address))

    def slow_down(self, address: str, gap: timedelta | None) -> None:
        """The site of an address asks for longer pauses, or for none any more; see Pace."""
        self._pace.slow_down(registrable_domain(address), gap)

    async def rest(self, domain: str) -> None:
        """Let the gap of a domain pass, whose turn is held. FetchError where that takes longer than a turn may."""
        gap = self._pace.gap_of(domain)
        if gap > _LONGEST_WAIT:
            raise _busy(domain, self._clock() + gap)
        if gap:
            await self._sleep(gap.total_seconds())

    @asynccontextmanager
    async def take(self, domain: str) -> AsyncIterator[None]:
        """Wait for the turn of a domain and hold it for the block. FetchError when it does not come in time."""
        waited = timedelta(0)
        while self._pace.room(domain, self._clock()) <= 0:
            now = self._clock()
            pause = (self._pace.next_free([domain], now) or now + _LOOK_AGAIN) - now
            waited += pause
            if waited > _LONGEST_WAIT:
                raise _busy(domain, now + pause)
            await self._sleep(pause.total_seconds())
        self._pace.begin(domain)
        try:
            yield
        finally:
            self._pace.end(domain, self._clock())


class Errand:
    """The requests that follow from one turn."""

    def __init__(self, turns: Turns | None, held: str) -> None:
        self._turns = turns
        self._held = held
        self._has_asked = False

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """The turn for a request to `address`; the first one to the domain that is held comes at once."""
        domain = registrable_domain(address)
        if self._turns is None or not domain:
            yield
        elif domain == self._held:
            if self._has_asked:
                await self._turns.rest(domain)
            self._has_asked = True
            yield
        else:
            async with self._turns.take(domain):
                yield


def begin_errand(turns: Turns | None, address: str) -> Errand:
    """As `Turns.begin`; without turns nothing is waited for."""
    return turns.begin(address) if turns else Errand(None, "")


def _busy(domain: str, until: datetime) -> FetchError:
    return FetchError(f"{domain}: many requests to this domain wait for their turn", retry_after=until)
