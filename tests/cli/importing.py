"""Import an archive in this process and, if asked, die by SIGKILL when a named point is reached for the nth time.

    python importing.py ARCHIVE [POINT NTH]

Prints how many new articles were stored. The project is the working directory.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from monitor.app import World, open_pipeline
from monitor.config.project import load_project
from monitor.model import Source, SourceId
from monitor.pipeline import import_slices


def _kill_at(point: str | None, nth: int) -> Callable[[str], None]:
    left = nth

    def reached(name: str) -> None:
        nonlocal left
        left -= name == point
        if name == point and not left:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


async def _import(archive: str, world: World) -> int:
    source = Source(id=SourceId(archive), kind="archive", address=archive)
    project = load_project(Path("config"), Path("rules"), os.environ)
    async with open_pipeline(project, Path("data"), world) as (ports, plan):
        parts = ports.archives.list_slices(source)
        stored = [each async for each in import_slices(ports, plan, source, parts, alerting=False)]
        assert [each.error for each in stored if each.error] == []
        assert sum(each.size for each in stored) == sum(part.size for part in parts)
        return sum(len(each.articles) for each in stored)


def main(archive: str, point: str | None = None, nth: str = "0") -> None:
    """One import, of a web archive with a worker of its own."""
    processes = 1 if ".warc" in archive else 0
    print(asyncio.run(_import(archive, World(reached=_kill_at(point, int(nth)), processes=processes))))


if __name__ == "__main__":
    main(*sys.argv[1:])
