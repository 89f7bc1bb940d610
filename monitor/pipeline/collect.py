"""From due sources and archives to stored articles, matches and alerts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Self

import structlog

from monitor.errors import FetchError, InputError, MonitorError, ParseError, StoreError
from monitor.model import (
    AwaitedPage,
    Fetched,
    GuidFault,
    PollState,
    Slice,
    Source,
    SourceId,
)
from monitor.pipeline.awaiting import Sorted, sort_teasers
from monitor.pipeline.batches import read_slices
from monitor.pipeline.grouping import Groups
from monitor.pipeline.news import FeedRead
from monitor.pipeline.pace import Pace, domain_of
from monitor.pipeline.plan import Plan, Ports, Stored
from monitor.pipeline.storing import Cursor, Reading, Unstored, store_reading
from monitor.polling import (
    POLL_LEASE,
    News,
    after_clock_change,
    after_failure,
    after_new_address,
    after_success,
    at_address,
    find_parking,
    to_ask,
)
from monitor.ports import ParsedArticles, PollClaim

# Of one call. Half of the room or more is claimed each time, so that the rows are not asked for every single source.
_CLAIMS = 16
_NOTHING = Reading(parsed=ParsedArticles(articles=()))

_log = structlog.get_logger()


async def register_sources(ports: Ports, plan: Plan) -> None:
    """Make the sources that are new in the configuration due; to be called once, before polling."""
    async with ports.store.transaction() as tx:
        await tx.sync_sources(plan.sources, ports.clock())


async def mend_poll_times(ports: Ports, plan: Plan) -> None:
    """Make due what was polled by a clock that ran ahead, or was gone at another address; to be called before polling
    and when the configuration has changed.
    """
    async with ports.store.transaction() as tx:
        now = ports.clock()
        for state in await tx.list_poll_states():
            mended = after_clock_change(state, now)
            if state.source in plan.sources:
                mended = after_new_address(mended, plan.sources[state.source], now)
            if mended != state:
                await tx.save_poll_state(mended)


async def poll_due(ports: Ports, plan: Plan, busy: set[SourceId] | None = None) -> tuple[Stored, ...]:
    """Poll every source that is due, at most `plan.concurrency` at once; one that fails is put off and named.

    Calls may overlap, so that a slow source keeps nobody waiting. `busy` is theirs in common: the sources being polled
    at this moment. They count towards the limit, and are not taken up again even when their lease ends. A source is
    polled once in a call; what is still due after a number of claims is left to the next call, which sees a new plan.
    """
    busy = set() if busy is None else busy
    groups = Groups(ports, plan)
    asked: set[SourceId] = set()
    done: list[Stored] = []
    running: set[asyncio.Task[Stored]] = set()
    try:
        for _ in range(_CLAIMS):
            claims = await _claim(ports, plan, busy, asked)
            if not claims:
                break
            asked.update(claim.state.source for claim in claims)
            running |= {asyncio.create_task(_poll_once(ports, plan, groups, claim, busy)) for claim in claims}
            while len(running) > plan.concurrency // 2:
                finished, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                done += [task.result() for task in finished]
        done += await asyncio.gather(*running)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return tuple(done)


async def _claim(ports: Ports, plan: Plan, busy: set[SourceId], asked: set[SourceId]) -> tuple[PollClaim, ...]:
    """Take up what is due of what was not asked yet, as far as there is room."""
    room = plan.concurrency - len(busy)
    if room <= 0:
        return ()
    async with ports.store.transaction() as tx:
        known = (source for source in plan.sources if source not in busy and source not in asked)
        now = ports.clock()
        with _Admission(ports.pace, plan, now) as admit:
            claims = await tx.claim_due_sources(known, now, limit=room, lease=POLL_LEASE, admit=admit)
        ports.reached("claiming sources")
    ports.reached("sources claimed")
    busy.update(claim.state.source for claim in claims)
    return claims


async def poll_all_due(ports: Ports, plan: Plan) -> tuple[Stored, ...]:
    """Poll each source that is due once, waiting where the pace of a domain asks for it."""
    waiting = dict(plan.sources)
    done: list[Stored] = []
    while waiting:
        polled = await poll_due(ports, replace(plan, sources=waiting))
        done += polled
        for stored in polled:
            waiting.pop(stored.source, None)
        if not polled and not await _wait_for_turn(ports, waiting.values()):
            break
    return tuple(done)


async def _wait_for_turn(ports: Ports, sources: Iterable[Source]) -> bool:
    """Until a domain that was just asked may be asked again; False where none of these sources waits for that."""
    now = ports.clock()
    free_at = ports.pace.next_free(map(domain_of, sources), now)
    if free_at is None:
        return False
    await asyncio.sleep((free_at - now).total_seconds())
    return True


async def import_slices(
    ports: Ports, plan: Plan, source: Source, parts: Iterable[Slice], *, alerting: bool
) -> AsyncIterator[Stored]:
    """Store slices of an archive, batch by batch, each with its checkpoint; yields for those already done, too."""
    async for read in read_slices(ports, source, parts):
        stored = Stored(source=source.id, error=read.error)
        if read.checkpoints:
            cursor = Cursor(alerting=alerting, parts=read.checkpoints)
            stored = await store_reading(ports, plan, source, read.reading, cursor)
        yield replace(stored, size=read.size)


class _Admission:
    """Which of the due sources may be asked now, so that no domain is asked faster than its pace. Whoever is admitted
    holds the turn of its domain at once: polls and pages are claimed at the same time.
    """

    def __init__(self, pace: Pace, plan: Plan, now: datetime) -> None:
        self._pace = pace
        self._plan = plan
        self._now = now
        self._begun: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Turns of claims that did not come about are given back."""
        for domain in self._begun if failed else ():
            self._pace.take_back(domain)

    def __call__(self, source: SourceId) -> bool:
        domain = domain_of(self._plan.sources[source])
        if not domain:
            return True
        if self._pace.room(domain, self._now) <= 0:
            return False
        self._pace.begin(domain)
        self._begun.append(domain)
        return True


