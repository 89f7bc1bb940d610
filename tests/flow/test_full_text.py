"""Teasers and their pages, from the server's answer to the alert: real servers, a real store, and a clock that only
moves when something waits.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.demo.servers import Answer
from monitor.match.matcher import RuleMatcher
from monitor.match.rules import load_rules
from monitor.model import Alert, Article, ArticleVersion, Now, Source, SourceId
from monitor.pipeline import Plan, Ports, poll_due, read_pages, register_sources
from monitor.pipeline.reprocessing import Wish, reprocess
from monitor.sources.archive import FileArchive
from monitor.sources.entry_pages import HttpPageFetcher
from monitor.sources.fetch import HttpFetcher
from monitor.store.database import Database
from monitor.store.engines import sqlite_url
from monitor.workers import InlineParser
from tests.builders import NOON
from tests.route.values import ANA, SUBSCRIBERS, make_route
from tests.sources.sites import GAP, Web, open_web

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = """
version: 1
rules:
  floods: {title: Floods, match: {any: [flooded]}, severity: high}
  dykes: {title: Dykes, match: {any: [dyke]}, severity: high}
"""
TEASER = "The Orsa rose by two metres within a night."
WHOLE = tuple(
    """\
Heavy rain made the river rise faster than anybody in the town had seen before. The water flooded the mill quarter \
shortly after midnight, and the fire brigade took forty people out of their houses by boat.
The dyke below the old bridge held until the early morning, the mayor told reporters on Monday. Engineers had warned \
for years that it would not stand another spring like this one, and the council had put the works off twice.
Schools in the valley stay closed until the end of the week. The railway company said that trains would go by the \
northern line until the embankment had been looked at by its own people.""".splitlines()
)


def page(title: str, *paragraphs: str) -> Answer:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    html = (
        f"<!doctype html><html lang=en><head><title>{escape(title)}</title></head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{escape(title)}</h1>{text}</article><footer>About us</footer></body></html>"
    )
    return Answer(200, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


@dataclass
class Item:
    """An entry of a feed, and what stands there of its page."""

    name: str
    title: str
    text: str = TEASER
    content: str | None = None
    host: str = "example.org"
    guid: str | None = None


@dataclass
class Town:
    """The service with its sites. `items` are what the feed of `example.org` has now, the newest first."""

    web: Web
    ports: Ports
    plan: Plan
    items: list[Item] = field(default_factory=list)

    def publish(self, *items: Item, feed: str = "example.org/feed") -> None:
        """The entries of a feed from now on."""
        self.web.answers[feed] = Answer(200, rss(self.web, items))

    async def tick(self) -> None:
        """What is due at this moment."""
        await poll_due(self.ports, self.plan)
        await read_pages(self.ports, self.plan)

    async def run(self, length: timedelta, step: timedelta = timedelta(seconds=1)) -> None:
        """Let time pass, with a tick at each step."""
        end = self.web.now + length
        while self.web.now < end:
            await self.tick()
            self.web.now += step

    async def articles(self) -> list[Article]:
        async with self.ports.store.transaction() as tx:
            return list((await tx.list_articles(since=None, after=0, limit=1000)).articles)

    async def versions(self, article: Article) -> tuple[ArticleVersion, ...]:
        async with self.ports.store.transaction() as tx:
            return await tx.list_versions(article.id)

    async def alerts(self) -> list[tuple[Alert, list[str]]]:
        """Ana's pending alerts, each with the rules behind it."""
        async with self.ports.store.transaction() as tx:
            pending = await tx.list_pending_alerts(ANA, None)
        return [(each.alert, sorted(reason.rule.id for reason in each.story.reasons)) for each in pending]

    async def awaited(self) -> int:
        async with self.ports.store.transaction() as tx:
            return await tx.count_awaited()


def rss(web: Web, items: tuple[Item, ...]) -> bytes:
    entries = "".join(
        f"<item><guid isPermaLink='false'>{item.guid or item.name}</guid><title>{escape(item.title)}</title>"
        f"<link>{web.url(f'{item.host}/{item.name}')}</link><description>{escape(item.text)}</description>"
        + (f"<content:encoded>{escape(item.content)}</content:encoded>" if item.content else "")
        + "</item>"
        for item in items
    )
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Gazette</title>"
        f"{entries}</channel></rss>"
    ).encode()


