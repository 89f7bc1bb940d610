"""The composition root: the one place that builds adapters, joins them, and takes them down again."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import aiohttp

from monitor import __version__
from monitor.clock import draw, utc_now
from monitor.config.project import SoundProject
from monitor.config.secret_key import load_keys
from monitor.config.settings import UNSET_DATABASE, UNSET_SIGNATURE, Settings
from monitor.deliver.apprise import AppriseChannel
from monitor.deliver.bounce_mailbox import MaildirMailbox, MboxMailbox
from monitor.deliver.dkim import DkimKey
from monitor.deliver.email import EmailChannel
from monitor.deliver.slack import SlackChannel
from monitor.deliver.smtp import SmtpOptions
from monitor.deliver.webhook import WebhookChannel
from monitor.errors import StoreError
from monitor.live import create_plan
from monitor.match.matcher import RuleMatcher
from monitor.model import ChannelKind
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.pipeline import Plan, Ports
from monitor.pipeline.pace import Pace
from monitor.ports import BounceMailbox, Channel, FeedFetcher
from monitor.render.page_links import PageLinks, PageTokens
from monitor.render.template_check import try_templates
from monitor.render.templating import SHIPPED, TEMPLATES, Templates
from monitor.sources.archive import FileArchive
from monitor.sources.entry_pages import HttpPageFetcher
from monitor.sources.fetch import HttpFetcher
from monitor.sources.sitemaps import SitemapFetcher
from monitor.sources.turns import Turns
from monitor.store.database import Database
from monitor.store.engines import sqlite_url
from monitor.workers import open_parser

USER_AGENT = f"media-monitor/{__version__} (+https://github.com/media-monitor/media-monitor)"
SQLITE_FILE = "monitor.sqlite3"
_SMTP_TIMEOUT = timedelta(seconds=30)
# Shorter than servers keep a connection: what is posted on one that has ended is lost, and has to be tried again.
_ENDPOINT_IDLE = timedelta(seconds=2)


def _pass_by(_point: str) -> None:
    """Nothing happens at a crash point unless a test wants it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a test may want otherwise: the clock, the dice, and what happens at the points where a crash matters.

    `processes` is how many workers parse; with 0 it is done in this process. `disk_free` is the share of the disk that
    is free; None: it is looked up.
    """

    clock: Callable[[], datetime] = utc_now
    jitter: Callable[[], float] = draw
    reached: Callable[[str], None] = _pass_by
    processes: int = os.cpu_count() or 1
    disk_free: Callable[[], float] | None = None


@asynccontextmanager
async def open_store(settings: Settings, data: Path, world: World | None = None) -> AsyncIterator[Database]:
    """The database of the settings, migrated; closed at the end of the block."""
    database = await Database.open(database_url(settings, data), reached=(world or World()).reached)
    try:
        yield database
    finally:
        await database.close()


def has_store(settings: Settings, data: Path) -> bool:
    """Whether there is a database yet, as far as can be told without making one."""
    return settings.database != "sqlite" or (data / SQLITE_FILE).exists()


@asynccontextmanager
async def open_existing_store(settings: Settings, data: Path) -> AsyncIterator[Database]:
    """As `open_store`, for commands that only look: StoreError where a mistyped --data would make an empty database."""
    require_store(settings, data)
    async with open_store(settings, data) as store:
        yield store


def require_store(settings: Settings, data: Path) -> None:
    """StoreError when there is no database yet."""
    if not has_store(settings, data):
        raise StoreError(f'no database in "{data}": nothing has been run or imported there yet')


def database_url(settings: Settings, data: Path) -> str:
    if settings.database == UNSET_DATABASE:
        raise StoreError('the setting "database" is "env:NAME" or "file:PATH", and that is not set')
    if settings.database != "sqlite":
        return settings.database
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f'cannot make the data directory "{data}": {(error.strerror or "").lower()}') from error
    return sqlite_url(data / SQLITE_FILE)


@asynccontextmanager
async def open_pipeline(
    project: SoundProject, data: Path, world: World | None = None
) -> AsyncIterator[tuple[Ports, Plan]]:
    """Everything the steps need, for the running loop; taken down at the end of the block."""
    world = world or World()
    settings = project.settings
    guard = AddressGuard(settings.allow_private)
    pace = Pace(at_once=settings.poll.per_domain, gap=settings.poll.gap)
    turns = Turns(pace, world.clock)
    templates = open_templates(project.files.config)
    with open_parser(settings.languages, processes=world.processes, storing=True) as parser:
        async with (
            open_store(settings, data, world) as store,
            open_session(guard, user_agent=USER_AGENT) as session,
            open_session(guard, user_agent=USER_AGENT, idle=_ENDPOINT_IDLE) as endpoints,
            open_channels(settings, endpoints, world.clock, find_links(settings, data), templates) as channels,
        ):
            ports = Ports(
                store=store,
                fetcher=SitemapFetcher(
                    HttpFetcher(session, clock=world.clock, turns=turns), clock=world.clock, turns=turns
                ),
                archives=FileArchive(),
                parser=parser,
                matcher=RuleMatcher(project.rule_set),
                channels=channels,
                clock=world.clock,
                jitter=world.jitter,
                reached=world.reached,
                disk_free=world.disk_free or partial(_free_share, data),
                pace=pace,
                bounces=_create_bounce_mailbox(settings),
                broken_templates=templates.broken,
                pages=HttpPageFetcher(session, clock=world.clock, turns=turns),
            )
            yield ports, create_plan(project.config, project.settings)


def open_templates(config: Path) -> Templates:
    """The templates of messages, with those of the operator beside the configuration, tried before they are needed."""
    directory = config / TEMPLATES
    templates = Templates(directory)
    if directory.is_dir():
        try_templates(templates)
    return templates


def _create_bounce_mailbox(settings: Settings) -> BounceMailbox | None:
    bounces = settings.bounces
    if bounces.maildir is not None:
        return MaildirMailbox(Path(bounces.maildir))
    return MboxMailbox(Path(bounces.mbox)) if bounces.mbox is not None else None


def find_links(settings: Settings, data: Path) -> PageLinks | None:
    """The addresses of subscribers' pages as messages have them; None while no public address is set."""
    if settings.public_url is None:
        return None
    return PageLinks(settings.public_url, PageTokens(load_keys(settings.secret_key, data)))


