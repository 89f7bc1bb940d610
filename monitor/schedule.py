"""When each step runs: APScheduler as the ticker, and nothing decided here.

A tick asks "what is due?" of rows in the store; one that comes late, or was missed while the machine slept, asks the
same question and gets the whole answer. That is why ticks are coalesced, and have no grace time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.errors import MonitorError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tick:
    """A step, how often it asks what is due, and how many of its runs may overlap."""

    step: Callable[[], Awaitable[Any]]
    every: timedelta
    at_once: int = 1


async def run_ticks(ticks: Mapping[str, Tick], *, stop: asyncio.Event, grace: timedelta) -> None:
    """Run every step at its pace until `stop` is set, then let what is in flight end, for `grace` at most.

    What has not ended by then is cancelled: its lease runs out, or the next start takes it up. A step that fails is
    logged by name and runs again at its next tick.
    """
    # That a step is still busy when its next tick comes is normal here and no warning.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    running: set[asyncio.Task[Any]] = set()
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
    for name, tick in ticks.items():
        trigger = IntervalTrigger(seconds=tick.every.total_seconds(), timezone=UTC)
        scheduler.add_job(_run_step, trigger, (name, tick.step, running), id=name, max_instances=tick.at_once)
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.pause()
        await _finish(running, grace)
        scheduler.shutdown(wait=False)


async def _run_step(name: str, step: Callable[[], Awaitable[Any]], running: set[asyncio.Task[Any]]) -> None:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine of the scheduler always runs in a task
    running.add(task)
    try:
        await step()
    except asyncio.CancelledError:
        # Swallowed: only `_finish` cancels, and APScheduler would print a traceback for what is no error.
        _log.warning("step cut short", step=name)
    except MonitorError as error:
        _log.error("step failed", step=name, error=str(error))
    except Exception:  # noqa: BLE001 - logged whole; one step never stops the others
        _log.exception("step crashed", step=name)
    finally:
        running.discard(task)


async def _finish(running: set[asyncio.Task[Any]], grace: timedelta) -> None:
    if not running:
        return
    _log.info("stopping", in_flight=len(running))
    _, late = await asyncio.wait(set(running), timeout=grace.total_seconds())
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
