"""Polite HTTP for feeds: conditional, bounded in size, time and redirects, honest about who asks.

One request, one answer. When to come back, and how many at once, is decided elsewhere; what the bytes mean, too: an
HTML page answered with 200 arrives like any other body.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypedDict

import aiohttp
from multidict import CIMultiDict

from monitor.model import MOVES_TO_CONFIRM, Fetched, PollState, Source
from monitor.net.failures import explain_status
from monitor.net.freshness import find_max_age
from monitor.net.retry_after import find_retry_after
from monitor.parse.hints import read_hints
from monitor.sources.origin import Origin, read_address
from monitor.sources.turns import Turns, begin_errand
from monitor.sources.visits import DEFAULT_LIMITS, FetchLimits, Visit, Visitor, Wish, failure

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_COMPLETE = frozenset({200, 203})
_DELTA = 226
_NOT_MODIFIED = 304
_GONE = 410


class HttpFetcher:
    """The FeedFetcher over a session of monitor.net.http, which guards every connection, after redirects too.

    With `turns`, requests after the first one wait for theirs.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], datetime],
        limits: FetchLimits = DEFAULT_LIMITS,
        turns: Turns | None = None,
    ) -> None:
        self._visitor = Visitor(session, limits)
        self._clock = clock
        self._turns = turns

    async def fetch_feed(self, source: Source, state: PollState) -> Fetched:
        """See ports.FeedFetcher. Only 410 Gone is not transient: other failing feeds have been known to return."""
        origin = Origin.of(source)
        adopted = state.moved_to if state.moves >= MOVES_TO_CONFIRM else None
        wish = Wish(
            url=read_address(adopted) if adopted else origin.url,
            headers_for=lambda url: _make_conditional(origin.headers_for(url, _ACCEPT), state),
            is_wanted=lambda status, headers: status in _COMPLETE or _is_delta(status, headers, state),
        )
        visit = await self._visitor.visit(begin_errand(self._turns, source.address), wish)
        return replace(self._read(visit, state), moved_to=str(visit.url) if visit.is_moved else None)

    def _read(self, visit: Visit, state: PollState) -> Fetched:
        if visit.status == _NOT_MODIFIED:
            return replace(_unchanged(visit, state), **self._freshness(visit, state))
        if visit.status in _COMPLETE or _is_delta(visit.status, visit.headers, state):
            changed = _changed(visit, state)
            hints = None if changed.body is None else read_hints(changed.body)
            return replace(changed, hints=hints, **self._freshness(visit, state))
        raise failure(
            visit.url,
            explain_status(visit.status),
            transient=visit.status != _GONE,
            status=visit.status,
            retry_after=find_retry_after(visit.status, visit.headers, self._clock()),
        )

    def _freshness(self, visit: Visit, state: PollState) -> "_Freshness":
        return {"conditional": _is_conditional(state), "max_age": find_max_age(visit.headers, self._clock())}


class _Freshness(TypedDict):
    conditional: bool
    max_age: timedelta | None


def _make_conditional(headers: CIMultiDict[str], state: PollState) -> CIMultiDict[str]:
    """Byte for byte as they came; a date of our own making would skip articles where the clocks differ."""
    if state.etag is not None:
        headers["If-None-Match"] = state.etag
        # RFC 3229: only the entries that are new, from the few servers that can.
        headers["A-IM"] = "feed"
    if state.last_modified is not None:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def _is_conditional(state: PollState) -> bool:
    return state.etag is not None or state.last_modified is not None


def _is_delta(status: int, headers: Mapping[str, str], state: PollState) -> bool:
    """226 IM Used: new entries alone, where the answer says that this is what was done to it."""
    return status == _DELTA and state.etag is not None and "feed" in headers.get("IM", "")


def _unchanged(visit: Visit, state: PollState) -> Fetched:
    """A 304 updates the validators that it names and leaves the others (RFC 9111, 4.3.4)."""
    if state.etag is None and state.last_modified is None:
        raise failure(visit.url, "answered 304 Not Modified to a request that was not conditional")
    return Fetched(
        body=None,
        body_hash=state.body_hash,
        url=str(visit.url),
        content_type=_find_header(visit, "Content-Type"),
        etag=_find_header(visit, "ETag") or state.etag,
        last_modified=_find_header(visit, "Last-Modified") or state.last_modified,
    )


def _changed(visit: Visit, state: PollState) -> Fetched:
    """About a third of all 200s bring the bytes that were there before; parsing them again would be for nothing."""
    body = visit.body
    body_hash = blake2b(body, digest_size=16).hexdigest()
    return Fetched(
        body=None if body_hash == state.body_hash else body,
        body_hash=body_hash,
        url=str(visit.url),
        content_type=_find_header(visit, "Content-Type"),
        etag=_find_header(visit, "ETag"),
        last_modified=_find_header(visit, "Last-Modified"),
        links=", ".join(visit.headers.getall("Link", [])),
    )


def _find_header(visit: Visit, name: str) -> str | None:
    """None when it is absent, empty, or holds bytes that are no text: those can be neither stored nor sent back."""
    value = visit.headers.get(name, "")
    return value if value and value.isprintable() else None
