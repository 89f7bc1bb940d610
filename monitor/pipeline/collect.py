"""From due sources and archives to stored articles, matches and alerts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog

from monitor.errors import FetchError, InputError, MonitorError, ParseError, Problem, StoreError
from monitor.model import (
    Article,
    ArticleId,
    Entry,
    Fetched,
    Match,
    PollState,
    Record,
    Slice,
    Source,
    SourceId,
    StoryId,
)
from monitor.pipeline.pace import Pace, domain_of
from monitor.pipeline.plan import Plan, Ports, Stored
from monitor.pipeline.raising import raise_alerts
from monitor.polling import (
    POLL_LEASE,
    after_clock_change,
    after_failure,
    after_new_address,
    after_success,
    at_address,
    find_parking,
    to_ask,
)
from monitor.ports import ParsedArticles, PollClaim, Transaction
from monitor.route.routes import Candidate
from monitor.story.stories import assign_stories

_log = structlog.get_logger()
_Page = TypeVar("_Page", Entry, Record)


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
    """Poll every source that is due, at most `plan.concurrency` of them; one that fails is put off and named.

    Calls may overlap, so that a slow source keeps nobody waiting. `busy` is theirs in common: the sources being polled
    at this moment. They count towards the limit, and are not taken up again even when their lease ends.
    """
    busy = set() if busy is None else busy
    room = plan.concurrency - len(busy)
    if room <= 0:
        return ()
    async with ports.store.transaction() as tx:
        known = [source for source in plan.sources if source not in busy]
        now = ports.clock()
        admit = _Admission(ports.pace, plan, now)
        claims = await tx.claim_due_sources(known, now, limit=room, lease=POLL_LEASE, admit=admit)
        ports.reached("claiming sources")
    ports.reached("sources claimed")
    busy.update(claim.state.source for claim in claims)
    for claim in claims:
        ports.pace.begin(domain_of(plan.sources[claim.state.source]))
    return tuple(await asyncio.gather(*(_poll_once(ports, plan, claim, busy) for claim in claims)))


async def import_slices(
    ports: Ports, plan: Plan, source: Source, parts: Iterable[Slice], *, alerting: bool
) -> AsyncIterator[Stored]:
    """Store slices of an archive, each with its checkpoint; yields once a slice, also for those already done."""
    for part in parts:
        async with ports.store.transaction() as tx:
            done = await tx.is_slice_done(part)
        if done:
            yield Stored(source=source.id)
        else:
            parsed = await _read_slice(ports, source, part)
            yield await _store(ports, plan, source, parsed, _Cursor(alerting=alerting, part=part))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cursor:
    """What is committed with a batch of articles: a poll's new state, or an archive's checkpoint."""

    alerting: bool
    claim: PollClaim | None = None
    state: PollState | None = None
    part: Slice | None = None


class _Admission:
    """Which of the due sources may be asked now, so that no domain is asked faster than its pace. Counts as it goes."""

    def __init__(self, pace: Pace, plan: Plan, now: datetime) -> None:
        self._pace = pace
        self._plan = plan
        self._now = now
        self._room: dict[str, int] = {}

    def __call__(self, source: SourceId) -> bool:
        domain = domain_of(self._plan.sources[source])
        if not domain:
            return True
        room = self._room[domain] if domain in self._room else self._pace.room(domain, self._now)
        self._room[domain] = room - (room > 0)
        return room > 0


async def _poll_once(ports: Ports, plan: Plan, claim: PollClaim, busy: set[SourceId]) -> Stored:
    try:
        return await _poll(ports, plan, claim)
    finally:
        busy.discard(claim.state.source)
        ports.pace.end(domain_of(plan.sources[claim.state.source]), ports.clock())


async def _poll(ports: Ports, plan: Plan, claim: PollClaim) -> Stored:
    source = plan.sources[claim.state.source]
    poll = _poll_archive if source.kind == "archive" else _poll_feed
    try:
        stored = await poll(ports, plan, source, claim)
    except (FetchError, ParseError, InputError) as error:
        stored = await _put_off(ports, plan, claim, error)
    except StoreError as error:  # nothing can be written down now; the lease ends, and the source is polled again
        stored = Stored(source=source.id, error=str(error))
    except Exception as error:  # noqa: BLE001 - logged whole; one source never stops the others
        _log.exception("poll crashed", source=source.id)
        stored = await _put_off(ports, plan, claim, ParseError(f"internal error: {type(error).__name__}"))
    _report(stored)
    return stored


async def _poll_feed(ports: Ports, plan: Plan, source: Source, claim: PollClaim) -> Stored:
    before = at_address(claim.state, source)
    fetched = await ports.fetcher.fetch_feed(source, to_ask(claim.state, source, ports.clock()))
    ports.reached("feed fetched")
    parsed = await _parse_feed(ports, source, fetched)
    state = after_success(
        before,
        source,
        validators=fetched,
        new_entries=len(parsed.articles),
        now=ports.clock(),
        jitter=ports.jitter(),
    )
    alerting = claim.state.backlog_done or source.alert_backlog
    return await _store(ports, plan, source, parsed, _Cursor(alerting=alerting, claim=claim, state=state))


async def _poll_archive(ports: Ports, plan: Plan, source: Source, claim: PollClaim) -> Stored:
    """An archive that is a source is looked through at each poll; slices that are done cost one lookup each."""
    alerting = claim.state.backlog_done or source.alert_backlog
    slices = await asyncio.to_thread(ports.archives.list_slices, source)
    parts = [part async for part in import_slices(ports, plan, source, slices, alerting=alerting)]
    articles = tuple(article for part in parts for article in part.articles)
    now = ports.clock()
    state = after_success(
        claim.state, source, validators=None, new_entries=len(articles), now=now, jitter=ports.jitter()
    )
    async with ports.store.transaction() as tx:
        await tx.finish_poll(claim, state)
    return Stored(
        source=source.id,
        articles=articles,
        stories={article: story for part in parts for article, story in part.stories.items()},
        matches=tuple(match for part in parts for match in part.matches),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


async def _put_off(ports: Ports, plan: Plan, claim: PollClaim, error: MonitorError) -> Stored:
    source = plan.sources[claim.state.source]
    state = after_failure(at_address(claim.state, source), source, error, now=ports.clock(), jitter=ports.jitter())
    parked_until = find_parking(error, state)
    async with ports.store.transaction() as tx:
        is_ours = await tx.finish_poll(claim, state)
        if is_ours and parked_until is not None:
            domain = domain_of(source)
            same = [other.id for other in plan.sources.values() if domain_of(other) == domain]
            await tx.park_sources(same, parked_until)
    return Stored(source=source.id, error=str(error))


async def _parse_feed(ports: Ports, source: Source, fetched: Fetched) -> ParsedArticles:
    if fetched.body is None:
        return ParsedArticles(articles=())
    feed = await ports.parser.parse_feed(source, fetched)
    unseen = await _list_unseen(ports, source, feed.entries)
    parsed = await ports.parser.parse_entries(unseen, ports.clock())
    return replace(parsed, problems=feed.problems + parsed.problems)


async def _read_slice(ports: Ports, source: Source, part: Slice) -> ParsedArticles:
    found = await asyncio.to_thread(lambda: tuple(ports.archives.iter_records(source, part)))
    unreadable = tuple(each for each in found if isinstance(each, Problem))
    unseen = await _list_unseen(ports, source, [each for each in found if isinstance(each, Record)])
    parsed = await ports.parser.parse_records(unseen, ports.clock())
    return replace(parsed, problems=unreadable + parsed.problems)


async def _list_unseen(ports: Ports, source: Source, pages: Sequence[_Page]) -> list[_Page]:
    """The pages that no stored article came from: only they are worth extracting."""
    async with ports.store.transaction() as tx:
        keys = await tx.list_unseen(source.id, [page.key for page in pages])
    return [page for page in pages if page.key in keys]


async def _store(ports: Ports, plan: Plan, source: Source, parsed: ParsedArticles, cursor: _Cursor) -> Stored:
    """Everything that follows from new articles, in one transaction with the cursor that says they were read."""
    outcomes = {article.id: ports.matcher.match(article, source) for article in parsed.articles}
    problems = parsed.problems + tuple(problem for outcome in outcomes.values() for problem in outcome.problems)
    async with ports.store.transaction() as tx:
        now = ports.clock()
        if not await _advance(tx, cursor, now):
            return Stored(source=source.id, error="another process has taken this source over")
        new = await tx.add_articles(parsed.articles)
        articles = tuple(article for article in parsed.articles if article.id in new)
        matches = tuple(match for article in articles for match in outcomes[article.id].matches)
        stories = await _tell_stories(tx, articles, now)
        await _add_matches(tx, ports, matches, now)
        if cursor.alerting and matches:
            candidates = _candidates(ports, source, articles, stories, matches)
            await raise_alerts(tx, plan, candidates, now)
        ports.reached("storing articles")
    ports.reached("articles stored")
    return Stored(source=source.id, articles=articles, stories=stories, matches=matches, problems=problems)


async def _advance(tx: Transaction, cursor: _Cursor, now: datetime) -> bool:
    """Move the cursor; False when the source is no longer ours to move it for."""
    if cursor.part is not None:
        await tx.mark_slice_done(cursor.part, now)
    if cursor.claim is not None and cursor.state is not None:
        return await tx.finish_poll(cursor.claim, cursor.state)
    return True


async def _tell_stories(tx: Transaction, articles: Sequence[Article], now: datetime) -> Mapping[ArticleId, StoryId]:
    if not articles:
        return {}
    await tx.lock_stories()
    known = await tx.find_stories({article.fingerprint for article in articles})
    stories = assign_stories(articles, known)
    await tx.assign_stories(stories, now)
    return stories


async def _add_matches(tx: Transaction, ports: Ports, matches: Sequence[Match], now: datetime) -> None:
    if matches:
        matched = {match.rule for match in matches}
        await tx.save_rules([rule for rule in ports.matcher.rules if rule.id in matched], now)
        await tx.add_matches(matches)


def _candidates(
    ports: Ports,
    source: Source,
    articles: Sequence[Article],
    stories: Mapping[ArticleId, StoryId],
    matches: Sequence[Match],
) -> list[Candidate]:
    by_id = {article.id: article for article in articles}
    rules = {rule.id: rule for rule in ports.matcher.rules}
    return [
        Candidate(
            article=by_id[match.article],
            story=stories[match.article],
            match=match,
            rule=rules[match.rule],
            source=source,
        )
        for match in matches
    ]


def _report(stored: Stored) -> None:
    _log.log(
        logging.WARNING if stored.error or stored.problems else logging.INFO,
        "polled",
        source=stored.source,
        articles=len(stored.articles),
        matches=len(stored.matches),
        problems=[str(problem) for problem in stored.problems[:5]] or None,
        error=stored.error,
    )
