"""Run one pass of the service in this process and, if asked, die by SIGKILL at a named point.

    python crashing.py HOURS [POINT]

HOURS are added to the clock, so that leases and retries of an earlier, killed run are over. FREE_DISK in the
environment is the share of the disk that is free. Exits 3 when the pass ended without reaching the point.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from monitor.app import World
from monitor.clock import utc_now
from monitor.config.project import load_project
from monitor.service import run_service


def _kill_at(point: str | None) -> Callable[[str], None]:
    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def main(hours: str, point: str | None = None) -> None:
    """One pass over the project in the working directory."""
    shift = timedelta(hours=float(hours))
    free = float(os.environ.get("FREE_DISK", "1"))
    world = World(
        clock=lambda: utc_now() + shift,
        jitter=lambda: 0.0,
        reached=_kill_at(point),
        processes=0,
        disk_free=lambda: free,
    )
    project = load_project(Path("config"), Path("rules"), os.environ)
    asyncio.run(run_service(project, Path("data"), once=True, world=world))
    if point:
        sys.exit(3)


if __name__ == "__main__":
    main(*sys.argv[1:])
