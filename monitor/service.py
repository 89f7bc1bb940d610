"""The service while it runs: its steps at their pace, its pages beside them, until somebody asks it to stop."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from monitor.app import World, open_pipeline, require_store
from monitor.config.project import SoundProject
from monitor.config.secret_key import load_keys
from monitor.config.settings import Settings
from monitor.live import Live
from monitor.pipeline import (
    Plan,
    Ports,
    compose_due,
    deliver_due,
    mend_poll_times,
    poll_all_due,
    purge_old,
    read_bounces,
    read_waiting_pages,
    save_usage,
    tell_operators,
)
from monitor.ports import Store
from monitor.schedule import Tick, run_ticks
from monitor.store.lock import hold_lock
from monitor.web import Site, address_of, create_app, open_listener, serving

SERVICE = "run"
"""The name under which `monitor run` says that it is alive."""

# Below the ten seconds after which container engines kill what they asked to stop.
_GRACE = timedelta(seconds=8)
_TICK = timedelta(seconds=1)
_BEAT = timedelta(seconds=15)
_PURGE = timedelta(minutes=30)
_LOOK_AROUND = timedelta(minutes=1)
# Rounds of one channel that may overlap, so that one slow endpoint does not keep the others waiting.
_DELIVERIES_AT_ONCE = 2
# Likewise of pages: a slow one must not keep those of other domains waiting.
_PAGES_AT_ONCE = 17

_log = structlog.get_logger()
_T = TypeVar("_T")


async def run_service(project: SoundProject, data: Path, *, once: bool, world: World | None = None) -> None:
    """The service until SIGTERM or SIGINT; with `once`, one pass over everything that is due."""
    with hold_lock(data):
        async with open_pipeline(project, data, world) as (ports, plan):
            if project.settings.database.startswith("sqlite"):
                # The lock says that nobody else works on this file: what a killed run held is ours at once.
                async with ports.store.transaction() as tx:
                    await tx.release_leases()
            await mend_poll_times(ports, plan)
            live = Live(project, ports, plan, data)
            await live.start()
            if once:
                await run_pass(live.ports, plan)
                return
            site = _create_site(live, project.settings, data)
            async with _serving(site, project.settings):
                await _run_until_stopped(live, site)


async def run_pages(project: SoundProject, data: Path, world: World | None = None) -> None:
    """The pages alone until SIGTERM or SIGINT, beside a service that runs elsewhere on the same database."""
    require_store(project.settings, data)
    async with open_pipeline(project, data, world) as (ports, plan):
        live = Live(project, ports, plan, data, follows=True)
        site = _create_site(live, project.settings, data)
        ticks = {"reload": Tick(live.reload, _TICK), "vitals": Tick(site.vitals.tick, _TICK)}
        async with _serving(site, project.settings):
            await run_ticks(ticks, stop=_stop_on_signals(), grace=_GRACE)


def _create_site(live: Live, settings: Settings, data: Path) -> Site:
    return Site(
        store=live.ports.store,
        plan=lambda: live.plan,
        clock=live.ports.clock,
        keys=load_keys(settings.secret_key, data),
        public_url=settings.public_url,
        password=settings.web.password,
        rules=lambda: len(live.ports.matcher.rules),
    )


@asynccontextmanager
async def _serving(site: Site, settings: Settings) -> AsyncIterator[None]:
    listener = open_listener(settings.web.host, settings.web.port)
    address = address_of(listener)
    async with serving(create_app(site), listener):
        _log.info("pages served", address=address, public=settings.public_url)
        yield


async def run_pass(ports: Ports, plan: Plan) -> None:
    """Poll what is due once, compose what follows, try each due delivery once, and throw away what is old."""
    await read_bounces(ports, plan)
    await poll_all_due(ports, plan)
    await read_waiting_pages(ports, plan)
    await compose_due(ports, plan)
    await tell_operators(ports, plan)
    while await deliver_due(ports, plan):
        pass
    await purge_old(ports, plan)
    await save_usage(ports)


async def _run_until_stopped(live: Live, site: Site) -> None:
    ports, plan = live.ports, live.plan
    stop = _stop_on_signals()
    _log.info("started", sources=len(plan.sources), subscribers=len(plan.subscribers), rules=len(ports.matcher.rules))
    ticks = {
        # A run that is still under way holds at least one of the sources that may be polled at once.
        "poll": Tick(_noting(site.meters.count_polls, live.poll), _TICK, at_once=plan.concurrency + 1),
        "pages": Tick(_noting(site.meters.count_pages, live.read_pages), _TICK, at_once=_PAGES_AT_ONCE),
        "compose": Tick(live.compose, _TICK),
        "operators": Tick(live.tell_operators, _LOOK_AROUND),
        "bounces": Tick(live.read_bounces, _LOOK_AROUND),
        **{
            f"deliver {kind}": Tick(
                _noting(site.meters.count_deliveries, partial(live.deliver, kind)), _TICK, at_once=_DELIVERIES_AT_ONCE
            )
            for kind in ports.channels
        },
        "purge": Tick(live.purge, _PURGE),
        "reload": Tick(live.reload, _TICK),
        "usage": Tick(live.save_usage, _LOOK_AROUND),
        "vitals": Tick(site.vitals.tick, _TICK),
        "beat": Tick(partial(_beat, ports.store, ports.clock), _BEAT),
    }
    await _beat(ports.store, ports.clock)
    await run_ticks(ticks, stop=stop, grace=_GRACE)
    await live.save_usage()
    _log.info("stopped")


def _noting(note: Callable[[_T], None], step: Callable[[], Awaitable[_T]]) -> Callable[[], Awaitable[None]]:
    """The step, and a note of what it came to."""

    async def run() -> None:
        note(await step())

    return run


def _stop_on_signals() -> asyncio.Event:
    """Set when somebody asks the process to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _beat(store: Store, clock: Callable[[], datetime]) -> None:
    async with store.transaction() as tx:
        await tx.beat(SERVICE, clock())
