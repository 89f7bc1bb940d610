"""What becomes of a story after it has been told: a changed headline reaches those whose route asks for corrections."""

import asyncio
import email
from email import policy
from pathlib import Path

from monitor.demo.servers import Mail
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


_GROWING = """version: 1
sources:
  {sources}
subscribers:
  bea: {{email: bea@example.org}}
routes:
  - to: [bea]
    send: {{now: true}}
    update: {{more_sources: 3, min_gap: 3h}}
"""
_OTHERS = ("courier", "herald", "tribune", "observer")


def test_a_story_that_many_more_run_is_told_once_more_and_not_before_the_least_gap(tmp_path: Path) -> None:
    asyncio.run(_grow(tmp_path))


async def _grow(directory: Path) -> None:
    async with open_newsroom(directory) as newsroom:
        newsroom.write_project(to="ana", alert_backlog=True)
        feeds = (f'{name}: {{feed: "{newsroom.site.url}/{name}.xml", every: 1s, language: en}}' for name in _OTHERS)
        routes = _GROWING.format(sources="\n  ".join(feeds))
        (directory / "config" / "updates.yaml").write_text(routes, encoding="utf-8")
        for name in _OTHERS:
            newsroom.publish_at(f"/{name}.xml")
        story = ("1", "Orsa floods the mill quarter", _BODY.format("forty"))
        newsroom.publish(*story)
        received = []
        for hour, running in enumerate(((), _OTHERS[:2], _OTHERS[:3], (), _OTHERS, ())):
            for name in running:
                newsroom.publish_at(f"/{name}.xml", story)
            await _run(newsroom, str(hour))
            received.append(len(_texts(newsroom, "bea")))
        assert received == [1, 1, 1, 2, 2, 2]
        assert len(_texts(newsroom, "ana")) == 1, "nobody else asked for it"
        update = _texts(newsroom, "bea")[1]
        said = update.partition("Update: 3 more sources run it: ")[2].partition(" >")[0]
        assert sorted(said.split(", ")) == ["courier", "herald", "tribune"]
        first, second = [email.message_from_bytes(mail.data) for mail in _mails(newsroom, "bea")]
        assert second["In-Reply-To"] == second["References"] == first["Message-ID"] != second["Message-ID"]


async def _run(newsroom: Newsroom, hours: str) -> None:
    process = await newsroom.start(_SCRIPT, hours)
    _, log = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, log.decode()


def _texts(newsroom: Newsroom, subscriber: str) -> list[str]:
    """The plain text of each message, on one line and without the marks of what was found."""
    mails = [email.message_from_bytes(mail.data, policy=policy.default) for mail in _mails(newsroom, subscriber)]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    return [" ".join(body.get_content().replace("*", "").split()) for body in bodies]


def _mails(newsroom: Newsroom, subscriber: str) -> list[Mail]:
    return [mail for mail in newsroom.sink.messages if mail.recipients == (f"{subscriber}@example.org",)]
