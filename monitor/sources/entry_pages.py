"""The pages that entries of feeds lead to: HTML only, with robots.txt obeyed at each step, bounded like feeds are."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import aiohttp
from multidict import CIMultiDictProxy

from monitor.errors import FetchError
from monitor.model import Page, Source
from monitor.net.failures import explain_status
from monitor.net.retry_after import find_retry_after
from monitor.sources.origin import Origin, read_address
from monitor.sources.robots import Robots
from monitor.sources.turns import Turns, begin_errand
from monitor.sources.visits import FetchLimits, Visit, Visitor, Wish, failure

# A feed that is too large today may be well tomorrow; a page of five megabytes is made so.
PAGE_LIMITS = FetchLimits(largest_body=5 * 1024 * 1024, longest=timedelta(seconds=30), is_size_final=True)

_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
_COMPLETE = frozenset({200, 203})
_HTML = frozenset({"text/html", "application/xhtml+xml"})
# Asked again, these would say the same: a wall, a page that is not there, a law.
_FOR_GOOD = frozenset({400, 401, 402, 403, 404, 405, 406, 410, 451})


class HttpPageFetcher:
    """The PageFetcher over a session of monitor.net.http. With `turns`, every request after the first waits for its."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], datetime],
        turns: Turns | None = None,
        limits: FetchLimits = PAGE_LIMITS,
    ) -> None:
        self._visitor = Visitor(session, limits)
        self._robots = Robots(session, clock=clock, turns=turns)
        self._clock = clock
        self._turns = turns

    async def fetch_page(self, source: Source, url: str) -> Page:
        """See ports.PageFetcher. The source's headers go to its own server only."""
        origin, errand = Origin.of(source), begin_errand(self._turns, url)
        wish = Wish(
            url=read_address(url),
            headers_for=partial(origin.headers_for, accept=_ACCEPT),
            is_wanted=lambda status, headers: status in _COMPLETE and _may_be_html(headers),
            admit=partial(self._robots.admit, errand=errand),
        )
        visit = await self._visitor.visit(errand, wish)
        if visit.status not in _COMPLETE:
            raise self._describe(visit)
        if not _may_be_html(visit.headers) or not visit.body.strip():
            raise failure(visit.url, _describe_other(visit), transient=False)
        return Page(url=str(visit.url), content_type=visit.headers.get("Content-Type"), data=visit.body)

    def _describe(self, visit: Visit) -> FetchError:
        return failure(
            visit.url,
            explain_status(visit.status),
            transient=visit.status not in _FOR_GOOD,
            status=visit.status,
            retry_after=find_retry_after(visit.status, visit.headers, self._clock()),
        )


def _may_be_html(headers: CIMultiDictProxy[str]) -> bool:
    """Few servers say nothing of what they send; it is a page then as a rule."""
    kind = headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    return kind in _HTML


def _describe_other(visit: Visit) -> str:
    if not _may_be_html(visit.headers):
        kind = visit.headers.get("Content-Type", "").partition(";")[0].strip()[:80]
        return f'the page is "{kind}", expected HTML'
    return "the page is empty"
