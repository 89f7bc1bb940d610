"""What becomes of a story after it has been told: a changed headline reaches those whose route asks for corrections."""

import asyncio
import email
from email import policy
from pathlib import Path

from tests.flow.newsroom import PATIENCE, Newsroom, open_newsroom

_SCRIPT = str(Path(__file__).with_name("crashing.py"))
_BODY = (
    "Heavy rain made the Orsa rise by two metres within a night. The river flooded the mill quarter, and the fire "
    "brigade took {} people out of their houses by boat, the mayor told reporters on Monday morning."
)
_ROUTES = """version: 1
subscribers:
  bea: {email: bea@example.org}
routes:
  - to: [bea]
    send: {now: true}
    update: {corrections: true}
"""


def test_a_corrected_story_is_told_again_once_to_those_who_asked_and_says_what_changed(tmp_path: Path) -> None:
    asyncio.run(_correct(tmp_path))


async def _correct(directory: Path) -> None:
    async with open_newsroom(directory) as newsroom:
        newsroom.write_project(to="ana", alert_backlog=True)
        (directory / "config" / "updates.yaml").write_text(_ROUTES, encoding="utf-8")
        newsroom.publish("1", "Orsa floods kill forty", _BODY.format("forty"))
        await _run(newsroom, "0")
        newsroom.entries.clear()
        newsroom.publish("1", "Orsa floods the mill quarter", _BODY.format("fourteen"))
        await _run(newsroom, "1")
        await _run(newsroom, "2")
        received = {name: _texts(newsroom, name) for name in ("ana", "bea")}
        assert [len(texts) for texts in received.values()] == [1, 2]
        _, correction = received["bea"]
        assert 'Correction: gazette corrected it; the headline was "Orsa floods kill forty"; changed: ' in correction
        assert "fourteen people" in correction


async def _run(newsroom: Newsroom, hours: str) -> None:
    process = await newsroom.start(_SCRIPT, hours)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log.decode()


def _texts(newsroom: Newsroom, subscriber: str) -> list[str]:
    """The plain text of each message, on one line and without the marks of what was found."""
    mails = [mail for mail in newsroom.sink.messages if mail.recipients == (f"{subscriber}@example.org",)]
    bodies = [email.message_from_bytes(mail.data, policy=policy.default).get_body(("plain",)) for mail in mails]
    return [" ".join(body.get_content().replace("*", "").split()) for body in bodies]
