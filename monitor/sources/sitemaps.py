"""Follow an index of sitemaps to those that are new, as one poll of one source.

What is remembered of an index between polls is kept in memory only, and counts only once the store says that the poll
it came from was stored: after a crash the sitemaps are fetched again, and nothing is lost. Everything goes through the
fetcher behind it, so that pace, limits and the address guard hold for each sitemap.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from monitor.errors import FetchError, ParseError
from monitor.model import Fetched, PollState, Source, SourceId
from monitor.parse.charset import decode_bytes
from monitor.parse.sitemap import MOST_CHILDREN, Child, choose_children, find_kind, read_index, unpack_sitemap
from monitor.ports import FeedFetcher
from monitor.sources.turns import Errand, Turns, begin_errand

_log = structlog.get_logger()
_HEAD = 4_000
# Well within the time that a poll may take; the sitemaps that are left are asked for in the next one.
_LONGEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """An index as it was at `at`, and each sitemap of it that was fetched, with when it said it had changed."""

    at: datetime
    address: str
    answer: Fetched
    children: tuple[Child, ...]
    fetched: Mapping[str, tuple[Child, Fetched]]


@dataclass(slots=True)
class _Round:
    """One poll of an index under way."""

    at: datetime
    errand: Errand
    known: Mapping[str, tuple[Child, Fetched]]
    waiting: deque[Child]
    fetched: dict[str, tuple[Child, Fetched]] = field(default_factory=dict)
    parts: list[Fetched] = field(default_factory=list)
    failures: list[FetchError] = field(default_factory=list)
    requests: int = 0


class SitemapFetcher:
    """The FeedFetcher for sitemaps and indexes of them; feeds pass through to the one behind it.

    With `turns`, each sitemap of an index waits for its own.
    """

    def __init__(self, fetcher: FeedFetcher, *, clock: Callable[[], datetime], turns: Turns | None = None) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._turns = turns
        self._indexes: dict[SourceId, _Index] = {}

    async def fetch_feed(self, source: Source, state: PollState) -> Fetched:
        """See ports.FeedFetcher. The answer of an index carries no validators, and its sitemaps as `parts`."""
        if source.kind != "sitemap":
            return await self._fetcher.fetch_feed(source, state)
        known = self._recall(source, state)
        asked = state if known is None else _with_validators(state, known.answer)
        answer = replace(await self._fetcher.fetch_feed(source, asked), at=self._clock())
        children = known.children if known and answer.body is None else await _find_children(answer)
        if children is None:
            self._indexes.pop(source.id, None)
            return answer
        return await self._follow(source, state, answer, children)

    def _recall(self, source: Source, state: PollState) -> _Index | None:
        """What is known of the index, if the poll that it comes from was stored."""
        known = self._indexes.get(source.id)
        if known is None or known.address != source.address:
            return None
        return known if state.last_success_at is not None and state.last_success_at >= known.at else None

    async def _follow(self, source: Source, state: PollState, answer: Fetched, children: tuple[Child, ...]) -> Fetched:
        at = answer.at or self._clock()
        known = self._recall(source, state)
        errand = begin_errand(self._turns, source.address)
        async with errand.turn(source.address):
            pass  # this one was for the index itself
        turn = _Round(
            at=at, errand=errand, known=known.fetched if known else {}, waiting=deque(choose_children(children, at))
        )
        while turn.waiting and turn.requests < MOST_CHILDREN and self._clock() - at < _LONGEST:
            await self._fetch_child(source, state, turn.waiting.popleft(), turn)
        if turn.failures and not turn.fetched:
            raise turn.failures[0]
        self._indexes[source.id] = _Index(
            at=at, address=source.address, answer=replace(answer, body=None), children=children, fetched=turn.fetched
        )
        body = b"<sitemapindex/>" if turn.parts else None
        return replace(answer, body=body, body_hash=None, etag=None, last_modified=None, parts=tuple(turn.parts))

    async def _fetch_child(self, source: Source, state: PollState, child: Child, turn: _Round) -> None:
        """One sitemap; it is not asked for when the index says that it has not changed."""
        before, earlier = turn.known.get(child.url, (None, None))
        if before and earlier and child.changed_at is not None and child.changed_at == before.changed_at:
            turn.fetched[child.url] = (child, earlier)
            return
        turn.requests += 1
        asked = replace(state, etag=None, last_modified=None, body_hash=None)
        asked = _with_validators(asked, earlier) if earlier else asked
        try:
            async with turn.errand.turn(child.url):
                answer = await self._fetcher.fetch_feed(_source_at(source, child.url), asked)
        except FetchError as error:
            _log.warning("sitemap not fetched", source=source.id, error=str(error))
            turn.failures.append(error)
            return
        turn.fetched[child.url] = (child, replace(answer, body=None))
        if answer.body is None:
            return
        inner = await _find_children(replace(answer, at=turn.at))
        if inner is None:
            turn.parts.append(replace(answer, at=turn.at))
        else:
            turn.waiting.extend(_unseen(choose_children(inner, turn.at), turn))


async def _find_children(answer: Fetched) -> tuple[Child, ...] | None:
    """The sitemaps that an index names; None for what is no index, or has not changed."""
    if answer.body is None or answer.at is None:
        return None
    return await asyncio.to_thread(_read_children, answer.body, answer.url, answer.at)


def _read_children(body: bytes, url: str, at: datetime) -> tuple[Child, ...] | None:
    try:
        data = unpack_sitemap(body)
    except ParseError:  # for whoever reads it as a feed to say
        return None
    if find_kind(decode_bytes(data[:_HEAD])) != "sitemapindex":
        return None
    return read_index(decode_bytes(data), url, at)


def _unseen(children: Iterable[Child], turn: _Round) -> list[Child]:
    return [child for child in children if child.url not in turn.fetched]


def _with_validators(state: PollState, answer: Fetched) -> PollState:
    return replace(state, etag=answer.etag, last_modified=answer.last_modified, body_hash=answer.body_hash)


def _source_at(source: Source, url: str) -> Source:
    """The source at another address, which sees its headers only if it is the same server's."""
    own, other = urlsplit(source.address), urlsplit(url)
    same = (own.scheme, own.hostname, own.port) == (other.scheme, other.hostname, other.port)
    return replace(source, address=url, headers=source.headers if same else {})
