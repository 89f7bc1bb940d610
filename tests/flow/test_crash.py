"""Kill the service with SIGKILL between any two steps: nothing is lost, and only "sent, not marked" repeats."""

import asyncio
import email
import signal
from pathlib import Path

import pytest

from monitor.pipeline import CRASH_POINTS
from tests.flow.newsroom import PATIENCE, Newsroom, open_newsroom

_SCRIPT = str(Path(__file__).with_name("crashing.py"))
_BODY = (
    "Heavy rain made the Orsa rise by two metres within a night. The river flooded the mill quarter, and the fire "
    "brigade took forty people out of their houses by boat, the mayor told reporters on Monday morning."
)
# Where the message is out and the store does not know it yet.
_REPEATS = frozenset({"delivery sent", "marking delivery"})


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_killed_service_loses_nothing(point: str, tmp_path: Path, service_database: str) -> None:
    asyncio.run(_crash_and_recover(tmp_path, service_database, point))


async def _crash_and_recover(tmp_path: Path, database: str, point: str) -> None:
    async with open_newsroom(tmp_path, database) as newsroom:
        newsroom.write_project(to="ana", alert_backlog=True)
        newsroom.publish("1", "Orsa floods the mill quarter", _BODY)
        await _run(newsroom, "0", point, expected=-signal.SIGKILL)
        await _run(newsroom, "1", expected=0)
        identities = [email.message_from_bytes(mail.data)["Message-ID"] for mail in newsroom.sink.messages]
        assert len(identities) == (2 if point in _REPEATS else 1)
        assert len(set(identities)) == 1, "a repeated message carries the same id"


async def _run(newsroom: Newsroom, *arguments: str, expected: int) -> None:
    process = await newsroom.start(_SCRIPT, *arguments)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == expected, log.decode()
