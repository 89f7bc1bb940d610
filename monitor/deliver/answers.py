"""Post a message to an HTTP endpoint and read what it answers: bounded in time and size, and without its secrets.

An endpoint belongs to somebody else. It may redirect, never end its answer, or repeat our own request in it; none of
that may hold a worker up or bring a secret into a log.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from monitor.errors import DeliveryError
from monitor.net.failures import REQUEST_ERRORS, explain_failure, explain_status
from monitor.net.retry_after import find_retry_after
from monitor.render.clean import clean_header, shorten

Clock = Callable[[], datetime]

TIMEOUT = timedelta(seconds=15)  # as Standard Webhooks recommends
_MOST_BYTES = 4096
_MOST_SHOWN = 200
# The status decides; of the whole time, this part is spent waiting for the words that follow it.
_SHARE_FOR_WORDS = 0.1
# Shorter parts of an address are words such as "hooks", and no secrets.
_SHORTEST_SECRET = 8
_HEADERS = {"Accept-Encoding": "identity", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said: `text` is the beginning of its answer on one line, safe to show and to keep."""

    status: int
    text: str
    retry_after: datetime | None

    @property
    def is_success(self) -> bool:
        """Any 2xx; a redirect is a failure, because nobody signed for where it leads."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        words = explain_status(self.status)
        return f"{words}: {self.text}" if self.text else words


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """The way to post to them. `secrets` of `post` are texts that no message may show, besides the URL's own parts."""

    session: aiohttp.ClientSession
    clock: Clock
    timeout: timedelta = TIMEOUT

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, secrets: tuple[str, ...] = ()
    ) -> Answer:
        """The answer, whatever its status; a transient DeliveryError when there was none."""
        try:
            response = await self.session.post(
                _parse(url),
                data=body,
                headers={**_HEADERS, **(headers or {})},
                allow_redirects=False,
                auto_decompress=False,
                timeout=self._timeout,
            )
            try:
                words = await self._read_beginning(response)
            finally:
                response.close()  # not released: what is left of an endless answer must not be waited for
        except REQUEST_ERRORS as error:
            # Not "from error": its text may hold the URL, and a traceback in a log would show it.
            raise DeliveryError(f"{_host_of(url)}: {explain_failure(error)}") from None
        text = show(words, (*secrets, *_secrets_in(url))) if words else ""
        return Answer(response.status, text, find_retry_after(response.status, response.headers, self.clock()))

    @cached_property
    def _timeout(self) -> aiohttp.ClientTimeout:
        """Of everything from the search for the host to the last word. aiohttp's own, at half the cost of asyncio's."""
        return aiohttp.ClientTimeout(total=self.timeout.total_seconds())

    async def _read_beginning(self, response: aiohttp.ClientResponse) -> str:
        if response.content.at_eof():  # not a word, as with 204: no clock need be set
            return ""
        data = b""
        with suppress(*REQUEST_ERRORS):
            async with asyncio.timeout(self.timeout.total_seconds() * _SHARE_FOR_WORDS):
                while len(data) < _MOST_BYTES and (chunk := await response.content.read(_MOST_BYTES - len(data))):
                    data += chunk
        return data.decode("utf-8", "replace")


def show(text: str, secrets: tuple[str, ...]) -> str:
    """A peer's words on one line: no control characters, no secrets, not long."""
    line = clean_header(text)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        line = re.sub(re.escape(secret), "…", line, flags=re.IGNORECASE)
    return shorten(line, _MOST_SHOWN)


def _secrets_in(url: str) -> tuple[str, ...]:
    """The URL and every longer part of it except the host: any of them may be the token."""
    _, _, rest = url.partition("://")
    parts = re.split(r"[/?&=@:#]", rest.partition("/")[2] + "/" + rest.rpartition("@")[0])
    return (url, *(part for part in parts if len(part) >= _SHORTEST_SECRET))


@lru_cache(maxsize=1024)
def _parse(url: str) -> URL:
    """The address to post to: most are posted to again and again."""
    try:
        return URL(url)
    except ValueError:
        raise aiohttp.InvalidURL(url) from None


def _host_of(url: str) -> str:
    try:
        return clean_header(urlsplit(url).hostname or "") or "the endpoint"
    except ValueError:
        return "the endpoint"