async def _poll_once(ports: Ports, plan: Plan, groups: Groups, claim: PollClaim, busy: set[SourceId]) -> Stored:
    try:
        return await _poll(ports, plan, groups, claim)
    finally:
        busy.discard(claim.state.source)
        ports.pace.end(domain_of(plan.sources[claim.state.source]), ports.clock())


async def _poll(ports: Ports, plan: Plan, groups: Groups, claim: PollClaim) -> Stored:
    try:
        stored = await _poll_or_put_off(ports, plan, groups, claim)
    except StoreError as error:  # nothing can be written down now; the lease ends, and the source is polled again
        stored = Stored(source=claim.state.source, error=str(error))
    _report(stored)
    return stored


async def _poll_or_put_off(ports: Ports, plan: Plan, groups: Groups, claim: PollClaim) -> Stored:
    source = plan.sources[claim.state.source]
    try:
        if source.kind == "archive":
            return await _poll_archive(ports, plan, source, claim)
        return await groups.store(await _poll_feed(ports, groups, source, claim))
    except (FetchError, ParseError, InputError) as error:
        return await _put_off(ports, plan, groups, claim, error)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - logged whole; one source never stops the others
        _log.exception("poll crashed", source=source.id)
        return await _put_off(ports, plan, groups, claim, ParseError(f"internal error: {type(error).__name__}"))


