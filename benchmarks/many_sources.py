"""The service with very many sources in its store: how much memory it takes, and how long a look at what is due lasts.

    python -m benchmarks.many_sources              10,000 sources, as in docs/performance.md

`monitor run` polls feeds that answer 304, spread evenly over their interval, as it does from one hour to the next. The
ticks are timed beside it, on a store of the same content.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.poll import serve_feeds
from benchmarks.pollers import write_project
from benchmarks.processes import peak_megabytes, resident_megabytes
from monitor.app import World, open_pipeline
from monitor.clock import utc_now
from monitor.config.project import load_project
from monitor.model import Fetched, PollState, Source
from monitor.pipeline import compose_due, poll_due, register_sources, tell_operators
from monitor.polling import News, after_success

_AIM_MB, _AIM_MS = 300, 50
_RUNS_FOR = 30.0
_TICKS = 20


async def fill_store(project_directory: Path, now: datetime) -> None:
    """Every source as it is when it has been polled before; they become due one after another, the first one now."""
    project = load_project(project_directory / "config", project_directory / "rules", {})
    async with open_pipeline(project, project_directory / "data", World(processes=0)) as (ports, plan):
        await register_sources(ports, plan)
        sources = list(plan.sources.values())
        async with ports.store.transaction() as tx:
            for number, source in enumerate(sources):
                polled_at = now - source.every * (1 - number / len(sources))
                validators = _answer(number, source)
                state = after_success(
                    PollState(source=source.id, next_poll_at=polled_at),
                    source,
                    validators=validators,
                    news=News(1),
                    now=polled_at,
                    jitter=0.0,
                )
                await tx.save_poll_state(state)


def _answer(number: int, source: Source) -> Fetched:
    """What the server of the benchmark said when it was asked the last time."""
    return Fetched(
        body=b"", body_hash="x", url=source.address, content_type=None, etag=f'"{number}-0"', last_modified=None
    )


async def time_ticks(project_directory: Path, now: datetime) -> dict[str, list[float]]:
    """Milliseconds of each look at what is due, when nothing is."""
    project = load_project(project_directory / "config", project_directory / "rules", {})
    early = now - timedelta(minutes=1)
    async with open_pipeline(project, project_directory / "data", World(clock=lambda: early)) as (ports, plan):
        steps: dict[str, Callable[[], Awaitable[Any]]] = {
            "poll": lambda: poll_due(ports, plan),
            "compose": lambda: compose_due(ports, plan),
            "operators": lambda: tell_operators(ports, plan),
        }
        return {name: [await _time(step) for _ in range(_TICKS)] for name, step in steps.items()}


async def _time(step: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await step()
    return 1000 * (time.perf_counter() - began)


def watch_service(project_directory: Path) -> tuple[float, float, int]:
    """Megabytes that `monitor run` has resident after a while, the most it had, and how many polls it made."""
    log = project_directory / "log"
    command = [sys.executable, "-m", "monitor", "run", "--config", "config", "--rules", "rules", "--data", "data"]
    with log.open("w") as stderr:
        service = subprocess.Popen(
            command, cwd=project_directory, stderr=stderr, env={"PYTHONPATH": str(Path(__file__).parents[1])}
        )
        while '"started"' not in log.read_text():
            time.sleep(0.2)
        time.sleep(_RUNS_FOR)
        found = resident_megabytes(service.pid), peak_megabytes(service.pid)[service.pid]
        service.terminate()
        service.wait()
    return *found, log.read_text().count('"polled"')


def main() -> None:
    """The figures on stdout, each with its aim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=10_000)
    count = parser.parse_args().sources
    with tempfile.TemporaryDirectory() as name, serve_feeds(count) as port:
        directory = Path(name)
        write_project(directory, port, count)
        now = utc_now()
        asyncio.run(fill_store(directory, now))
        for step, times in asyncio.run(time_ticks(directory, now)).items():
            median, slowest = statistics.median(times), max(times)
            print(f"{step} tick: {median:.1f} ms, the slowest of {_TICKS} {slowest:.1f} ms (aim: {_AIM_MS} ms)")
        resident, peak, polls = watch_service(directory)
        print(f"monitor run: {resident:.0f} MB resident, {peak:.0f} MB at most (aim: {_AIM_MB} MB); {polls} polls")


if __name__ == "__main__":
    main()
