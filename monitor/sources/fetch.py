"""Polite HTTP for feeds: conditional, bounded in size, time and redirects, honest about who asks.

One request, one answer. When to come back, and how many at once, is decided elsewhere; what the bytes mean, too: an
HTML page answered with 200 arrives like any other body.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypedDict

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from monitor.errors import FetchError
from monitor.model import Fetched, PollState, Source
from monitor.net.failures import REQUEST_ERRORS, explain_failure, explain_status
from monitor.net.freshness import find_max_age
from monitor.net.redact import redact_url
from monitor.net.retry_after import find_retry_after
from monitor.net.unpack import ACCEPT_ENCODING, iter_unpacked
from monitor.parse.hints import read_hints
from monitor.polling import MOVES_TO_CONFIRM

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_COMPLETE = frozenset({200, 203})
_DELTA = 226
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SCHEMES = frozenset({"http", "https"})
_GONE = 410
_CHUNK = 64 * 1024
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one poll may cost. `largest_body` counts bytes after decompression; `longest` spans all redirects."""

    largest_body: int = 10 * _MEGABYTE
    longest: timedelta = timedelta(seconds=30)
    redirects: int = 5


DEFAULT_LIMITS = FetchLimits()


class HttpFetcher:
    """The FeedFetcher over a session of monitor.net.http, which guards every connection, after redirects too."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], datetime],
        limits: FetchLimits = DEFAULT_LIMITS,
    ) -> None:
        self._session = session
        self._clock = clock
        self._limits = limits

    async def fetch_feed(self, source: Source, state: PollState) -> Fetched:
        """See ports.FeedFetcher. Only 410 Gone is not transient: other failing feeds have been known to return."""
        try:
            async with asyncio.timeout(self._limits.longest.total_seconds()):
                return await self._follow(_Origin.of(source), state)
        except TimeoutError as error:
            seconds = self._limits.longest.total_seconds()
            raise FetchError(f"{redact_url(source.address)}: no complete answer within {seconds:g} s") from error

    async def _follow(self, origin: "_Origin", state: PollState) -> Fetched:
        adopted = state.moved_to if state.moves >= MOVES_TO_CONFIRM else None
        url, is_moved = URL(adopted) if adopted else origin.url, True
        for hop in range(self._limits.redirects + 1):
            outcome = await self._request(url, origin.headers_for(url, state), state)
            if isinstance(outcome, Fetched):
                return replace(outcome, moved_to=str(url) if hop and is_moved else None)
            url, is_moved = outcome.url, is_moved and outcome.permanent
        raise _failure(origin.url, f"redirected more than {self._limits.redirects} times")

    async def _request(self, url: URL, headers: CIMultiDict[str], state: PollState) -> "Fetched | _Hop":
        """The answer, or where the server sends us instead."""
        try:
            async with self._session.get(
                url, headers=headers, allow_redirects=False, auto_decompress=False
            ) as response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    target = _find_target(url, response.headers["Location"])
                    return _Hop(target, response.status in _PERMANENT)
                return await self._read(response, state)
        except REQUEST_ERRORS as error:
            raise _failure(url, explain_failure(error)) from error

    async def _read(self, response: aiohttp.ClientResponse, state: PollState) -> Fetched:
        if response.status == _NOT_MODIFIED:
            return replace(_unchanged(response, state), **self._freshness(response, state))
        if response.status in _COMPLETE or _is_delta(response, state):
            changed = _changed(response, await self._read_body(response), state)
            hints = None if changed.body is None else read_hints(changed.body)
            return replace(changed, hints=hints, **self._freshness(response, state))
        raise FetchError(
            f"{redact_url(str(response.url))}: {explain_status(response.status)}",
            transient=response.status != _GONE,
            status=response.status,
            retry_after=find_retry_after(response.status, response.headers, self._clock()),
        )

    def _freshness(self, response: aiohttp.ClientResponse, state: PollState) -> "_Freshness":
        return {"conditional": _is_conditional(state), "max_age": find_max_age(response.headers, self._clock())}

    async def _read_body(self, response: aiohttp.ClientResponse) -> bytes:
        """The whole body; refused at the first piece too many, packed or not, so that a gzip bomb never unfolds."""
        pieces = iter_unpacked(self._iter_packed(response), response.headers.get("Content-Encoding", ""))
        return b"".join([piece async for piece in self._iter_limited(pieces, response.url)])

    async def _iter_packed(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        if (response.content_length or 0) > self._limits.largest_body:
            raise self._too_large(response.url)
        async for chunk in self._iter_limited(response.content.iter_chunked(_CHUNK), response.url):
            yield chunk

    async def _iter_limited(self, chunks: AsyncIterator[bytes], url: URL) -> AsyncIterator[bytes]:
        total = 0
        async for chunk in chunks:
            total += len(chunk)
            if total > self._limits.largest_body:
                raise self._too_large(url)
            yield chunk

    def _too_large(self, url: URL) -> FetchError:
        return _failure(url, f"the answer is larger than {self._limits.largest_body / _MEGABYTE:g} MB")


class _Freshness(TypedDict):
    conditional: bool
    max_age: timedelta | None


@dataclass(frozen=True, slots=True)
class _Hop:
    """Where a server sends us instead."""

    url: URL
    permanent: bool


@dataclass(frozen=True, slots=True)
class _Origin:
    """The configured address without its password, and the headers that only its own server may see."""

    url: URL
    private_headers: CIMultiDict[str]

    @classmethod
    def of(cls, source: Source) -> "_Origin":
        headers = CIMultiDict(source.headers)
        try:
            url = URL(source.address)
            if url.user is not None:
                headers.setdefault("Authorization", aiohttp.encode_basic_auth(url.user, url.password or ""))
            return cls(url.with_user(None) if url.raw_host else url, headers)
        except ValueError as error:
            raise FetchError(f"{redact_url(source.address)}: {explain_failure(error)}") from error

    def headers_for(self, url: URL, state: PollState) -> CIMultiDict[str]:
        headers = CIMultiDict({"Accept": _ACCEPT, "Accept-Encoding": ACCEPT_ENCODING})
        if self._is_own(url):
            headers.update(self.private_headers)
        # Byte for byte as they came; a date of our own making would skip articles where the clocks differ.
        if state.etag is not None:
            headers["If-None-Match"] = state.etag
            # RFC 3229: only the entries that are new, from the few servers that can.
            headers["A-IM"] = "feed"
        if state.last_modified is not None:
            headers["If-Modified-Since"] = state.last_modified
        return headers

    def _is_own(self, url: URL) -> bool:
        """Same scheme, host and port; or the same host gone from http to https, each on its usual port."""
        if url.raw_host != self.url.raw_host:
            return False
        upgraded = (self.url.scheme, self.url.port, url.scheme, url.port) == ("http", 80, "https", 443)
        return upgraded or (url.scheme, url.port) == (self.url.scheme, self.url.port)


def _find_target(url: URL, location: str) -> URL:
    """Where a redirect leads; without a password, which would be the publisher's invention and not the operator's."""
    try:
        target = url.join(URL(location))
        target = target.with_user(None) if target.raw_host else target
    except ValueError as error:
        raise _failure(url, "redirects to what is no address") from error
    if target.scheme not in _SCHEMES:
        raise _failure(url, f'redirects to a "{target.scheme}:" address, and only http and https can be fetched')
    return target


def _is_conditional(state: PollState) -> bool:
    return state.etag is not None or state.last_modified is not None


def _is_delta(response: aiohttp.ClientResponse, state: PollState) -> bool:
    """226 IM Used: new entries alone, where the answer says that this is what was done to it."""
    return response.status == _DELTA and state.etag is not None and "feed" in response.headers.get("IM", "")


def _unchanged(response: aiohttp.ClientResponse, state: PollState) -> Fetched:
    """A 304 updates the validators that it names and leaves the others (RFC 9111, 4.3.4)."""
    if state.etag is None and state.last_modified is None:
        raise _failure(response.url, "answered 304 Not Modified to a request that was not conditional")
    return Fetched(
        body=None,
        body_hash=state.body_hash,
        url=str(response.url),
        content_type=_find_header(response, "Content-Type"),
        etag=_find_header(response, "ETag") or state.etag,
        last_modified=_find_header(response, "Last-Modified") or state.last_modified,
    )


def _changed(response: aiohttp.ClientResponse, body: bytes, state: PollState) -> Fetched:
    """About a third of all 200s bring the bytes that were there before; parsing them again would be for nothing."""
    body_hash = blake2b(body, digest_size=16).hexdigest()
    return Fetched(
        body=None if body_hash == state.body_hash else body,
        body_hash=body_hash,
        url=str(response.url),
        content_type=_find_header(response, "Content-Type"),
        etag=_find_header(response, "ETag"),
        last_modified=_find_header(response, "Last-Modified"),
    )


def _find_header(response: aiohttp.ClientResponse, name: str) -> str | None:
    """None when it is absent, empty, or holds bytes that are no text: those can be neither stored nor sent back."""
    value = response.headers.get(name, "")
    return value if value and value.isprintable() else None


def _failure(url: URL, words: str) -> FetchError:
    return FetchError(f"{redact_url(str(url))}: {words}")
