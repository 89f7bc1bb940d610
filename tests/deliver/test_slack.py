import asyncio
import json
from datetime import timedelta

import pytest

from monitor.deliver.slack import SlackChannel
from monitor.errors import DeliveryError
from tests.deliver.peers import HttpPeer, answer, listen, loopback_session, outcomes_of
from tests.deliver.values import NOW, make_delivery, slack_address
from tests.render.samples import ANA, full_digest


def _post(peer: HttpPeer) -> str:
    async def send() -> str:
        async with listen(peer) as port, loopback_session() as session:
            channel = SlackChannel(session, lambda: NOW, timeout=timedelta(seconds=5))
            delivery = make_delivery(channel.render(full_digest(), ANA), channel="slack")
            return (await channel.send(delivery, slack_address(port))).answer

    return asyncio.run(send())


def _refusal(*answers: bytes | None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        _post(HttpPeer(list(answers)))
    return caught.value


def test_slacks_answer_is_kept_in_a_few_words() -> None:
    assert _post(HttpPeer([answer(200, "ok")])) == "answered 200 OK: ok"


def test_every_status_is_classified() -> None:
    outcomes = asyncio.run(outcomes_of(lambda session: SlackChannel(session, lambda: NOW), slack_address))
    assert outcomes == {
        status: "accepted" if status < 300 else "permanent" if status in {400, 403, 404, 410} else "transient"
        for status in range(200, 600)
    }


@pytest.mark.parametrize("words", ["invalid_blocks", "invalid_blocks_format", "invalid_blocks\n"])
def test_refused_blocks_are_followed_by_the_text_alone(words: str) -> None:
    peer = HttpPeer([answer(400, words), answer(200, "ok")])
    assert _post(peer) == "answered 200 OK: ok"
    whole, text_only = (json.loads(request.body) for request in peer.requests)
    assert "blocks" not in text_only
    assert whole == text_only | {"blocks": whole["blocks"]}
    assert "Dockers at the port of Alvera" in text_only["text"]


def test_a_text_that_is_refused_as_well_is_permanent() -> None:
    refusal = _refusal(answer(400, "invalid_blocks"))
    assert refusal.permanent
    assert str(refusal) == "Slack answered 400 Bad Request: invalid_blocks"


def test_slack_may_say_when_to_come_back() -> None:
    refusal = _refusal(answer(429, "rate_limited", Retry_After="30"))
    assert refusal.retry_after == NOW + timedelta(seconds=30)
    assert not refusal.permanent
