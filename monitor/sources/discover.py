"""Find the feeds of a site from the address of a page: ask where they may be, and keep what answers as a feed.

The requests follow one another, and end once something was found: a visitor who looks around, not a scanner. They go
through the fetcher, and so through the address guard.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urljoin

from monitor.errors import FetchError, MonitorError, ParseError
from monitor.model import Fetched, PollState, Source, SourceId, SourceKind
from monitor.parse.dates import read_date
from monitor.parse.discovery import (
    DECLARED,
    Lead,
    find_header_links,
    find_links,
    find_sitemaps,
    guess_addresses,
    name_format,
    usual_places,
)
from monitor.parse.urls import canonical_url
from monitor.ports import FeedFetcher, ParsedFeed
from monitor.text.domains import registrable_domain

MOST_REQUESTS = 25

ParseFeed = Callable[[Source, Fetched], ParsedFeed]
Rest = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address that answered as a feed. `newest` is the date of its newest entry, where it has one."""

    url: str
    how: str
    kind: SourceKind
    title: str | None
    format: str
    language: str | None
    entries: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An address that was asked and is no feed, with the reason; `error` where it did not answer with a page at all."""

    url: str
    reason: str
    error: MonitorError


@dataclass(slots=True)
class Discovery:
    """What was found, the likeliest first, and what was tried in vain."""

    candidates: list[Candidate] = field(default_factory=list)
    tried: list[Attempt] = field(default_factory=list)


async def _no_rest() -> None:
    """Servers of one's own need none."""


async def discover_feeds(
    fetcher: FeedFetcher, source: Source, parse: ParseFeed, now: datetime, *, rest: Rest = _no_rest
) -> Discovery:
    """The feeds behind the address of `source`, which may be one itself; its headers go to its own server only.

    `rest` is awaited before each further request to a domain.
    """
    return await _Search(fetcher, source, parse, now, rest).run()


class _Search:
    def __init__(self, fetcher: FeedFetcher, source: Source, parse: ParseFeed, now: datetime, rest: Rest) -> None:
        self._fetcher = fetcher
        self._source = source
        self._parse = parse
        self._now = now
        self._rest = rest
        self._domains: set[str] = set()
        self._asked: set[str] = set()
        self._found = Discovery()

    async def run(self) -> Discovery:
        """Each kind of place in turn, until one of them has something."""
        page = await self._ask(Lead(self._source.address, "the address itself"))
        if self._found.candidates or page is None:
            return self._found
        body, url = page.body or b"", page.url
        for leads in (
            (*find_header_links(page.links, url), *find_links(body, page.content_type, url)),
            guess_addresses(body, page.content_type, url),
            usual_places(url),
        ):
            await self._ask_all(leads)
            if self._found.candidates:
                return self._found
        robots = await self._fetch(urljoin(url, "/robots.txt"))
        await self._ask_all(find_sitemaps(robots.body or b"", url) if robots else ())
        return self._found

    async def _ask_all(self, leads: Iterable[Lead]) -> None:
        for lead in leads:
            declared = lead.how == DECLARED
            if len(self._asked) >= MOST_REQUESTS or (self._found.candidates and not declared):
                return
            await self._ask(lead)

    async def _ask(self, lead: Lead) -> Fetched | None:
        """Ask an address; what came when it was no feed."""
        fetched = await self._fetch(lead.url)
        if fetched is None:
            return None
        try:
            source = replace(self._source, kind="sitemap", address=lead.url)
            candidate = self._describe(lead, fetched, self._parse(source, fetched))
        except ParseError as error:
            self._found.tried.append(Attempt(lead.url, str(error), error))
            return fetched
        if all(candidate.url != other.url for other in self._found.candidates):
            self._found.candidates.append(candidate)
        return None

    async def _fetch(self, url: str) -> Fetched | None:
        if (identity := canonical_url(url) or url) in self._asked:
            return None
        self._asked.add(identity)
        domain = registrable_domain(url)
        if domain in self._domains:
            await self._rest()
        self._domains.add(domain)
        asked = replace(self._source, address=url, headers=self._source.headers if url == self._source.address else {})
        try:
            return await self._fetcher.fetch_feed(asked, PollState(source=SourceId("discover"), next_poll_at=self._now))
        except FetchError as error:
            self._found.tried.append(Attempt(url, str(error), error))
            return None

    def _describe(self, lead: Lead, fetched: Fetched, feed: ParsedFeed) -> Candidate:
        form = name_format(fetched.body or b"")
        dates = [read_date(entry.published or entry.updated, self._now, entry.language) for entry in feed.entries]
        languages = [entry.language for entry in feed.entries if entry.language]
        return Candidate(
            url=lead.url,
            how=lead.how,
            kind="sitemap" if "sitemap" in form else "feed",
            title=feed.title,
            format=form,
            language=languages[0] if languages else None,
            entries=len(feed.entries),
            newest=max((date.at for date in dates if date), default=None),
        )
