"""Kill the service with SIGKILL between any two steps: nothing is lost, and only "sent, not marked" repeats."""

import asyncio
import email
from collections import Counter
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
_MAY_REPEAT = frozenset({"delivery sent", "marking delivery"})


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_killed_service_loses_nothing(point: str, tmp_path: Path, service_database: str) -> None:
    asyncio.run(_crash_and_recover(tmp_path, service_database, point))


async def _crash_and_recover(tmp_path: Path, database: str, point: str) -> None:
    async with open_newsroom(tmp_path, database) as newsroom:
        newsroom.publish("0", "Quiet day", "Nothing happened on the river today, the water board said.")
        await _run(newsroom, "0", expected=0)
        newsroom.publish("1", "Orsa floods the mill quarter", _BODY)
        await _run(newsroom, "1", point, expected=-9)
        await _run(newsroom, "2", expected=0)
        await _run(newsroom, "3", expected=0)
        _check(newsroom, point)


async def _run(newsroom: Newsroom, *arguments: str, expected: int) -> None:
    process = await newsroom.start(_SCRIPT, *arguments)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == expected, log.decode()


def _check(newsroom: Newsroom, point: str) -> None:
    mails = Counter(email.message_from_bytes(mail.data)["Message-ID"] for mail in newsroom.sink.messages)
    webhooks = Counter(request.headers["webhook-id"] for request in newsroom.receiver.requests)
    assert len(mails) == 1, "each subscriber gets the story under one id"
    assert len(webhooks) == 1
    assert newsroom.slack.requests
    repeated = sum(mails.values()) + sum(webhooks.values()) + len(newsroom.slack.requests) - 3
    assert repeated == 0 or point in _MAY_REPEAT
