"""Slack by an app: messages, threads, and every answer of the Web API that means something for the next try."""

import asyncio
from datetime import timedelta

import pytest

from monitor.deliver.slack import SlackChannel
from monitor.errors import DeliveryError
from monitor.model import Digest, SlackBot
from monitor.ports import Receipt
from monitor.render.page_links import PageLinks, PageTokens
from tests.deliver.peers import HttpPeer, answer, listen, loopback_session
from tests.deliver.slack_double import CHANNEL, TOKEN, SlackDouble
from tests.deliver.values import NOW, make_delivery
from tests.render.samples import ANA, arabic_story, full_digest, make_digest, strike_story

PAGES = PageLinks("https://monitor.example.org", PageTokens(["k" * 32]))


def _write(
    peer: HttpPeer,
    digest: Digest | None = None,
    *,
    thread: str | None = None,
    token: str = TOKEN,
    channel: str = CHANNEL,
) -> Receipt:
    async def send() -> Receipt:
        async with listen(peer) as port, loopback_session() as session:
            slack = SlackChannel(
                session,
                lambda: NOW,
                pages=PAGES,
                timeout=timedelta(seconds=2),
                api_url=f"http://127.0.0.1:{port}/api/",
            )
            payload = slack.render(digest or full_digest(), ANA, thread)
            return await slack.send(make_delivery(payload, channel="slack"), SlackBot(token=token, channel=channel))

    return asyncio.run(send())


def _refusal(peer: HttpPeer, **options: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        _write(peer, **options)  # type: ignore[arg-type]
    assert TOKEN not in str(caught.value)
    return caught.value


def test_a_message_is_taken_and_its_stamp_kept() -> None:
    double = SlackDouble()
    assert _write(double) == Receipt("accepted in channel C0123456789", "1772452801.000100")
    assert "Dockers at the port of Alvera" in double.taken[0]["text"]
    assert "thread_ts" not in double.taken[0]


def test_what_follows_up_stands_in_the_thread() -> None:
    double = SlackDouble()
    _write(double, thread="1772452801.000100")
    assert double.taken[0]["thread_ts"] == "1772452801.000100"


@pytest.mark.parametrize("stories", [1, 24, 100, 500])
def test_no_digest_is_too_long_for_slack(stories: int) -> None:
    double = SlackDouble()
    _write(double, make_digest(*[strike_story(), arabic_story()] * (stories // 2 or 1), omitted=7))
    assert "blocks" in double.taken[0]


@pytest.mark.parametrize("error", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])
def test_refused_blocks_are_followed_by_the_text_alone(error: str) -> None:
    double = SlackDouble(says=[error])
    assert _write(double).reference
    assert "blocks" not in double.taken[0]
    assert "Dockers" in double.taken[0]["text"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("invalid_auth", "disables"),
        ("token_revoked", "disables"),
        ("account_inactive", "disables"),
        ("channel_not_found", "disables"),
        ("not_in_channel", "disables"),
        ("is_archived", "disables"),
        ("msg_too_long", "permanent"),
        ("no_text", "permanent"),
        ("internal_error", "transient"),
        ("service_unavailable", "transient"),
        ("something_new", "transient"),
    ],
)
def test_every_error_says_what_follows(error: str, outcome: str) -> None:
    refusal = _refusal(SlackDouble(says=[error]))
    assert str(refusal) == f"Slack: {error}"
    found = "disables" if refusal.disables else "permanent" if refusal.permanent else "transient"
    assert found == outcome


def test_a_wrong_token_or_channel_is_disabled() -> None:
    assert _refusal(SlackDouble(), token="xoxb-other").disables
    assert _refusal(SlackDouble(), channel="C9999999999").disables


def test_slack_says_when_to_come_back() -> None:
    refusal = _refusal(SlackDouble(says=["ratelimited"]))
    assert refusal.retry_after == NOW + timedelta(seconds=30)
    assert not refusal.permanent


@pytest.mark.parametrize(
    "said",
    [
        None,
        b"",
        answer(500, "oops"),
        answer(502, "<html>bad gateway"),
        answer(200, "not json", Content_Type="application/json"),
    ],
)
def test_what_is_no_answer_of_slack_is_tried_again(said: bytes | None) -> None:
    refusal = _refusal(HttpPeer([said]))
    assert not refusal.permanent
    assert str(refusal).isprintable()
    assert len(str(refusal)) < 400
