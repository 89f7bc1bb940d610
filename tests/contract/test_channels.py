"""What every channel promises, whatever its protocol: the same tests against a scripted server on loopback."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import pytest

from monitor.deliver.slack import SlackChannel
from monitor.deliver.webhook import WebhookChannel
from monitor.errors import DeliveryError
from monitor.model import Address, Delivery, EmailAddress, SignedWebhook, SlackWebhook
from monitor.ports import Channel
from tests.deliver.peers import HttpPeer, SmtpPeer, answer, closed_port, listen, loopback_session
from tests.deliver.values import NOW, SECRET, TOKEN, email_channel, make_delivery, slack_address, webhook_address
from tests.render.samples import ANA, full_digest

RECIPIENT = "ana@example.org"
USERNAME = "monitor-login"
PASSWORD = "hunter2-SECRET"
SECRETS = {
    "slack": (TOKEN, *TOKEN.split("/")),
    "webhook": (TOKEN, *TOKEN.split("/"), "queryTOKENquery", SECRET, SECRET.removeprefix("whsec_")),
    "email": (PASSWORD, USERNAME, RECIPIENT),
}
SHORT = timedelta(milliseconds=300)

# What the peer does with what it is sent.
ACCEPTS, BUSY, GONE, SILENT, HANGS_UP, BABBLES = "accepts", "is busy", "is gone", "is silent", "hangs up", "babbles"
BABBLE = "\x1b[31m\u202e{}\x00 " + "blah " * 60


class Peer(Protocol):
    """The other side; what it received is in the order of its coming."""

    def ids(self) -> list[str]: ...

    def bodies(self) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class Setting:
    """A channel, the peer at the other end and its address."""

    channel: Channel
    address: Address
    peer: Peer


class _Endpoint(HttpPeer):
    def ids(self) -> list[str]:
        return [request.headers.get("webhook-id", "none") for request in self.requests]

    def bodies(self) -> list[bytes]:
        return [request.body for request in self.requests]


class _MailServer(SmtpPeer):
    def ids(self) -> list[str]:
        return [line for message in self.messages for line in message.decode().split("\r\n") if "Message-ID" in line]

    def bodies(self) -> list[bytes]:
        return self.messages


_HTTP_ANSWERS: dict[str, bytes | None] = {
    ACCEPTS: answer(200, "ok"),
    BUSY: answer(503, "later"),
    GONE: answer(410, "gone"),
    SILENT: None,
    HANGS_UP: b"",
    BABBLES: answer(500, BABBLE.format(" ".join((*SECRETS["slack"], *SECRETS["webhook"])))),
}
_SMTP_REPLIES: dict[str, dict[str, str | None]] = {
    ACCEPTS: {},
    BUSY: {"RCPT": "450 4.2.0 greylisted"},
    GONE: {"RCPT": f"550 5.1.1 <{RECIPIENT}>: no such user"},
    SILENT: {"MAIL": None},
    HANGS_UP: {"MAIL": ""},
    BABBLES: {"message": f"451 {BABBLE.format(' '.join(SECRETS['email']))}"},
}


@asynccontextmanager
async def slack(behaviour: str, timeout: timedelta) -> AsyncIterator[Setting]:
    peer = _Endpoint([_HTTP_ANSWERS[behaviour]])
    async with listen(peer) as port, loopback_session() as session:
        yield Setting(SlackChannel(session, lambda: NOW, timeout=timeout), slack_address(port), peer)


@asynccontextmanager
async def webhook(behaviour: str, timeout: timedelta) -> AsyncIterator[Setting]:
    peer = _Endpoint([_HTTP_ANSWERS[behaviour]])
    async with listen(peer) as port, loopback_session() as session:
        yield Setting(WebhookChannel(session, lambda: NOW, timeout=timeout), webhook_address(port), peer)


@asynccontextmanager
async def email(behaviour: str, timeout: timedelta) -> AsyncIterator[Setting]:
    peer = _MailServer(dict(_SMTP_REPLIES[behaviour]))
    async with listen(peer) as port:
        channel = email_channel(port, username=USERNAME, password=PASSWORD, timeout=timeout)
        yield Setting(channel, EmailAddress(address=RECIPIENT), peer)
        await channel.close()


Open = Callable[[str, timedelta], AbstractAsyncContextManager[Setting]]


every_channel = pytest.mark.parametrize("open_setting", [slack, webhook, email])


def _send(open_setting: Open, behaviour: str, *, times: int = 1, timeout: timedelta = timedelta(seconds=5)) -> Setting:
    async def send() -> Setting:
        async with open_setting(behaviour, timeout) as setting:
            delivery = _delivery_for(setting.channel)
            for _ in range(times):
                assert await setting.channel.send(delivery, setting.address)
            return setting

    return asyncio.run(send())


def _delivery_for(channel: Channel) -> Delivery:
    return make_delivery(channel.render(full_digest(), ANA), channel=channel.kind)


@every_channel
def test_an_accepted_message_arrives_byte_for_byte(open_setting: Open) -> None:
    setting = _send(open_setting, ACCEPTS)
    assert setting.peer.bodies() == [setting.channel.render(full_digest(), ANA)]


@every_channel
def test_a_second_try_repeats_the_bytes_and_the_id(open_setting: Open) -> None:
    setting = _send(open_setting, ACCEPTS, times=2)
    assert len(set(setting.peer.bodies())) == 1
    assert len(setting.peer.ids()) == 2
    assert len(set(setting.peer.ids())) == 1


@every_channel
@pytest.mark.parametrize("behaviour", [BUSY, SILENT, HANGS_UP, BABBLES])
def test_what_may_pass_is_tried_again(open_setting: Open, behaviour: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        _send(open_setting, behaviour, timeout=SHORT)
    assert not caught.value.permanent


@every_channel
def test_a_peer_that_is_gone_is_not_tried_again(open_setting: Open) -> None:
    with pytest.raises(DeliveryError) as caught:
        _send(open_setting, GONE)
    assert caught.value.permanent


@every_channel
def test_nobody_listening_is_tried_again(open_setting: Open) -> None:
    async def send() -> None:
        port = await closed_port()
        async with loopback_session() as session:
            channels: dict[str, tuple[Channel, Address]] = {
                "slack": (SlackChannel(session, lambda: NOW), slack_address(port)),
                "webhook": (WebhookChannel(session, lambda: NOW), webhook_address(port)),
                "email": (email_channel(port), EmailAddress(address=RECIPIENT)),
            }
            channel, address = channels[open_setting.__name__]
            await channel.send(make_delivery(), address)

    with pytest.raises(DeliveryError, match="the connection was refused") as caught:
        asyncio.run(send())
    assert not caught.value.permanent


@every_channel
def test_an_address_of_another_kind_is_refused_for_good(open_setting: Open) -> None:
    others: dict[str, Address] = {
        "slack": EmailAddress(address=RECIPIENT),
        "webhook": SlackWebhook(url="http://127.0.0.1:1/SECRET"),
        "email": SignedWebhook(url="http://127.0.0.1:1/SECRET", secret=SECRET),
    }

    async def send() -> None:
        async with open_setting(ACCEPTS, SHORT) as setting:
            await setting.channel.send(make_delivery(), others[setting.channel.kind])

    with pytest.raises(DeliveryError) as caught:
        asyncio.run(send())
    assert caught.value.permanent
    assert "SECRET" not in str(caught.value)


@every_channel
@pytest.mark.parametrize("behaviour", [BUSY, GONE, SILENT, HANGS_UP, BABBLES])
def test_no_error_or_traceback_shows_a_secret_or_a_control_character(open_setting: Open, behaviour: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        _send(open_setting, behaviour, timeout=SHORT)
    shown = "".join(traceback.format_exception(caught.value.__cause__ or DeliveryError(str(caught.value))))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for secret in SECRETS[open_setting.__name__]:
        assert secret not in shown
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


@every_channel
def test_no_repr_shows_a_secret(open_setting: Open) -> None:
    async def describe() -> str:
        async with open_setting(ACCEPTS, SHORT) as setting:
            shown = f"{setting.channel!r} {vars(setting.channel)!r}"
            return shown if isinstance(setting.address, EmailAddress) else f"{shown} {setting.address!r}"

    shown = asyncio.run(describe())
    for secret in SECRETS[open_setting.__name__]:
        assert secret == USERNAME or secret not in shown


@every_channel
def test_rendering_gives_the_same_bytes_every_time(open_setting: Open) -> None:
    async def render() -> set[bytes]:
        async with open_setting(ACCEPTS, SHORT) as setting:
            return {setting.channel.render(full_digest(), ANA) for _ in range(2)}

    assert len(asyncio.run(render())) == 1
