import asyncio
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import Webhook

from monitor.deliver.webhook import WebhookChannel, sign
from monitor.errors import DeliveryError
from monitor.model import DeliveryId, SignedWebhook
from tests.deliver.peers import HttpPeer, Received, answer, listen, loopback_session, outcomes_of
from tests.deliver.values import KEY, NOW, SECRET, make_delivery, webhook_address

PAYLOAD = '{"type":"digest.created","data":"Ž ∑ ✓"}'.encode()


def _post(*answers: bytes | None, secret: str = SECRET, now: datetime = NOW, endless: bool = False) -> list[Received]:
    """Send once for each answer; the requests as they came."""
    peer = HttpPeer(list(answers), endless=endless)

    async def send() -> None:
        async with listen(peer) as port, loopback_session() as session:
            channel = WebhookChannel(session, lambda: now, timeout=timedelta(seconds=5))
            address = SignedWebhook(url=webhook_address(port).url, secret=secret)
            for _ in answers:
                await channel.send(make_delivery(PAYLOAD), address)

    asyncio.run(send())
    return peer.requests


def _refusal(*answers: bytes | None, secret: str = SECRET) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        _post(*answers, secret=secret)
    return caught.value


def test_the_reference_library_accepts_the_signature_of_the_bytes_that_were_sent() -> None:
    now = datetime.now(UTC)  # the library compares with its own clock
    request = _post(answer(204), now=now)[0]
    assert request.body == PAYLOAD
    assert request.headers["webhook-id"] == "dlv_1"
    assert request.headers["content-type"] == "application/json"
    assert Webhook(SECRET).verify(request.body, request.headers) == json.loads(PAYLOAD)


def test_the_timestamp_is_that_of_the_try_and_the_id_that_of_the_delivery() -> None:
    first = _post(answer(200))[0]
    later = _post(answer(200), now=NOW + timedelta(hours=1))[0]
    assert first.headers["webhook-id"] == later.headers["webhook-id"]
    assert int(later.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600


def test_every_secret_signs_while_one_replaces_another() -> None:
    newer = "whsec_" + b64encode(b"n" * 24).decode()
    signatures = sign(f"{newer} {SECRET}", "id", 1_772_452_800, PAYLOAD).split(" ")
    expected = [Webhook(secret).sign("id", NOW, PAYLOAD.decode()) for secret in (newer, SECRET)]
    assert signatures == expected


def test_a_secret_may_lack_its_prefix_or_its_padding() -> None:
    expected = sign(SECRET, "id", 1, b"x")
    assert sign(b64encode(KEY).decode(), "id", 1, b"x") == expected
    assert sign(SECRET.rstrip("="), "id", 1, b"x") == expected


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!", "plain-secret-words", "whsec_ÄÖ"])
def test_a_secret_that_is_none_is_named_without_being_shown(secret: str) -> None:
    refusal = _refusal(answer(200), secret=secret)
    assert not refusal.permanent
    assert str(refusal) == 'the webhook secret is not "whsec_" followed by base64'


def test_every_status_is_classified() -> None:
    outcomes = asyncio.run(outcomes_of(lambda session: WebhookChannel(session, lambda: NOW), webhook_address))
    assert outcomes == {
        status: "accepted" if status < 300 else "permanent" if status == 410 else "transient"
        for status in range(200, 600)
    }


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    peer = HttpPeer([answer(status, Location="/elsewhere")])

    async def send() -> None:
        async with listen(peer) as port, loopback_session() as session:
            await WebhookChannel(session, lambda: NOW).send(make_delivery(), webhook_address(port))

    with pytest.raises(DeliveryError):
        asyncio.run(send())
    assert len(peer.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["120", format_datetime(NOW + timedelta(minutes=2), usegmt=True)])
def test_the_endpoint_may_say_when_to_come_back(status: int, value: str) -> None:
    refusal = _refusal(answer(status, "later", Retry_After=value))
    assert refusal.retry_after == NOW + timedelta(minutes=2)
    assert not refusal.permanent


def test_an_unreadable_date_to_come_back_is_none() -> None:
    assert _refusal(answer(503, Retry_After="whenever")).retry_after is None


def test_an_endless_answer_to_an_accepted_message_is_success() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n"
    assert len(_post(head, endless=True)) == 1


def test_an_answer_that_stops_after_its_status_is_success() -> None:
    stalled = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(stalled)
        await reader.read()

    async def send() -> str:
        async with listen(serve) as port, loopback_session() as session:
            channel = WebhookChannel(session, lambda: NOW, timeout=timedelta(seconds=1))
            return (await channel.send(make_delivery(), webhook_address(port))).answer

    assert asyncio.run(send()) == "answered 200 OK: begun"


@pytest.mark.parametrize(
    "garbage", [b"\x00\xff" * 50 + b"\r\n\r\n", b"220 smtp ESMTP\r\n", b"HTTP/1.1 999999 x\r\n\r\n"]
)
def test_an_answer_that_is_no_http_is_tried_again(garbage: bytes) -> None:
    assert not _refusal(garbage).permanent


def test_messages_that_follow_each_other_share_a_connection() -> None:
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere")

    async def send() -> list[str]:
        async with listen(serve) as port, loopback_session() as session:
            channel = WebhookChannel(session, lambda: NOW)
            return [(await channel.send(make_delivery(), webhook_address(port))).answer for _ in range(3)]

    assert asyncio.run(send()) == ["answered 200 OK: there"] * 3
    assert len(connections) == 1


def test_an_address_in_the_operators_own_network_is_refused() -> None:
    async def send() -> None:
        async with loopback_session("10.0.0.0/8") as session:
            await WebhookChannel(session, lambda: NOW).send(make_delivery(), webhook_address(80))

    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1 is not public") as caught:
        asyncio.run(send())
    assert not caught.value.permanent


@pytest.mark.parametrize("url", ["", "not a url", "http://", "http://[", "ftp://127.0.0.1/SECRETSECRET", "http://a b/"])
def test_an_address_that_is_none_is_a_failed_try(url: str) -> None:
    async def send() -> None:
        async with loopback_session() as session:
            address = SignedWebhook(url=url, secret=SECRET)
            await WebhookChannel(session, lambda: NOW).send(make_delivery(), address)

    with pytest.raises(DeliveryError) as caught:
        asyncio.run(send())
    assert "SECRETSECRET" not in str(caught.value)


def test_an_id_that_would_write_headers_of_its_own_is_a_failed_try() -> None:
    async def send() -> None:
        async with listen(HttpPeer([answer(200)])) as port, loopback_session() as session:
            delivery = make_delivery(id=DeliveryId("x\r\nX-Injected: 1"))
            await WebhookChannel(session, lambda: NOW).send(delivery, webhook_address(port))

    with pytest.raises(DeliveryError):
        asyncio.run(send())