@asynccontextmanager
async def open_town(directory: Path, **source: Any) -> AsyncIterator[Town]:
    """A town whose feed has been polled once, with nothing in it."""
    async with open_web() as (web, session), open_service(directory, web, session) as ports:
        gazette = Source(
            **{
                "id": SourceId("gazette"),
                "kind": "feed",
                "address": web.url("example.org/feed"),
                "every": 12 * HOUR,
                "language": "en",
            }
            | source
        )
        plan = Plan(
            sources={gazette.id: gazette},
            subscribers={ANA: SUBSCRIBERS[ANA]},
            routes=(make_route(ANA, send=Now()),),
        )
        town = Town(web, ports, plan)
        await register_sources(ports, plan)
        town.publish()
        await town.tick()
        web.now += DAY
        web.asked.clear()
        yield town


@asynccontextmanager
async def open_service(directory: Path, web: Web, session: aiohttp.ClientSession) -> AsyncIterator[Ports]:
    store = await Database.open(sqlite_url(directory / "store.sqlite3"))
    try:
        yield Ports(
            store=store,
            fetcher=HttpFetcher(session, clock=web.clock, turns=web.turns),
            archives=FileArchive(),
            parser=InlineParser(("en",)),
            matcher=RuleMatcher(load_rules([("rules.yaml", RULES)])),
            channels={},
            clock=web.clock,
            jitter=lambda: 0.0,
            reached=lambda _point: None,
            pace=web.pace,
            pages=HttpPageFetcher(session, clock=web.clock, turns=web.turns),
        )
    finally:
        await store.close()


def play(directory: Path, scenario: Callable[[Town], Awaitable[None]], **source: Any) -> None:
    async def run() -> None:
        async with open_town(directory, **source) as town:
            await scenario(town)

    asyncio.run(run())


# --------------------------------------------------------------------------------------------------- the way of a page


