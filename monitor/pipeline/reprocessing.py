"""Read stored articles again from the pages that were kept of them, with the reading and the rules of today.

What an article was before is kept as a version. Nobody is told unless that is asked for.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.errors import Problem
from monitor.model import Article, ArticleId, Correction, Entry, Match, Record, RuleId, Source, SourceId
from monitor.pipeline.plan import Plan, Ports
from monitor.pipeline.raising import raise_alerts
from monitor.ports import KeptPage, Transaction
from monitor.route.routes import Candidate
from monitor.story.corrections import is_excerpt, list_differences

_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to read again, and what to do with it. A trial changes nothing."""

    since: datetime
    source: SourceId | None = None
    trial: bool = False
    alerting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprocessed:
    """One batch read again: how many articles, what changed, the rules that hold since or no longer, what failed."""

    read: int
    corrections: tuple[Correction, ...] = ()
    gained: Mapping[ArticleId, tuple[RuleId, ...]]
    lost: Mapping[ArticleId, tuple[RuleId, ...]]
    problems: tuple[Problem, ...] = ()


class _Undone(Exception):  # noqa: N818 - no error: how a trial leaves its transaction
    """Carries the result out of a transaction that is rolled back."""

    def __init__(self, result: Reprocessed) -> None:
        super().__init__()
        self.result = result


async def reprocess(ports: Ports, plan: Plan, wish: Wish) -> AsyncIterator[Reprocessed]:
    """Batch by batch, each in one transaction; running it again changes nothing more."""
    after: int | None = 0
    while after is not None:
        async with ports.store.transaction() as tx:
            kept = await tx.list_kept_pages(since=wish.since, source=wish.source, after=after, limit=_BATCH)
        after = kept.next_after
        read, problems = await _read_again(ports, kept.pages)
        try:
            result = await _apply(ports, plan, wish, read)
        except _Undone as undone:
            result = undone.result
        yield replace(result, problems=problems + result.problems)


async def _read_again(
    ports: Ports, pages: Sequence[KeptPage]
) -> tuple[dict[ArticleId, tuple[Article, Article]], tuple[Problem, ...]]:
    """Each article as it is and as it reads now; what was fetched together is read together."""
    by_moment: dict[datetime, list[KeptPage]] = {}
    for kept in pages:
        by_moment.setdefault(kept.article.fetched_at, []).append(kept)
    stored = {kept.article.id: kept for kept in pages}
    found: dict[ArticleId, tuple[Article, Article]] = {}
    problems: tuple[Problem, ...] = ()
    for moment, together in by_moment.items():
        entries = [kept.page for kept in together if isinstance(kept.page, Entry)]
        records = [kept.page for kept in together if isinstance(kept.page, Record)]
        for parsed in (
            await ports.parser.parse_entries(entries, moment),
            await ports.parser.parse_records(records, moment),
        ):
            problems += parsed.problems
            for article in parsed.articles:
                if article.id in stored:
                    found[article.id] = (stored[article.id].article, _complete(stored[article.id], article))
    return found, problems


def _complete(kept: KeptPage, read: Article) -> Article:
    """An entry often holds less than the page that its article was read from: what it lacks stays."""
    before = kept.article
    shorter = isinstance(kept.page, Entry) and is_excerpt(read.body, before.body)
    return replace(read, body=before.body, fingerprint=before.fingerprint) if shorter else read


async def _apply(
    ports: Ports, plan: Plan, wish: Wish, read: Mapping[ArticleId, tuple[Article, Article]]
) -> Reprocessed:
    sources = {article: _source_of(plan, after) for article, (_, after) in read.items()}
    outcomes = {article: ports.matcher.match(after, sources[article]) for article, (_, after) in read.items()}
    matches = [match for outcome in outcomes.values() for match in outcome.matches]
    async with ports.store.transaction() as tx:
        now = ports.clock()
        corrections = [
            Correction(before=before, after=after, differences=differences)
            for before, after in read.values()
            if (differences := list_differences(before, after))
        ]
        await tx.correct_articles(corrections, now)
        matched = {match.rule for match in matches}
        await tx.save_rules([rule for rule in ports.matcher.rules if rule.id in matched], now)
        gained, lost = await tx.replace_matches(set(read), matches)
        if wish.alerting and not wish.trial:
            await _alert(tx, ports, plan, gained, {article: after for article, (_, after) in read.items()}, now)
        result = Reprocessed(
            read=len(read),
            corrections=tuple(corrections),
            gained=_rules_by_article(gained),
            lost=_rules_by_article(lost),
            problems=tuple(problem for outcome in outcomes.values() for problem in outcome.problems),
        )
        if wish.trial:
            raise _Undone(result)
    return result


async def _alert(
    tx: Transaction,
    ports: Ports,
    plan: Plan,
    gained: Sequence[Match],
    articles: Mapping[ArticleId, Article],
    now: datetime,
) -> None:
    told = await tx.find_told([match.article for match in gained])
    rules = {rule.id: rule for rule in ports.matcher.rules}
    candidates = [
        Candidate(
            article=articles[match.article],
            story=told[match.article],
            match=match,
            rule=rules[match.rule],
            source=_source_of(plan, articles[match.article]),
        )
        for match in gained
        if match.article in told
    ]
    await raise_alerts(tx, plan, candidates, now)


def _source_of(plan: Plan, article: Article) -> Source:
    """The configured source; for articles that were imported, an archive that is known by its name only."""
    known = plan.sources.get(article.source)
    return known or Source(id=article.source, kind="archive", address=article.source)


def _rules_by_article(matches: Sequence[Match]) -> dict[ArticleId, tuple[RuleId, ...]]:
    rules: dict[ArticleId, tuple[RuleId, ...]] = {}
    for match in matches:
        rules[match.article] = (*rules.get(match.article, ()), match.rule)
    return rules
