"""Articles as read to rows: stored, told as stories, matched and raised as alerts, in one transaction with the cursor.

What a source shows again and says otherwise is a correction; see monitor.pipeline.correcting.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from monitor.model import (
    Article,
    ArticleId,
    AwaitedPage,
    Entry,
    EntryKey,
    Match,
    PollState,
    Record,
    Slice,
    Source,
    SourceId,
    StoryChange,
    StoryId,
)
from monitor.parse.packing import pack_page
from monitor.parse.stamps import stamp_of
from monitor.parse.traits import traits_of
from monitor.pipeline.completing import complete_articles
from monitor.pipeline.correcting import correct_articles
from monitor.pipeline.plan import Plan, Ports, Stored
from monitor.pipeline.raising import raise_alerts, raise_updates
from monitor.pipeline.telling import tell_stories
from monitor.ports import KnownEntry, MatchOutcome, PackedPage, PageClaim, ParsedArticles, PollClaim, Transaction
from monitor.route.routes import Candidate

_Page = TypeVar("_Page", Entry, Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a source this time: its articles, and the pages that they, or failures, came from."""

    parsed: ParsedArticles
    pages: Mapping[EntryKey, Entry | Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """What is committed with a batch of articles: a poll's new state with the pages that it waits for, how far one of
    those pages has come (None: it is there), or an archive's checkpoint. `state` takes all articles for news;
    `state_with` is given how many were known before, and how many of the others are copies.
    """

    alerting: bool
    awaited: tuple[AwaitedPage, ...] = ()
    page: tuple[PageClaim, AwaitedPage | None] | None = None
    claim: PollClaim | None = None
    state: PollState | None = None
    state_with: Callable[[int, int], PollState] | None = None
    parts: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstored:
    """What was read of a source, and what is to be committed with it."""

    source: Source
    reading: Reading
    cursor: Cursor

    @property
    def article_ids(self) -> frozenset[ArticleId]:
        """Of the articles that were read."""
        return frozenset(article.id for article in self.reading.parsed.articles)


async def store_reading(ports: Ports, plan: Plan, source: Source, reading: Reading, cursor: Cursor) -> Stored:
    """As `store_readings`, of one source."""
    (stored,) = await store_readings(ports, plan, [Unstored(source=source, reading=reading, cursor=cursor)])
    return stored


async def store_readings(ports: Ports, plan: Plan, batch: Sequence[Unstored]) -> tuple[Stored, ...]:
    """Everything that follows from articles, in one transaction with the cursors that say they were read.

    The results are in the order of the batch, in which a source stands once.
    """
    outcomes = {
        article.id: ports.matcher.match(article, each.source)
        for each in batch
        for article in each.reading.parsed.articles
    }
    async with ports.store.transaction() as tx:
        now = ports.clock()
        ours = await _advance(tx, batch, now)
        parsed = [article for each in ours for article in each.reading.parsed.articles]
        new = await tx.add_articles(parsed)
        articles = tuple(article for article in parsed if article.id in new)
        await _keep_pages(tx, [each.reading for each in ours], now)
        matches = tuple(match for article in articles for match in outcomes[article.id].matches)
        outlines = {article: outline for each in ours for article, outline in each.reading.parsed.outlines.items()}
        changes = await tell_stories(tx, articles, matches, now, outlines, ports.words)
        await _count_news(tx, ours, new, changes)
        await _add_matches(tx, ports, matches, now)
        again = [article for article in parsed if article.id not in new]
        first_read = await _mark_pages_read(tx, [each.reading for each in ours], now)
        completed, found = await _complete(tx, ports, [each for each in again if each.id in first_read], outcomes, now)
        corrections, gained = await _correct(
            tx, ports, [each for each in again if each.id not in first_read], outcomes, now
        )
        changes += corrections
        sources = _list_alerting(ours)
        loud = [change for change in changes if change.article.id in sources]
        told = {change.article.id: (change.article, change.story) for change in changes} | dict(completed)
        await raise_alerts(tx, plan, _candidates(ports, sources, told, (*matches, *gained, *found)), now)
        await raise_updates(tx, plan, loud, now)
        ports.reached("storing articles")
    ports.reached("articles stored")
    by_article = _by_article(changes)
    stored = {id(each) for each in ours}
    return tuple(
        _report(each, new, by_article, outcomes)
        if id(each) in stored
        else Stored(source=each.source.id, error="another process has taken this source over")
        for each in batch
    )


def _list_alerting(batch: Sequence[Unstored]) -> Mapping[ArticleId, Source]:
    """Of what was read, the articles that may alert, with their sources; a backlog is only stored."""
    return {article: each.source for each in batch if each.cursor.alerting for article in each.article_ids}


def _by_article(changes: Sequence[StoryChange]) -> Mapping[ArticleId, list[StoryChange]]:
    found: dict[ArticleId, list[StoryChange]] = {}
    for change in changes:
        found.setdefault(change.article.id, []).append(change)
    return found


def _report(
    stored: Unstored,
    new: Collection[ArticleId],
    changes: Mapping[ArticleId, list[StoryChange]],
    outcomes: Mapping[ArticleId, MatchOutcome],
) -> Stored:
    parsed = stored.reading.parsed
    articles = tuple(article for article in parsed.articles if article.id in new)
    changed = tuple(change for article in parsed.articles for change in changes.get(article.id, ()))
    problems = tuple(problem for article in parsed.articles for problem in outcomes[article.id].problems)
    return Stored(
        source=stored.source.id,
        articles=articles,
        stories={change.article.id: change.story for change in changed if change.kind != "correction"},
        changes=changed,
        matches=tuple(match for article in articles for match in outcomes[article.id].matches),
        waiting=sum(page.untold_until is not None for page in stored.cursor.awaited),
        problems=parsed.problems + problems,
    )


def _by_source(pages: Mapping[EntryKey, Entry | Record]) -> dict[SourceId, list[EntryKey]]:
    """The keys of each source: a mail in an archive has a source of its own."""
    keys: dict[SourceId, list[EntryKey]] = {}
    for key, page in pages.items():
        keys.setdefault(page.source, []).append(key)
    return keys


async def _advance(tx: Transaction, batch: Sequence[Unstored], now: datetime) -> list[Unstored]:
    """Move the cursors; those of the batch whose sources, or pages, are still ours to move them for."""
    for each in batch:
        for part in each.cursor.parts:
            await tx.mark_slice_done(part, now)
    cursors = [each.cursor for each in batch]
    finished = await tx.finish_polls([(each.claim, each.state) for each in cursors if each.claim and each.state])
    ours = []
    for each in batch:
        if each.cursor.page is not None:
            is_ours = await _advance_page(tx, *each.cursor.page)
        else:
            is_ours = each.cursor.claim is None or each.source.id in finished
        ours += [each] if is_ours else []
    await tx.await_pages([page for each in ours for page in each.cursor.awaited])
    return ours


async def _count_news(
    tx: Transaction, ours: Sequence[Unstored], new: Collection[ArticleId], changes: Sequence[StoryChange]
) -> None:
    """Write down the states of those that brought copies, or changes only: these do not count as new."""
    copies = {change.article.id for change in changes if change.relation == "copy"}
    for each in ours:
        known = len(each.reading.parsed.articles) - len(each.article_ids & set(new))
        copied = len(each.article_ids & copies)
        if each.cursor.state_with is not None and (known or copied):
            await tx.save_poll_state(each.cursor.state_with(known, copied))


async def _advance_page(tx: Transaction, claim: PageClaim, after: AwaitedPage | None) -> bool:
    """An entry whose page is waited for no longer has been read as it is now, with its page or without."""
    is_ours = await tx.finish_page(claim, after)
    if is_ours and after is None:
        entry = claim.awaited.entry
        await tx.save_stamps({(entry.source, entry.key): KnownEntry(traits=traits_of(entry), stamp=stamp_of(entry))})
    return is_ours


async def _keep_pages(tx: Transaction, readings: Sequence[Reading], now: datetime) -> None:
    """Remember what each page said, so that a change is noticed, and for some days the page itself."""
    kept: dict[ArticleId, PackedPage] = {}
    known: dict[tuple[SourceId, EntryKey], KnownEntry] = {}
    for reading in readings:
        for article in reading.parsed.articles:
            page = reading.pages.get(article.key)
            if page is not None:
                packed = reading.parsed.packed.get(article.id) or pack_page(page)
                kept[article.id] = packed
                known[page.source, page.key] = packed.known
    await tx.save_stamps(known)
    await tx.keep_pages(kept, now)


async def _add_matches(tx: Transaction, ports: Ports, matches: Sequence[Match], now: datetime) -> None:
    if matches:
        await _save_rules(tx, ports, matches, now)
        await tx.add_matches(matches)


async def _save_rules(tx: Transaction, ports: Ports, matches: Sequence[Match], now: datetime) -> None:
    matched = {match.rule for match in matches}
    await tx.save_rules([rule for rule in ports.matcher.rules if rule.id in matched], now)


async def _mark_pages_read(tx: Transaction, readings: Sequence[Reading], now: datetime) -> frozenset[ArticleId]:
    """The articles that have been read from their pages for the first time."""
    first: set[ArticleId] = set()
    for reading in readings:
        read = {article.key: article.id for article in reading.parsed.articles}
        pages = {
            key: page for key, page in reading.pages.items() if key in read and isinstance(page, Entry) and page.page
        }
        for source, keys in _by_source(pages).items():
            first |= {read[key] for key in await tx.mark_pages_read(source, keys, now)}
    return frozenset(first)


async def _complete(
    tx: Transaction,
    ports: Ports,
    read: Sequence[Article],
    outcomes: Mapping[ArticleId, MatchOutcome],
    now: datetime,
) -> tuple[Mapping[ArticleId, tuple[Article, StoryId]], tuple[Match, ...]]:
    if not read:
        return {}, ()
    matches = [match for article in read for match in outcomes[article.id].matches]
    await _save_rules(tx, ports, matches, now)
    return await complete_articles(tx, read, matches, now)


async def _correct(
    tx: Transaction,
    ports: Ports,
    again: Sequence[Article],
    outcomes: Mapping[ArticleId, MatchOutcome],
    now: datetime,
) -> tuple[tuple[StoryChange, ...], tuple[Match, ...]]:
    if not again:
        return (), ()
    matches = [match for article in again for match in outcomes[article.id].matches]
    await _save_rules(tx, ports, matches, now)
    return await correct_articles(tx, again, matches, now)


def _candidates(
    ports: Ports,
    sources: Mapping[ArticleId, Source],
    told: Mapping[ArticleId, tuple[Article, StoryId]],
    matches: Sequence[Match],
) -> list[Candidate]:
    """Of the articles that may alert, which are those with a source here."""
    rules = {rule.id: rule for rule in ports.matcher.rules}
    return [
        Candidate(
            article=told[match.article][0],
            story=told[match.article][1],
            match=match,
            rule=rules[match.rule],
            source=sources[match.article],
        )
        for match in matches
        if match.article in sources
    ]