def _free_share(data: Path) -> float:
    """Of the disk that the data lies on; all of it where it lies elsewhere and this directory is none."""
    try:
        usage = shutil.disk_usage(data)
    except OSError:
        return 1.0
    return usage.free / usage.total if usage.total else 1.0


@asynccontextmanager
async def open_fetcher(settings: Settings, world: World | None = None) -> AsyncIterator[FeedFetcher]:
    """What fetches feeds, for commands that look at one without a store; guarded as the service is."""
    guard = AddressGuard(settings.allow_private)
    async with open_session(guard, user_agent=USER_AGENT) as session:
        yield HttpFetcher(session, clock=(world or World()).clock)


@asynccontextmanager
async def open_channels(
    settings: Settings,
    session: aiohttp.ClientSession,
    clock: Callable[[], datetime],
    pages: PageLinks | None = None,
    templates: Templates = SHIPPED,
) -> AsyncIterator[Mapping[ChannelKind, Channel]]:
    """A channel for every kind of address; with `pages` messages link to them."""
    smtp, dkim = settings.smtp, settings.dkim
    options = SmtpOptions(
        host=smtp.host,
        port=smtp.port,
        tls=smtp.tls,
        username=smtp.username,
        password=smtp.password,
        timeout=_SMTP_TIMEOUT,
    )
    signature = None
    if dkim.domain and dkim.selector and dkim.key and dkim.key != UNSET_SIGNATURE:
        signature = DkimKey(domain=dkim.domain, selector=dkim.selector, private_key=dkim.key)
    email = EmailChannel(options, sender=settings.sender, pages=pages, signature=signature, templates=templates)
    try:
        yield {
            "email": email,
            "slack": SlackChannel(session, clock, pages=pages),
            "webhook": WebhookChannel(session, clock),
            "apprise": AppriseChannel(pages=pages),
        }
    finally:
        await email.close()
