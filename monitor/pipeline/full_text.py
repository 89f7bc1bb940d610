"""Teasers and the pages behind them: fetched in their domain's turn, read, and stored as whole articles.

Which pages are waited for is a row each: a process killed anywhere loses none, and fetches one at most once more. What
becomes of a page that was not had is decided in monitor.pipeline.awaiting.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from monitor.errors import FetchError, MonitorError, ParseError, Problem, StoreError
from monitor.model import Article, AwaitedPage, Entry, EntryKey, SourceId
from monitor.pipeline.awaiting import PAGE_LEASE, PATIENCE, after_failed_page, find_page_parking
from monitor.pipeline.pace import Pace, domain_of
from monitor.pipeline.plan import Plan, Ports, Stored
from monitor.pipeline.storing import Cursor, Reading, store_reading
from monitor.ports import PageClaim, PageFetcher, ParsedArticles
from monitor.text.domains import registrable_domain
from monitor.text.fingerprint import fingerprint_of

# Extraction is what costs; more would only wait for the workers.
_AT_ONCE = 16
# Storing a teaser takes milliseconds, and the next tick goes on.
_TOLD_AT_ONCE = 200

Busy = set[tuple[SourceId, EntryKey]]

_log = structlog.get_logger()


async def read_pages(ports: Ports, plan: Plan, busy: Busy | None = None) -> tuple[Stored, ...]:
    """Fetch the pages whose turn it is, and tell without them what has waited long enough.

    Calls may overlap; `busy` is theirs in common: the pages being fetched at this moment, which count towards the
    limit.
    """
    if ports.pages is None:
        return ()
    busy = set() if busy is None else busy
    told = await _tell_waiting(ports, plan, ports.clock())
    return told + await _read_due(ports, ports.pages, plan, busy)


async def read_waiting_pages(ports: Ports, plan: Plan) -> tuple[Stored, ...]:
    """Fetch each page that an entry waits for, in the turns of its domain; what cannot be had now is told without it.

    Others are fetched as far as nothing has to be waited for.
    """
    done = list(await read_pages(ports, plan))
    while ports.pages is not None:
        async with ports.store.transaction() as tx:
            waiting = await tx.list_waiting_domains()
        now = ports.clock()
        free_at = ports.pace.next_free(waiting, now)
        if free_at is not None:
            await asyncio.sleep((free_at - now).total_seconds())
        read = await read_pages(ports, plan) if waiting else ()
        done += read
        if not read and free_at is None:
            break
    return (*done, *await _tell_waiting(ports, plan, ports.clock() + PATIENCE))


async def _tell_waiting(ports: Ports, plan: Plan, until: datetime) -> tuple[Stored, ...]:
    """Entries that were to wait no longer than `until` become articles of what their feed says."""
    async with ports.store.transaction() as tx:
        claims = await tx.claim_untold(plan.sources, until, limit=_TOLD_AT_ONCE, lease=PAGE_LEASE)
    return tuple([await _tell_alone(ports, plan, claim) for claim in claims])


async def _tell_alone(ports: Ports, plan: Plan, claim: PageClaim) -> Stored:
    try:
        return await _tell(ports, plan, claim, replace(claim.awaited, untold_until=None))
    except StoreError as error:  # nothing can be written down now; the lease ends, and it is told then
        return Stored(source=claim.awaited.entry.source, error=str(error))


async def _read_due(ports: Ports, pages: PageFetcher, plan: Plan, busy: Busy) -> tuple[Stored, ...]:
    room = _AT_ONCE - len(busy)
    wanted = {source.id for source in plan.sources.values() if source.full_text != "never"}
    if room <= 0 or not wanted:
        return ()
    turns = _Turns(ports.pace, ports.clock())
    try:
        async with ports.store.transaction() as tx:
            claims = await tx.claim_pages(wanted, turns.now, limit=room, lease=PAGE_LEASE, room=turns.take)
            ports.reached("claiming pages")
    except BaseException:
        turns.keep(())
        raise
    ports.reached("pages claimed")
    turns.keep(claims)
    busy.update(_key_of(claim) for claim in claims)
    return tuple(await asyncio.gather(*(_read_once(ports, pages, plan, claim, busy) for claim in claims)))


class _Turns:
    """One turn of each domain that has room, held from the moment it is asked for."""

    def __init__(self, pace: Pace, now: datetime) -> None:
        self._pace = pace
        self.now = now
        self._held: list[str] = []

    def take(self, domain: str) -> int:
        """1, and the turn is held; or 0."""
        if self._pace.room(domain, self.now) <= 0:
            return 0
        self._pace.begin(domain)
        self._held.append(domain)
        return 1

    def keep(self, claims: Sequence[PageClaim]) -> None:
        """Give back the turns that nobody claimed a page for."""
        claimed = {_domain_of(claim.awaited.entry) for claim in claims}
        for domain in self._held:
            if domain not in claimed:
                self._pace.take_back(domain)


async def _read_once(ports: Ports, pages: PageFetcher, plan: Plan, claim: PageClaim, busy: Busy) -> Stored:
    entry = claim.awaited.entry
    try:
        return await _read(ports, pages, plan, claim)
    except StoreError as error:  # nothing can be written down now; the lease ends, and the page is fetched again
        return Stored(source=entry.source, error=str(error))
    except Exception:  # noqa: BLE001 - logged whole; one page never stops the others
        _log.exception("reading a page crashed", source=entry.source, entry=entry.key)
        return await _do_without(ports, plan, claim, ParseError("internal error"))
    finally:
        busy.discard(_key_of(claim))
        ports.pace.end(_domain_of(entry), ports.clock())


async def _read(ports: Ports, pages: PageFetcher, plan: Plan, claim: PageClaim) -> Stored:
    awaited = claim.awaited
    source = plan.sources[awaited.entry.source]
    try:
        entry = replace(awaited.entry, page=await pages.fetch_page(source, awaited.entry.url or ""))
        ports.reached("page fetched")
        parsed = await ports.parser.parse_entries([entry], ports.clock())
        if not parsed.articles:
            # The page is as it is; asking for it again would bring the same.
            raise FetchError(_first_problem(parsed), transient=False)
    except (FetchError, ParseError) as error:
        return await _do_without(ports, plan, claim, error)
    reading = Reading(parsed=parsed, pages={entry.key: entry})
    stored = await store_reading(ports, plan, source, reading, Cursor(alerting=awaited.alerting, page=(claim, None)))
    _log.info("page read", source=source.id, article=parsed.articles[0].id, matches=len(stored.matches))
    return stored


async def _do_without(ports: Ports, plan: Plan, claim: PageClaim, error: MonitorError) -> Stored:
    """What follows when a page was not had: its entry is told at the latest now, and the page perhaps tried again."""
    entry, now = claim.awaited.entry, ports.clock()
    after = after_failed_page(claim.awaited, error, now)
    next_at = after.next_at if after else None
    _log.warning("page not read", source=entry.source, error=str(error), again_at=next_at and next_at.isoformat())
    parked_until = find_page_parking(error, now)
    if parked_until is not None:
        await _park(ports, plan, _domain_of(entry), parked_until)
    stored = await _tell(ports, plan, claim, after)
    return replace(stored, problems=(*stored.problems, Problem("", 0, 0, str(error), "warning")))


async def _tell(ports: Ports, plan: Plan, claim: PageClaim, after: AwaitedPage | None) -> Stored:
    """Commit how far a page has come, together with what its entry says, as far as nobody has been told of that."""
    awaited = claim.awaited
    source = plan.sources[awaited.entry.source]
    reading = Reading(parsed=ParsedArticles(articles=()))
    if awaited.untold_until is not None:
        parsed = await ports.parser.parse_entries([awaited.entry], ports.clock())
        reading = Reading(parsed=parsed, pages={awaited.entry.key: awaited.entry})
    elif awaited.attempts == 0:
        reading = replace(reading, parsed=await _read_headline(ports, awaited.entry))
    return await store_reading(ports, plan, source, reading, Cursor(alerting=awaited.alerting, page=(claim, after)))


async def _read_headline(ports: Ports, entry: Entry) -> ParsedArticles:
    """The article that was read from the entry's page before, with the headline that the feed gives it now: a
    correction of the headline must not wait for a page that does not come. Nothing for other entries.
    """
    async with ports.store.transaction() as tx:
        if not await tx.find_pages_read(entry.source, [entry.key]):
            return ParsedArticles(articles=())
    parsed = await ports.parser.parse_entries([entry], ports.clock())
    async with ports.store.transaction() as tx:
        stored = await tx.find_articles([article.id for article in parsed.articles])
    return ParsedArticles(
        articles=tuple(_with_headline(stored[each.id], each.title) for each in parsed.articles if each.id in stored)
    )


def _with_headline(article: Article, title: str | None) -> Article:
    title = title or article.title
    return replace(article, title=title, fingerprint=fingerprint_of(title, article.standfirst, article.body))


async def _park(ports: Ports, plan: Plan, domain: str, until: datetime) -> None:
    """Leave a domain alone, feeds and pages alike."""
    async with ports.store.transaction() as tx:
        await tx.park_sources([source.id for source in plan.sources.values() if domain_of(source) == domain], until)
        await tx.park_domain(domain, until)


def _first_problem(parsed: ParsedArticles) -> str:
    return str(parsed.problems[0]) if parsed.problems else "no article was found on its page"


def _key_of(claim: PageClaim) -> tuple[SourceId, EntryKey]:
    return claim.awaited.entry.source, claim.awaited.entry.key


def _domain_of(entry: Entry) -> str:
    return registrable_domain(entry.url or "")
