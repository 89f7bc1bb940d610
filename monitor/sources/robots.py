"""What sites ask of robots (RFC 9309): which of their pages may be fetched, and with what pauses.

A robots.txt is kept for a day at most. One that answers with a client error forbids nothing; while a server fails or
cannot be reached, nothing of it is fetched, unless its last rules are known. Feeds are not asked about: they are there
to be fetched.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from math import isfinite

import aiohttp
from multidict import CIMultiDict
from protego import Protego
from yarl import URL

from monitor.errors import FetchError
from monitor.net.failures import explain_failure, explain_status
from monitor.net.freshness import find_max_age
from monitor.net.retry_after import find_retry_after
from monitor.net.unpack import ACCEPT_ENCODING
from monitor.sources.turns import Errand, Turns
from monitor.sources.visits import FetchLimits, Visit, Visitor, Wish, failure

ROBOT = "media-monitor"
"""The name that robots.txt may call us by."""

LONGEST_KEPT = timedelta(hours=24)

# What a larger file says further down does not count: so much everybody reads.
_LIMITS = FetchLimits(largest_body=500 * 1024, longest=timedelta(seconds=20))
_SHORTEST_KEPT = timedelta(hours=1)
_ASKED_AGAIN = timedelta(hours=1)
# Of all sites together; what does not fit is fetched again when it is needed.
_MOST_BYTES = 16 * 1024 * 1024
# A host without a file takes some memory, too.
_LEAST_BYTES = 200
# Above this size, reading the rules would hold everything else up.
_LONG = 50_000


@dataclass(frozen=True, slots=True)
class _Rules:
    """A site's file as it was read, and how long it counts. `refusal`: why nothing may be fetched until then."""

    text: str
    until: datetime
    refusal: str | None = None
    refused_with: int | None = None

    @property
    def size(self) -> int:
        return len(self.text) + _LEAST_BYTES


class Robots:
    """The rules of the sites that were visited lately, in memory: after a restart they are asked for again."""

    def __init__(
        self, session: aiohttp.ClientSession, *, clock: Callable[[], datetime], turns: Turns | None = None
    ) -> None:
        self._visitor = Visitor(session, _LIMITS)
        self._clock = clock
        self._turns = turns
        self._known: OrderedDict[str, _Rules] = OrderedDict()
        self._size = 0

    async def admit(self, url: URL, errand: Errand) -> None:
        """FetchError where the site forbids this page, or its rules cannot be had at present."""
        rules = await self._find_rules(url, errand)
        if rules.refusal is not None:
            raise FetchError(rules.refusal, status=rules.refused_with, retry_after=rules.until)
        read = asyncio.to_thread if len(rules.text) > _LONG else _call
        allowed, pause = await read(_read_rules, rules.text, str(url))
        if self._turns is not None:
            self._turns.slow_down(str(url), pause)
        if not allowed:
            raise failure(url, "robots.txt does not allow programs to fetch this page", transient=False)

    async def _find_rules(self, url: URL, errand: Errand) -> _Rules:
        try:
            site = str(url.origin())
        except ValueError as error:
            raise failure(url, explain_failure(error), transient=False) from error
        known = self._known.get(site)
        if known is None or not self._clock() < known.until <= self._clock() + LONGEST_KEPT:
            known = await self._ask(url.origin() / "robots.txt", known, errand)
            self._keep(site, known)
        self._known.move_to_end(site)
        return known

    async def _ask(self, url: URL, earlier: _Rules | None, errand: Errand) -> _Rules:
        wish = Wish(
            url=url,
            headers_for=lambda _url: CIMultiDict(
                {"Accept": "text/plain, */*;q=0.5", "Accept-Encoding": ACCEPT_ENCODING}
            ),
            is_wanted=lambda status, _headers: HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES,
            cut=True,
        )
        try:
            visit = await self._visitor.visit(errand, wish)
        except FetchError as error:
            return self._without_answer(error, earlier)
        if visit.status >= HTTPStatus.INTERNAL_SERVER_ERROR or visit.status == HTTPStatus.TOO_MANY_REQUESTS:
            return self._without_answer(self._describe(visit), earlier)
        # A client error: there are no rules.
        return _Rules(_decode(visit.body), self._clock() + self._lifetime_of(visit))

    def _describe(self, visit: Visit) -> FetchError:
        return failure(
            visit.url,
            explain_status(visit.status),
            status=visit.status,
            retry_after=find_retry_after(visit.status, visit.headers, self._clock()),
        )

    def _without_answer(self, error: FetchError, earlier: _Rules | None) -> _Rules:
        """The rules that were known before go on; of a site never seen nothing is fetched for a while."""
        until = max(error.retry_after or self._clock(), self._clock() + _ASKED_AGAIN)
        if earlier is not None and earlier.refusal is None:
            return replace(earlier, until=until)
        return _Rules("", until, f"{error}, and without its rules no page is fetched", error.status)

    def _lifetime_of(self, visit: Visit) -> timedelta:
        wished = find_max_age(visit.headers, self._clock()) or LONGEST_KEPT
        return min(max(wished, _SHORTEST_KEPT), LONGEST_KEPT)

    def _keep(self, site: str, rules: _Rules) -> None:
        before = self._known.pop(site, None)
        self._size += rules.size - (before.size if before else 0)
        self._known[site] = rules
        while self._size > _MOST_BYTES and len(self._known) > 1:
            _, oldest = self._known.popitem(last=False)
            self._size -= oldest.size


def _read_rules(text: str, url: str) -> tuple[bool, timedelta | None]:
    """Whether we may fetch an address, and the pause between two requests that is asked of us."""
    rules = Protego.parse(text)
    delay = rules.crawl_delay(ROBOT)
    pause = timedelta(seconds=min(delay, 86_400)) if delay is not None and isfinite(delay) and delay > 0 else None
    return rules.can_fetch(url, ROBOT), pause


async def _call(
    read: Callable[[str, str], tuple[bool, timedelta | None]], text: str, url: str
) -> tuple[bool, timedelta | None]:
    return read(text, url)


def _decode(body: bytes) -> str:
    return body.decode("utf-8", "replace").removeprefix("\ufeff")
