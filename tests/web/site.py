"""A running site with a subscriber who was told of two stories: real store, real server, a plain HTTP client."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from monitor.model import (
    Article,
    Choices,
    Daily,
    Digest,
    EmailAddress,
    Now,
    Quiet,
    Route,
    Severity,
    SlackWebhook,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.model.routing import Condition
from monitor.pipeline import Plan
from monitor.ports import Transaction
from monitor.render.page_links import PageLinks
from monitor.route.digest import compose_digest
from monitor.store.database import Database
from monitor.store.engines import sqlite_url
from monitor.web import Site, address_of, create_app, open_listener, serving
from tests.builders import NOON, make_article
from tests.contract.stores import make_match, make_rule, raise_alert

ANA = Subscriber(
    id=SubscriberId("ana"),
    addresses=(EmailAddress(address="ana@example.org"),),
    timezone=ZoneInfo("Asia/Yerevan"),
    quiet=Quiet(start=time(23), end=time(6), unless=Severity.CRITICAL),
)
DESK = Subscriber(
    id=SubscriberId("desk"), addresses=(SlackWebhook(url="https://hooks.example.org/x"),), timezone=ZoneInfo("UTC")
)
PLAN = Plan(
    sources={},
    subscribers={ANA.id: ANA, DESK.id: DESK},
    routes=(
        Route(when=Condition(), to=(ANA.id,), send=Now()),
        Route(when=Condition(), to=(ANA.id, DESK.id), send=Daily(time(7, 30))),
    ),
)
KEYS = ("a key for tests that nobody guesses", "an older one, still good for old links")
FLOOD = make_article(
    "The Orsa rose by two metres <script>alert(1)</script> & more in a night.",
    title='Orsa floods "the mill" & <b>the market</b>',
    source="gazette",
    url="https://gazette.example.org/flood",
    language="en",
)
STRIKE = make_article("Dockers voted to strike from Monday.", title="Strike at the port", source="wire", language="en")


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str
    path: str

    @property
    def seal(self) -> str:
        """That of the forms on this page."""
        (seal,) = set(re.findall(r'name="seal" value="([^"]+)"', self.text))
        return unescape(seal)

    @property
    def words(self) -> str:
        """The page as it is read, without its markup."""
        body = self.text.partition("<body>")[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@dataclass
class Town:
    """The site, its address on loopback, and what is behind it."""

    site: Site
    address: str
    client: aiohttp.ClientSession
    clock: Clock
    digest: Digest
    links: PageLinks = field(init=False)

    def __post_init__(self) -> None:
        self.links = PageLinks(self.address, self.site.tokens)

    async def get(self, address: str, **headers: str) -> Answer:
        """An address below the site, or a whole one; redirects are not followed."""
        return await self._ask("GET", address, headers=headers)

    async def post(self, address: str, fields: Mapping[str, str] | list[tuple[str, str]] | bytes) -> Answer:
        """A form, as browsers send it."""
        data = list(fields.items()) if isinstance(fields, Mapping) else fields
        return await self._ask("POST", address, data=data)

    async def press(self, address: str, do: str, **fields: str) -> Answer:
        """Open a page, press a button on it, and follow to what it shows then."""
        page = await self.get(address)
        answer = await self.post(address, {"seal": page.seal, "do": do, **fields})
        if answer.status != 303:
            return answer
        base = address.rpartition("/")[0]
        return await self.get(f"{base}/{answer.headers['Location']}")

    async def choices(self, subscriber: Subscriber = ANA) -> Choices:
        """What a subscriber has chosen by now."""
        async with self.site.store.transaction() as tx:
            return await tx.find_choices(subscriber.id)

    async def _ask(self, method: str, address: str, **options: object) -> Answer:
        url = address if address.startswith("http") else f"{self.address}{address}"
        async with self.client.request(method, url, allow_redirects=False, **options) as answer:  # type: ignore[arg-type]  # of aiohttp's many options
            return Answer(answer.status, answer.headers, await answer.text(), url.removeprefix(self.address))


async def tell_of_both(tx: Transaction) -> Digest:
    """What Ana was told unless a test says otherwise."""
    return await tell(tx, FLOOD, STRIKE)


@asynccontextmanager
async def open_town(
    directory: Path,
    *,
    plan: Plan = PLAN,
    patience: float = 60.0,
    told: Callable[[Transaction], Awaitable[Digest]] = tell_of_both,
    **fields: Any,
) -> AsyncIterator[Town]:
    """A site that runs until the end of the block; `fields` are those of Site, `patience` as of its server."""
    store = await Database.open(sqlite_url(directory / "monitor.sqlite3"))
    clock = Clock()
    site = Site(store=store, plan=lambda: plan, clock=clock, keys=KEYS, **fields)
    listener = open_listener("127.0.0.1", 0)
    try:
        async with store.transaction() as tx:
            digest = await told(tx)
        async with (
            serving(create_app(site, patience=patience), listener, patience=patience),
            aiohttp.ClientSession() as client,
        ):
            yield Town(site, address_of(listener), client, clock, digest)
    finally:
        listener.close()
        await store.close()


async def tell(tx: Transaction, *articles: Article, at: datetime = NOON) -> Digest:
    """Tell Ana of articles, as the service does: each a story, matched by a rule named after its source."""
    for article in articles:
        await raise_alert(tx, article, make_match(article, article.source), subscriber=ANA.id, due_at=at)
    pending = await tx.list_pending_alerts(ANA.id, at)
    digest = compose_digest(ANA.id, pending, window_start=at, now=at + timedelta(minutes=1))
    await tx.add_digest(digest, [each.id for each in pending], [])
    return digest


def story_of(article: Article) -> StoryId:
    """The story that an article is the first of."""
    return StoryId(article.id)


__all__ = [
    "ANA",
    "DESK",
    "FLOOD",
    "KEYS",
    "PLAN",
    "STRIKE",
    "Answer",
    "Town",
    "make_rule",
    "open_town",
    "story_of",
    "tell",
]