def test_a_teaser_becomes_one_article_of_the_whole_text_and_alerts_once(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa rises by two metres"))
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres | Gazette", *WHOLE)
        await town.run(timedelta(seconds=30), GAP)
        [article] = await town.articles()
        assert article.body == "\n\n".join(WHOLE)
        assert (article.key, article.title) == ("flood", "Orsa rises by two metres")
        assert article.standfirst == TEASER
        assert article.url == town.web.url("example.org/flood")
        [(alert, rules)] = await town.alerts()
        assert (alert.kind, rules) == ("new", ["dykes", "floods"])
        assert await town.awaited() == 0

    play(tmp_path, scenario)


@pytest.mark.parametrize("text", [TEASER, f"{TEASER} The mill quarter is dry."], ids=["as it was", "edited"])
def test_an_entry_whose_guid_changes_while_its_page_is_waited_for_is_one_article(tmp_path: Path, text: str) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa rises by two metres"))
        [polled] = await poll_due(town.ports, town.plan)
        assert (polled.waiting, await town.articles(), await town.awaited()) == (1, [], 1)
        renamed = Item("flood", "Orsa rises by two metres", text, guid="https://cms.example.org/?p=17")
        town.publish(renamed)
        town.web.now += DAY
        await poll_due(town.ports, town.plan)
        assert await town.awaited() == 1
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres | Gazette", *WHOLE)
        await town.run(timedelta(seconds=30), GAP)
        [article] = await town.articles()
        assert (article.key, article.body) == ("flood", "\n\n".join(WHOLE))
        assert len(await town.alerts()) == 1

    play(tmp_path, scenario)


def test_feed_robots_and_page_are_asked_one_after_the_other_with_the_gap_of_their_domain(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        names = ["one", "two"]
        town.publish(*(Item(name, f"Orsa rises {name}", host="www.example.org") for name in names))
        for name in names:
            town.web.answers[f"www.example.org/{name}"] = page(f"Orsa rises {name}", *WHOLE)
        await town.run(timedelta(minutes=1), GAP)
        robots, pages = "www.example.org/robots.txt", [f"www.example.org/{name}" for name in names]
        assert town.web.addresses() == ["example.org/feed", robots, *pages]
        assert min(town.web.gaps()) >= GAP
        assert max(town.web.gaps()) <= GAP + timedelta(seconds=1)

    play(tmp_path, scenario)


def test_one_text_behind_two_teasers_is_one_story_and_one_alert(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        other = Source(id=SourceId("herald"), kind="feed", address=town.web.url("example.net/feed"), every=12 * HOUR)
        town.plan.sources[other.id] = other  # type: ignore[index]  # a plan's sources are a dict here
        town.publish(feed="example.net/feed")
        await register_sources(town.ports, town.plan)
        await town.tick()
        town.web.now += DAY
        town.publish(Item("flood", "Orsa rises by two metres"))
        town.publish(
            Item("water", "Night of the boats in the mill quarter", "Forty rescued.", host="example.net"),
            feed="example.net/feed",
        )
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres", *WHOLE)
        town.web.answers["example.net/water"] = page("Night of the boats in the mill quarter", *WHOLE)
        await town.run(timedelta(minutes=1), GAP)
        assert len(await town.articles()) == 2
        assert len(await town.alerts()) == 1

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("full_text", "item", "is_fetched"),
    [
        ("auto", Item("a", "Orsa rises"), True),
        ("auto", Item("a", "Orsa rises", content="Short, but all there is to say."), False),
        ("auto", Item("a", "Orsa rises", content=f"{TEASER} And that was only the beginning. […]"), True),
        ("auto", Item("a", "Orsa rises", f"{' '.join(WHOLE)} {TEASER * 3}"), False),
        ("never", Item("a", "Orsa rises"), False),
        ("always", Item("a", "Orsa rises", " ".join(WHOLE)[:-100]), True),
    ],
    ids=["teaser", "content", "cut off", "long summary", "never", "always"],
)
def test_pages_are_fetched_where_the_operator_and_the_entry_say_so(
    full_text: str, item: Item, is_fetched: bool, tmp_path: Path
) -> None:
    async def scenario(town: Town) -> None:
        town.publish(item)
        town.web.answers["example.org/a"] = page("Orsa rises", *WHOLE)
        await town.run(timedelta(seconds=30), GAP)
        assert ("example.org/a" in town.web.addresses()) == is_fetched
        [article] = await town.articles()
        assert (article.body == "\n\n".join(WHOLE)) == is_fetched

    play(tmp_path, scenario, full_text=full_text)


def test_a_plain_sitemap_brings_the_articles_of_its_pages(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        entries = "".join(f"<url><loc>{town.web.url(f'example.org/{name}')}</loc></url>" for name in ("a", "b"))
        town.web.answers["example.org/feed"] = Answer(200, f"<urlset>{entries}</urlset>".encode())
        town.web.answers["example.org/a"] = page("Orsa rises by two metres", *WHOLE)
        await town.run(2 * DAY, HOUR)
        [article] = await town.articles()
        assert (article.title, article.body) == ("Orsa rises by two metres", "\n\n".join(WHOLE))
        assert len(town.web.times("example.org/b")) == 1, "a page that is not there is remembered as such"

    play(tmp_path, scenario, kind="sitemap")


# --------------------------------------------------------------------------------------------------- pages that fail


def test_a_failing_page_leaves_its_teaser_and_completes_it_later_without_a_correction(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa flooded the mill quarter"))
        town.web.answers["example.org/flood"] = Answer(503)
        await town.run(timedelta(seconds=30), GAP)
        [teaser] = await town.articles()
        assert teaser.body == TEASER
        [(alert, rules)] = await town.alerts()
        assert rules == ["floods"]
        town.web.answers["example.org/flood"] = page("Orsa flooded the mill quarter", *WHOLE)
        await town.run(timedelta(minutes=15), timedelta(seconds=20))
        [whole] = await town.articles()
        assert whole.body == "\n\n".join(WHOLE)
        assert (whole.id, whole.fetched_at) == (teaser.id, teaser.fetched_at)
        assert await town.versions(whole) == ()
        [(again, rules)] = await town.alerts()
        assert (again.story, again.kind, rules) == (alert.story, "new", ["dykes", "floods"])

    play(tmp_path, scenario)


def test_a_copy_is_known_by_a_whole_text_that_came_late(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        other = Source(id=SourceId("herald"), kind="feed", address=town.web.url("example.net/feed"), every=HOUR)
        town.plan.sources[other.id] = other  # type: ignore[index]  # a plan's sources are a dict here
        town.publish(feed="example.net/feed")
        await register_sources(town.ports, town.plan)
        await town.tick()
        town.web.now += DAY
        town.publish(Item("flood", "Orsa flooded the mill quarter"))
        town.web.answers["example.org/flood"] = Answer(503)
        await town.run(timedelta(seconds=30), GAP)
        town.web.answers["example.org/flood"] = page("Orsa flooded the mill quarter", *WHOLE)
        await town.run(timedelta(minutes=15), timedelta(seconds=20))
        copied = " ".join([*WHOLE[1:], "Our correspondent adds nothing."])
        town.publish(Item("w", "Night of the boats", content=copied, host="example.net"), feed="example.net/feed")
        await town.run(2 * HOUR, timedelta(minutes=10))
        assert len(await town.articles()) == 2
        assert len({alert.story for alert, _ in await town.alerts()}) == 1

    play(tmp_path, scenario)


def test_what_only_the_whole_text_says_alerts_when_it_comes(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa rises by two metres"))
        town.web.answers["example.org/flood"] = Answer(500)
        await town.run(timedelta(seconds=30), GAP)
        assert await town.alerts() == []
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres", *WHOLE)
        await town.run(timedelta(minutes=15), timedelta(seconds=20))
        [(alert, rules)] = await town.alerts()
        assert (alert.kind, rules) == ("new", ["dykes", "floods"])

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("answer", "times"),
    [
        (Answer(500), 4),
        (Answer(404), 1),
        (Answer(403), 1),
        (Answer(200, b"%PDF-1.7", {"Content-Type": "application/pdf"}), 1),
        (Answer(200, b"", {"Content-Type": "text/html"}), 1),
        (page("Sign in", "Please sign in to read on."), 1),
        (page("Wholly another thing", *(text[::-1] for text in WHOLE)), 1),
        (Answer(200, bytes(6 * 1024 * 1024), {"Content-Type": "text/html"}), 1),
        (Answer(302, headers={"Location": "http://10.0.0.1/"}), 4),
    ],
    ids=["500", "404", "403", "PDF", "empty", "login", "another", "too large", "private"],
)
def test_a_page_that_cannot_be_had_is_tried_a_few_times_and_the_teaser_stays(
    answer: Answer, times: int, tmp_path: Path
) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa river flooded mill quarter"))
        town.web.answers["example.org/flood"] = answer
        await town.run(4 * DAY, HOUR)
        assert len(town.web.times("example.org/flood")) == times
        [article] = await town.articles()
        assert article.body == TEASER
        assert len(await town.alerts()) == 1
        assert await town.awaited() == 0

    play(tmp_path, scenario)


def test_a_429_of_a_page_leaves_pages_and_feeds_of_its_domain_alone(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(*(Item(name, f"Orsa rises {name}") for name in ("one", "two", "three")))
        for name in ("one", "two", "three"):
            town.web.answers[f"example.org/{name}"] = Answer(429, headers={"Retry-After": "72000"})
        await town.run(timedelta(minutes=6), timedelta(seconds=5))
        assert town.web.addresses()[2:] == ["example.org/one"]
        assert len(await town.articles()) == 3, "what waited has become an article without its page"
        town.web.asked.clear()
        await town.run(19 * HOUR, HOUR)
        assert town.web.asked == []
        await town.run(2 * HOUR, HOUR)
        assert "example.org/feed" in town.web.addresses()

    play(tmp_path, scenario)


# --------------------------------------------------------------------------------------------------- robots.txt


def test_what_robots_txt_forbids_is_never_fetched(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        rules = b"User-agent: media-monitor\nDisallow: /flood\n\nUser-agent: *\nDisallow:\n"
        town.web.answers["example.org/robots.txt"] = Answer(200, rules)
        town.publish(Item("flood", "Orsa rises"), Item("drought", "Orsa falls"))
        town.web.answers["example.org/drought"] = page("Orsa falls", *WHOLE)
        await town.run(timedelta(minutes=1), timedelta(seconds=5))
        await town.run(2 * DAY, 2 * HOUR)
        assert "example.org/flood" not in town.web.addresses()
        bodies = {article.key: article.body for article in await town.articles()}
        assert bodies == {"flood": TEASER, "drought": "\n\n".join(WHOLE)}

    play(tmp_path, scenario)


def test_while_robots_txt_cannot_be_had_no_page_is_fetched(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.web.answers["example.org/robots.txt"] = Answer(500)
        town.publish(Item("flood", "Orsa rises"))
        town.web.answers["example.org/flood"] = page("Orsa rises", *WHOLE)
        await town.run(timedelta(minutes=1), timedelta(seconds=5))
        await town.run(HOUR, timedelta(minutes=10))
        assert "example.org/flood" not in town.web.addresses()
        assert [article.body for article in await town.articles()] == [TEASER]
        del town.web.answers["example.org/robots.txt"]
        await town.run(2 * HOUR, timedelta(minutes=5))
        assert [article.body for article in await town.articles()] == ["\n\n".join(WHOLE)]

    play(tmp_path, scenario)


def test_a_crawl_delay_is_kept_and_entries_do_not_wait_for_it_for_ever(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.web.answers["example.org/robots.txt"] = Answer(200, b"User-agent: *\nCrawl-delay: 50\n")
        names = [f"n{number}" for number in range(12)]
        town.publish(*(Item(name, f"Orsa rises {name}") for name in names))
        for name in names:
            town.web.answers[f"example.org/{name}"] = page(f"Orsa rises {name}", *WHOLE)
        await town.run(timedelta(minutes=5, seconds=20), timedelta(seconds=10))
        assert len(await town.articles()) == 12
        await town.run(timedelta(minutes=10), timedelta(seconds=10))
        pages = [at for at, address in town.web.asked if address.removeprefix("example.org/") in names]
        assert len(pages) == 12
        assert min(later - earlier for earlier, later in pairwise(pages)) >= timedelta(seconds=50)
        assert {article.body for article in await town.articles()} == {"\n\n".join(WHOLE)}

    play(tmp_path, scenario)


# --------------------------------------------------------------------------------------------------- backlog, changes


def test_a_backlog_is_stored_at_once_and_its_newest_pages_are_fetched_one_by_one(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_web() as (web, session), open_service(tmp_path, web, session) as ports:
            source = Source(id=SourceId("gazette"), kind="feed", address=web.url("example.org/feed"), every=2 * DAY)
            plan = Plan(
                sources={source.id: source}, subscribers={ANA: SUBSCRIBERS[ANA]}, routes=(make_route(ANA, send=Now()),)
            )
            town = Town(web, ports, plan)
            names = [f"n{number:03}" for number in range(130)]
            town.publish(*(Item(name, f"Orsa flooded {name}") for name in names))
            for name in names:
                web.answers[f"example.org/{name}"] = page(f"Orsa flooded {name}", *WHOLE)
            await register_sources(ports, plan)
            await town.tick()
            assert len(await town.articles()) == 130
            await town.run(timedelta(minutes=15), timedelta(seconds=5))
            pages = [address.removeprefix("example.org/") for address in web.addresses()[2:]]
            assert pages == names[:100]
            assert min(web.gaps()) >= GAP
            assert await town.alerts() == []

    asyncio.run(run())


def test_the_backlog_of_a_plain_sitemap_is_never_news(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_web() as (web, session), open_service(tmp_path, web, session) as ports:
            source = Source(
                id=SourceId("site"), kind="sitemap", address=web.url("example.org/map.xml"), every=12 * HOUR
            )
            plan = Plan(
                sources={source.id: source}, subscribers={ANA: SUBSCRIBERS[ANA]}, routes=(make_route(ANA, send=Now()),)
            )
            town = Town(web, ports, plan)
            names = [f"n{number:03}" for number in range(130)]
            for name in names:
                web.answers[f"example.org/{name}"] = page(f"Orsa flooded {name}", *WHOLE)
            urls = [f"<url><loc>{web.url(f'example.org/{name}')}</loc></url>" for name in names]
            web.answers["example.org/map.xml"] = Answer(200, f"<urlset>{''.join(urls)}</urlset>".encode())
            await register_sources(ports, plan)
            await town.run(timedelta(minutes=10), GAP)
            await town.run(2 * DAY, 2 * HOUR)
            assert len(await town.articles()) == 100
            assert await town.alerts() == []
            new = f"<url><loc>{web.url('example.org/new')}</loc></url>"
            web.answers["example.org/new"] = page(
                "Lake flooded", *(text.replace("river", "lake") for text in WHOLE[:2])
            )
            web.answers["example.org/map.xml"] = Answer(200, f"<urlset>{new}{''.join(urls)}</urlset>".encode())
            await town.run(DAY, HOUR)
            assert len(await town.articles()) == 101
            assert len(web.times("example.org/new")) == 1

    asyncio.run(run())


def test_a_changed_teaser_takes_nothing_of_the_whole_text_and_a_changed_page_corrects_it(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa rises by two metres"))
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres", *WHOLE)
        await town.run(timedelta(seconds=30), GAP)
        town.publish(Item("flood", "Orsa rises by two metres", "A night of rain, and what it did to the valley."))
        await town.run(15 * HOUR, HOUR)
        [article] = await town.articles()
        assert article.body == "\n\n".join(WHOLE)
        [version] = await town.versions(article)
        assert {difference.field for difference in version.differences} == {"standfirst"}
        assert len(town.web.times("example.org/flood")) == 2
        corrected = (WHOLE[0].replace("forty", "fourteen"), *WHOLE[1:])
        town.publish(Item("flood", "Orsa rises by two metres", "A night of rain. (corrected)"))
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres", *corrected)
        await town.run(15 * HOUR, HOUR)
        [article] = await town.articles()
        assert article.body == "\n\n".join(corrected)
        _, version = await town.versions(article)
        assert {difference.field for difference in version.differences} == {"standfirst", "body"}

    play(tmp_path, scenario)


def test_a_changed_headline_is_a_correction_even_when_the_page_is_gone(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa floods kill forty"))
        town.web.answers["example.org/flood"] = page("Orsa floods kill forty", *WHOLE)
        await town.run(timedelta(seconds=30), GAP)
        town.publish(Item("flood", "Orsa floods: nobody hurt"))
        town.web.answers["example.org/flood"] = Answer(404)
        await town.run(2 * DAY, HOUR)
        [article] = await town.articles()
        assert (article.title, article.body) == ("Orsa floods: nobody hurt", "\n\n".join(WHOLE))
        assert len(await town.versions(article)) == 1
        assert len(town.web.times("example.org/flood")) == 2

    play(tmp_path, scenario)


def test_read_again_an_article_is_still_that_of_its_page(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa rises by two metres"))
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres", *WHOLE)
        await town.run(timedelta(seconds=30), GAP)
        before = await town.articles()
        again = [each async for each in reprocess(town.ports, town.plan, Wish(since=NOON))]
        assert [(each.read, each.corrections, each.problems) for each in again] == [(1, (), ())]
        assert await town.articles() == before

    play(tmp_path, scenario)


def test_pages_that_are_waited_for_outlive_a_restart(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa rises by two metres"))
        town.web.answers["example.org/flood"] = page("Orsa rises by two metres", *WHOLE)
        await poll_due(town.ports, town.plan)
        assert await town.articles() == []
        async with AsyncExitStack() as stack:
            _, session = await stack.enter_async_context(open_web())
            town.ports = await stack.enter_async_context(open_service(tmp_path, town.web, session))
            await town.run(timedelta(seconds=30), GAP)
            assert [article.body for article in await town.articles()] == ["\n\n".join(WHOLE)]
            assert len(await town.alerts()) == 1

    play(tmp_path, scenario)


def test_headers_of_a_source_go_to_pages_of_its_own_server_only(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("a", "Orsa rises"), Item("b", "Orsa falls", host="other.example.net"))
        await town.run(timedelta(seconds=30), GAP)
        seen: Mapping[str, bool] = {
            request.headers["host"].split(":")[0] + request.path: "x-key" in request.headers
            for request in town.web.requests
        }
        assert seen["example.org/a"]
        assert not seen["other.example.net/b"]
        assert not seen["example.org/robots.txt"]

    play(tmp_path, scenario, headers={"X-Key": "secret"})


def test_a_source_that_is_set_to_never_still_tells_what_waited(tmp_path: Path) -> None:
    async def scenario(town: Town) -> None:
        town.publish(Item("flood", "Orsa flooded the mill quarter"))
        await poll_due(town.ports, town.plan)
        [source] = town.plan.sources.values()
        changed = Source(id=source.id, kind="feed", address=source.address, full_text="never")
        town.plan = Plan(sources={source.id: changed}, subscribers=town.plan.subscribers, routes=town.plan.routes)
        await town.run(timedelta(minutes=6), timedelta(seconds=5))
        assert [article.body for article in await town.articles()] == [TEASER]
        assert len(await town.alerts()) == 1
        assert town.web.addresses() == ["example.org/feed"]

    play(tmp_path, scenario)
