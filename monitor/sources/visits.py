"""One GET: guarded, bounded in size, time and redirects, and each of its requests in its domain's turn.

What is asked for, and what an answer means, is the callers' business: feeds, pages and robots.txt.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from monitor.errors import FetchError
from monitor.net.failures import REQUEST_ERRORS, explain_failure
from monitor.net.redact import redact_url
from monitor.net.unpack import iter_unpacked
from monitor.sources.turns import Errand

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SCHEMES = frozenset({"http", "https"})
_CHUNK = 64 * 1024
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one visit may cost. `largest_body` counts bytes after decompression; `longest` spans all redirects, but not
    the waiting for turns. `is_size_final`: what is too large is not asked for again.
    """

    largest_body: int = 10 * _MEGABYTE
    longest: timedelta = timedelta(seconds=30)
    redirects: int = 5
    is_size_final: bool = False


DEFAULT_LIMITS = FetchLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The answer that the redirects led to. `is_moved`: there were some, and each of them was for good.

    `body` is empty where it was not wanted.
    """

    status: int
    headers: CIMultiDictProxy[str]
    url: URL
    body: bytes
    is_moved: bool


async def _admit_all(_url: URL) -> None:
    """Nobody is asked whether an address may be visited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to ask for. `is_wanted` says of an answer whether its body is read; `admit` refuses an address, before it is
    asked, by raising; `headers_for` are those for an address. `cut`: of too large a body the beginning is enough.
    """

    url: URL
    headers_for: Callable[[URL], CIMultiDict[str]]
    is_wanted: Callable[[int, CIMultiDictProxy[str]], bool]
    admit: Callable[[URL], Awaitable[None]] = _admit_all
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Hop:
    """Where a server sends us instead."""

    url: URL
    permanent: bool


class Visitor:
    """Makes visits over a session of monitor.net.http, which guards every connection, after redirects too."""

    def __init__(self, session: aiohttp.ClientSession, limits: FetchLimits = DEFAULT_LIMITS) -> None:
        self._session = session
        self._limits = limits

    async def visit(self, errand: Errand, wish: Wish) -> Visit:
        """FetchError when no answer came. One with any status but a redirect's is an answer."""
        url, is_moved = wish.url, False
        left = self._limits.longest.total_seconds()
        for hop in range(self._limits.redirects + 1):
            await wish.admit(url)
            async with errand.turn(str(url)):
                begun = asyncio.get_running_loop().time()
                outcome = await self._ask_in_time(url, wish, left)
                left -= asyncio.get_running_loop().time() - begun
            if isinstance(outcome, Visit):
                return outcome if not is_moved else _moved(outcome)
            url, is_moved = outcome.url, outcome.permanent and (is_moved or not hop)
        raise failure(wish.url, f"redirected more than {self._limits.redirects} times")

    async def _ask_in_time(self, url: URL, wish: Wish, seconds: float) -> "Visit | _Hop":
        try:
            async with asyncio.timeout(max(seconds, 0)):
                return await self._ask(url, wish)
        except TimeoutError as error:
            longest = self._limits.longest.total_seconds()
            raise failure(wish.url, f"no complete answer within {longest:g} s") from error

    async def _ask(self, url: URL, wish: Wish) -> "Visit | _Hop":
        """The answer, or where the server sends us instead."""
        try:
            async with self._session.get(
                url, headers=wish.headers_for(url), allow_redirects=False, auto_decompress=False
            ) as response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    target = _find_target(url, response.headers["Location"])
                    return _Hop(target, response.status in _PERMANENT)
                wanted = wish.is_wanted(response.status, response.headers)
                return Visit(
                    status=response.status,
                    headers=response.headers,
                    url=response.url,
                    body=await self._read_body(response, cut=wish.cut) if wanted else b"",
                    is_moved=False,
                )
        except REQUEST_ERRORS as error:
            raise failure(url, explain_failure(error)) from error

    async def _read_body(self, response: aiohttp.ClientResponse, *, cut: bool) -> bytes:
        """The whole body; refused at the first piece too many, packed or not, so that a gzip bomb never unfolds."""
        most = self._limits.largest_body
        if not cut and (response.content_length or 0) > most:
            raise self._too_large(response.url)
        packed = response.content.iter_chunked(_CHUNK)
        encoding = response.headers.get("Content-Encoding", "")
        pieces: list[bytes] = []
        size = 0
        async for piece in iter_unpacked(self._iter_limited(packed, response.url), encoding):
            pieces.append(piece)
            size += len(piece)
            if size > most and cut:
                return b"".join(pieces)[:most]
            if size > most:
                raise self._too_large(response.url)
        return b"".join(pieces)

    async def _iter_limited(self, chunks: AsyncIterator[bytes], url: URL) -> AsyncIterator[bytes]:
        total = 0
        async for chunk in chunks:
            total += len(chunk)
            yield chunk
            # What is cut has been cut by now.
            if total > self._limits.largest_body:
                raise self._too_large(url)

    def _too_large(self, url: URL) -> FetchError:
        words = f"the answer is larger than {self._limits.largest_body / _MEGABYTE:g} MB"
        return failure(url, words, transient=not self._limits.is_size_final)


def failure(
    url: URL,
    words: str,
    *,
    transient: bool = True,
    status: int | None = None,
    retry_after: datetime | None = None,
) -> FetchError:
    """A FetchError that names where it happened, without secrets."""
    message = f"{redact_url(str(url))}: {words}"
    return FetchError(message, transient=transient, status=status, retry_after=retry_after)


def _moved(visit: Visit) -> Visit:
    return Visit(status=visit.status, headers=visit.headers, url=visit.url, body=visit.body, is_moved=True)


def _find_target(url: URL, location: str) -> URL:
    """Where a redirect leads; without a password, which would be the publisher's invention and not the operator's."""
    try:
        target = url.join(URL(location))
        target = target.with_user(None) if target.raw_host else target
    except ValueError as error:
        raise failure(url, "redirects to what is no address") from error
    if target.scheme not in _SCHEMES:
        raise failure(url, f'redirects to a "{target.scheme}:" address, and only http and https can be fetched')
    return target
