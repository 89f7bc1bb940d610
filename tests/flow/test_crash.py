"""Kill the service with SIGKILL between any two steps: nothing is lost, and only "sent, not marked" repeats."""

import asyncio
import email
import signal
from collections.abc import Awaitable, Callable
from email import policy
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
_WHILE_SENDING = ("delivery sent", "marking delivery", "delivery marked")
_OF_NOTICES = "freezing notices"
_OF_PAGES = ("claiming pages", "pages claimed", "page fetched")
_ELSEWHERE = frozenset({_OF_NOTICES, *_OF_PAGES, *_WHILE_SENDING})
_WHOLE = f"""\
<p>{_BODY}</p>
<p>The dyke below the old bridge held until the early morning. Engineers had warned for years that it would not stand \
another spring like this one, and the council had put the works off twice for want of money.</p>
<p>Schools in the valley stay closed until the end of the week, and trains go by the northern line until the \
embankment has been looked at by the railway company, whose people are on their way from the capital.</p>
"""
_OF_DIGESTS = ("composing digest", "freezing digest", "digest frozen")
_HOURLY = """version: 1
subscribers:
  bea: {email: bea@example.org, timezone: Asia/Kathmandu}
routes:
  - to: [bea]
    send: {hourly: true}
    when_empty: proof
"""
_OPERATORS = "version: 1\noperators: [ana, system]\n"


@pytest.mark.parametrize(
    ("point", "to"),
    [
        *((point, "ana, system") for point in CRASH_POINTS if point not in _ELSEWHERE),
        # One message at a time: of two on their way the other may have been sent and not marked at any of these.
        *((point, to) for point in _WHILE_SENDING for to in ("ana", "system")),
    ],
)
def test_a_killed_service_loses_nothing(point: str, to: str, tmp_path: Path, service_database: str) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        newsroom.write_project(to=to, alert_backlog=True)
        newsroom.publish("1", "Orsa floods the mill quarter", _BODY)
        await _run(newsroom, "0", point, expected=-signal.SIGKILL)
        await _run(newsroom, "1", expected=0)
        received = {"ana": _message_ids(newsroom), "system": _webhook_ids(newsroom)}
        for subscriber, identities in received.items():
            expected = (2 if point in _REPEATS else 1) if subscriber in to else 0
            assert len(identities) == expected
            assert len(set(identities)) == min(1, expected), "a repeated message carries the same id"

    _play(tmp_path, service_database, scenario)


@pytest.mark.parametrize("point", [*_OF_PAGES, "storing articles", "articles stored"])
def test_a_page_that_was_waited_for_when_the_service_was_killed_is_read_and_told_once(
    point: str, tmp_path: Path, service_database: str
) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        newsroom.write_project(to="ana, system", alert_backlog=True, full_text="auto")
        config = tmp_path / "config" / "newsroom.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace("every: 1s", "every: 2h"), encoding="utf-8")
        newsroom.publish("1", "Rain over the Orsa", "It rained all night.", _WHOLE)
        # The poll is stored, and its entry waits for its page: what follows is of the page.
        await _run(newsroom, "0", "claiming pages", expected=-signal.SIGKILL)
        await _run(newsroom, "0", point, expected=-signal.SIGKILL)
        await _run(newsroom, "1", expected=0)
        assert newsroom.messages() == (1, 0, 1)
        assert "mill quarter" in newsroom.receiver.requests[0].body.decode()

    _play(tmp_path, service_database, scenario)


@pytest.mark.parametrize("point", _OF_DIGESTS)
def test_a_digest_is_sent_once_whenever_the_service_is_killed_around_its_commit(
    point: str, tmp_path: Path, service_database: str
) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        newsroom.write_project(to="desk", alert_backlog=True)
        (tmp_path / "config" / "hourly.yaml").write_text(_HOURLY, encoding="utf-8")
        newsroom.publish("1", "Orsa floods the mill quarter", _BODY)
        await _run(newsroom, "0", expected=0)
        await _run(newsroom, "1", point, expected=-signal.SIGKILL)
        await _run(newsroom, "1", expected=0)
        assert _subjects(newsroom, "bea") == ["High: Orsa floods the mill quarter"]
        await _run(newsroom, "2", point, expected=-signal.SIGKILL)
        await _run(newsroom, "2", expected=0)
        assert _subjects(newsroom, "bea") == ["High: Orsa floods the mill quarter", "Nothing new"]
        assert len(set(_message_ids(newsroom))) == 2

    _play(tmp_path, service_database, scenario)


def test_a_notice_is_told_once_to_each_operator_although_the_service_is_killed_while_it_freezes_it(
    tmp_path: Path, service_database: str
) -> None:
    async def scenario(newsroom: Newsroom) -> None:
        newsroom.write_project(to="desk")
        (tmp_path / "config" / "operators.yaml").write_text(_OPERATORS, encoding="utf-8")
        await _run(newsroom, "0", _OF_NOTICES, expected=-signal.SIGKILL, free_disk="0.01")
        assert newsroom.messages() == (0, 0, 0)
        for hours in ("1", "2"):
            await _run(newsroom, hours, expected=0, free_disk="0.01")
        assert newsroom.messages() == (1, 0, 1)
        assert "nearly full" in newsroom.sink.messages[0].data.decode()

    _play(tmp_path, service_database, scenario)


def _play(directory: Path, database: str, scenario: Callable[[Newsroom], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_newsroom(directory, database) as newsroom:
            await scenario(newsroom)

    asyncio.run(run())


async def _run(newsroom: Newsroom, *arguments: str, expected: int, free_disk: str = "1") -> None:
    process = await newsroom.start(_SCRIPT, *arguments, environment={"FREE_DISK": free_disk})
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == expected, log.decode()


def _message_ids(newsroom: Newsroom) -> list[str]:
    return [email.message_from_bytes(mail.data)["Message-ID"] for mail in newsroom.sink.messages]


def _webhook_ids(newsroom: Newsroom) -> list[str]:
    return [dict(request.headers)["webhook-id"] for request in newsroom.receiver.requests]


def _subjects(newsroom: Newsroom, subscriber: str) -> list[str]:
    """Without the date at their end."""
    mails = [mail for mail in newsroom.sink.messages if mail.recipients == (f"{subscriber}@example.org",)]
    messages = [email.message_from_bytes(mail.data, policy=policy.default) for mail in mails]
    return [str(message["Subject"]).partition(" - ")[0] for message in messages]
