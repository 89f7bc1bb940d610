"""The main job as a black box: the service as a process, real servers around it, files as an operator writes them."""

import asyncio
import email
import json
from email import policy
from pathlib import Path

from standardwebhooks import Webhook

from tests.flow.newsroom import PATIENCE, SECRET, Newsroom, open_newsroom, stop

_OLD = "The river Orsa flooded the lower meadows last week, said the water board, which expects no more rain until May."
_NEW = (
    "Heavy rain made the Orsa rise by two metres within a night. The river flooded the mill quarter, and the fire "
    "brigade took forty people out of their houses by boat, the mayor told reporters on Monday morning."
)
_NEXT = (
    "A second wave of floods is moving down the Orsa, the hydrological office warned. Sandbags were handed out in six "
    "villages, and schools along the river stay closed until the end of the week, the county said."
)


def test_a_new_entry_is_one_message_for_each_subscriber_and_neither_a_restart_nor_a_copy_adds_one(
    tmp_path: Path,
) -> None:
    asyncio.run(_follow_a_story(tmp_path))


async def _follow_a_story(tmp_path: Path) -> None:
    async with open_newsroom(tmp_path) as newsroom:
        newsroom.publish("0", "Meadows under water", _OLD)
        service = await newsroom.start("-m", "monitor", "run")
        await asyncio.wait_for(newsroom.site.wait_for(1), PATIENCE)
        newsroom.publish("1", "Orsa floods the mill quarter", _NEW)
        await newsroom.wait_for_messages(1)
        await stop(service)
        assert newsroom.messages() == (1, 1, 1), "the backlog alerted, or a message came twice"

        service = await newsroom.start("-m", "monitor", "run")
        polls = len(newsroom.site.requests)
        newsroom.publish("2", "Forty people taken to safety by boat", _NEW)
        await asyncio.wait_for(newsroom.site.wait_for(polls + 2), PATIENCE)
        # What comes after the copy shows that the copy has been dealt with.
        newsroom.publish("3", "Second wave on the Orsa", _NEXT)
        await newsroom.wait_for_messages(2)
        log = await stop(service)
        assert newsroom.messages() == (2, 2, 2)
        _check_mail(newsroom)
        _check_webhook(newsroom)
        assert "secret" not in log
        assert SECRET not in log


def _check_mail(newsroom: Newsroom) -> None:
    first, second = (email.message_from_bytes(mail.data, policy=policy.default) for mail in newsroom.sink.messages)
    assert newsroom.sink.messages[0].recipients == ("ana@example.org",)
    assert first["Message-ID"] != second["Message-ID"]
    text = first.get_body(("plain",)).get_content().replace("*", "")  # mentions stand between asterisks
    assert "Orsa floods the mill quarter" in text
    assert "Floods on the Orsa" in text
    assert "https://gazette.example.org/1" in text
    assert "Second wave" in second.get_body(("plain",)).get_content()
    assert "Forty people" not in second.get_body(("plain",)).get_content()


def _check_webhook(newsroom: Newsroom) -> None:
    for request in newsroom.receiver.requests:
        event = Webhook(SECRET).verify(request.body, dict(request.headers))
        assert event == json.loads(request.body)
        (story,) = event["data"]["stories"]
        (match,) = story["matches"]
        assert match["rule"] == "river-floods"
        assert {mention["concept"] for mention in match["mentions"]} == {"flood", None}
