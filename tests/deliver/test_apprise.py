"""Apprise, with a service of its own on loopback."""

import asyncio
import json

import pytest

from monitor.deliver.apprise import AppriseChannel
from monitor.errors import DeliveryError
from monitor.model import AppriseTarget, EmailAddress
from monitor.render.page_links import PageLinks, PageTokens
from tests.deliver.peers import HttpPeer, answer, listen
from tests.deliver.values import make_delivery
from tests.render.samples import ANA, full_digest, make_digest, strike_story

PAGES = PageLinks("https://monitor.example.org", PageTokens(["k" * 32]))


def _send(peer: HttpPeer, scheme: str = "json") -> str:
    async def send() -> str:
        async with listen(peer) as port:
            channel = AppriseChannel()
            delivery = make_delivery(channel.render(full_digest(), ANA), channel="apprise")
            target = AppriseTarget(url=f"{scheme}://user:TOKENTOKEN@127.0.0.1:{port}/alerts")
            return (await channel.send(delivery, target)).answer

    return asyncio.run(send())


def test_title_and_text_arrive() -> None:
    peer = HttpPeer([answer(200, "ok")])
    assert _send(peer) == "accepted"
    received = json.loads(peer.requests[0].body)
    assert received["title"] == "4 stories (1 critical, 1 high, 1 medium, 1 low) - 2 March 2026, 07:30"
    assert "Dockers at the port of Alvera vote to strike" in received["message"]


@pytest.mark.parametrize("status", [400, 404, 500])
def test_what_a_service_does_not_take_is_tried_again(status: int) -> None:
    with pytest.raises(DeliveryError, match="did not take the message") as caught:
        _send(HttpPeer([answer(status)]))
    assert not caught.value.permanent
    assert "TOKEN" not in str(caught.value)


def test_a_url_that_apprise_does_not_know_is_refused_for_good() -> None:
    with pytest.raises(DeliveryError, match="Apprise knows") as caught:
        _send(HttpPeer([answer(200)]), scheme="nosuch")
    assert caught.value.permanent


def test_an_address_of_another_kind_is_refused_for_good() -> None:
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(AppriseChannel().send(make_delivery(b"{}"), EmailAddress(address="ana@example.org")))
    assert caught.value.permanent


def test_a_long_digest_leaves_out_whole_stories_and_says_how_many() -> None:
    channel = AppriseChannel(pages=PAGES)
    message = json.loads(channel.render(make_digest(*[strike_story()] * 40, omitted=3), ANA))
    assert len(message["body"]) < 4_000
    told = message["body"].count("Dockers at the port of Alvera vote to strike")
    assert f"{43 - told} stories more, not shown here." in message["body"]
    assert "https://monitor.example.org/digest/" in message["body"]