async def _poll_feed(ports: Ports, groups: Groups, source: Source, claim: PollClaim) -> Unstored:
    before = at_address(claim.state, source)
    fetched = await ports.fetcher.fetch_feed(source, to_ask(claim.state, source, ports.clock()))
    ports.reached("feed fetched")
    alerting = claim.state.backlog_done or source.alert_backlog
    reading, awaited, guid_fault = await _read_feed(ports, groups, source, before, fetched, alerting=alerting)
    if before is claim.state or guid_fault == "repeated":  # at another address, other guids are no fault
        before = replace(before, guid_fault=guid_fault)
    state_after = partial(after_success, before, source, validators=fetched, now=ports.clock(), jitter=ports.jitter())
    news = News(len(reading.parsed.articles) + sum(page.untold_until is not None for page in awaited))
    cursor = Cursor(
        alerting=alerting,
        claim=claim,
        state=state_after(news=news),
        state_with=lambda known, copies: state_after(news=News(news.entries - known, copies)),
        awaited=awaited,
    )
    return Unstored(source=source, reading=reading, cursor=cursor)


async def _poll_archive(ports: Ports, plan: Plan, source: Source, claim: PollClaim) -> Stored:
    """An archive that is a source is looked through at each poll; slices that are done cost one lookup each."""
    alerting = claim.state.backlog_done or source.alert_backlog
    slices = await asyncio.to_thread(ports.archives.list_slices, source)
    parts = [part async for part in import_slices(ports, plan, source, slices, alerting=alerting)]
    failed = next((part.error for part in parts if part.error), None)
    if failed:
        raise InputError(failed)
    articles = tuple(article for part in parts for article in part.articles)
    now = ports.clock()
    news = News(len(articles))
    state = after_success(claim.state, source, validators=None, news=news, now=now, jitter=ports.jitter())
    async with ports.store.transaction() as tx:
        await tx.finish_poll(claim, state)
    return Stored(
        source=source.id,
        articles=articles,
        stories={article: story for part in parts for article, story in part.stories.items()},
        matches=tuple(match for part in parts for match in part.matches),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


async def _put_off(ports: Ports, plan: Plan, groups: Groups, claim: PollClaim, error: MonitorError) -> Stored:
    source = plan.sources[claim.state.source]
    state = after_failure(at_address(claim.state, source), source, error, now=ports.clock(), jitter=ports.jitter())
    parked_until = find_parking(error, state)
    if parked_until is None:
        cursor = Cursor(alerting=False, claim=claim, state=state)
        await groups.store(Unstored(source=source, reading=_NOTHING, cursor=cursor))
        return Stored(source=source.id, error=str(error))
    async with ports.store.transaction() as tx:
        if await tx.finish_poll(claim, state):
            domain = domain_of(source)
            same = [other.id for other in plan.sources.values() if domain_of(other) == domain]
            await tx.park_sources(same, parked_until)
            await tx.park_domain(domain, parked_until)
    return Stored(source=source.id, error=str(error))


async def _read_feed(
    ports: Ports, groups: Groups, source: Source, state: PollState, fetched: Fetched, *, alerting: bool
) -> tuple[Reading, tuple[AwaitedPage, ...], GuidFault | None]:
    """What a feed brought, the pages it leads to, and what is known of its guids by now."""
    if fetched.body is None:
        return _NOTHING, (), state.guid_fault
    feed = await ports.parser.parse_feed(source, replace(fetched, guid_fault=state.guid_fault))
    found = await groups.find_news(FeedRead(source=source, feed=feed, is_first=not state.backlog_done))
    news = tuple(found.recognised.news.values())
    sorted_ = Sorted(at_once=news)
    if found.known is not None:
        sorted_ = sort_teasers(news, found.teasers, found.known, alerting=alerting, now=ports.clock())
    parsed = await ports.parser.parse_entries(sorted_.at_once, ports.clock())
    parsed = replace(parsed, problems=feed.problems + parsed.problems)
    reading = Reading(parsed=parsed, pages={entry.key: entry for entry in sorted_.at_once})
    return reading, sorted_.awaited, feed.guid_fault or found.recognised.guid_fault


def _report(stored: Stored) -> None:
    _log.log(
        logging.WARNING if stored.error or stored.problems else logging.INFO,
        "polled",
        source=stored.source,
        articles=len(stored.articles),
        matches=len(stored.matches),
        waiting=stored.waiting or None,
        problems=[str(problem) for problem in stored.problems[:5]] or None,
        error=stored.error,
    )
