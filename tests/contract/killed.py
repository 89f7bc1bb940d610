"""A process that kills itself with SIGKILL at a crash point of its first transaction: `python -m … URL POINT`."""

import asyncio
import os
import signal
import sys

from monitor.store.database import Database
from tests.builders import make_article
from tests.contract.stores import raise_alert


async def main(url: str, point: str) -> None:
    def reached(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    database = await Database.open(url, reached=reached)
    async with database.transaction() as tx:
        await raise_alert(tx, make_article("Harbour strike."))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
