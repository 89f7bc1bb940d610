import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from monitor.deliver.email import EmailChannel
from monitor.deliver.smtp import SmtpOptions
from monitor.demo.servers import Mail, SmtpSink
from monitor.errors import ConfigError, DeliveryError
from monitor.model import EmailAddress
from tests.deliver.peers import SmtpPeer, listen, make_certificate, server_context
from tests.deliver.values import email_channel, make_delivery
from tests.render.samples import ANA, SENDER, full_digest

ADDRESS = EmailAddress(address="ana@example.org")
MESSAGE = b"Subject: x\r\n\r\n.dots\r\n..\r\n.\r\nlast line\r\n"


def _send(peer: SmtpPeer, *, to: str = "ana@example.org", times: int = 1, **options: Any) -> list[str]:
    """Hand a message over `times` times at once; the server's answers."""

    async def send() -> list[str]:
        async with listen(peer) as port, open_channel(port, **options) as channel:
            delivery = make_delivery(MESSAGE, channel="email")
            sending = [channel.send(delivery, EmailAddress(address=to)) for _ in range(times)]
            return [receipt.answer for receipt in await asyncio.gather(*sending)]

    return asyncio.run(send())


@asynccontextmanager
async def open_channel(port: int, **options: Any) -> AsyncIterator[EmailChannel]:
    channel = email_channel(port, **options)
    try:
        yield channel
    finally:
        await channel.close()


def _refusal(replies: dict[str, str | None], **options: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        _send(SmtpPeer(replies), **options)
    return caught.value


def test_a_message_goes_to_its_one_recipient_byte_for_byte() -> None:
    peer = SmtpPeer()
    assert _send(peer) == ["2.0.0 queued as 4711"]
    assert peer.messages == [MESSAGE]
    envelope = [line for line in peer.commands if line.split()[0] in ("MAIL", "RCPT")]
    assert envelope[0].startswith("MAIL FROM:<monitor@news.example.org>")
    assert envelope[1:] == ["RCPT TO:<ana@example.org>"]


@pytest.mark.parametrize(
    ("step", "reply", "permanent"),
    [
        ("RCPT", "550 5.1.1 no such user", True),
        ("RCPT", "553 5.1.3 bad address", True),
        ("RCPT", "450 4.2.0 greylisted", False),
        ("RCPT", "421 4.3.2 shutting down", False),
        ("RCPT", "530 5.7.0 authentication required", False),
        ("message", "554 5.7.1 spam", True),
        ("message", "552 5.3.4 too large", True),
        ("message", "451 4.3.0 disk full", False),
        ("message", "421 4.3.2 shutting down", False),
        ("DATA", "554 5.5.1 no valid recipients", True),
        ("MAIL", "550 5.7.1 sender not allowed", False),
        ("MAIL", "552 5.3.4 too large", True),
        ("MAIL", "452 4.3.1 no space", False),
        ("greeting", "554 5.7.1 go away", False),
        ("greeting", "421 4.3.2 busy", False),
        ("greeting", "HTTP/1.1 400 Bad Request", False),
        ("EHLO", "502 what", False),
    ],
)
def test_only_a_refused_recipient_or_message_is_permanent(step: str, reply: str, permanent: bool) -> None:
    refusal = _refusal({step: reply, "HELO": "502 what"} if step == "EHLO" else {step: reply})
    assert refusal.permanent == permanent
    assert refusal.retry_after is None


def test_the_servers_words_are_kept_without_control_characters_or_the_address() -> None:
    refusal = _refusal({"RCPT": "550 5.1.1 <ana@example.org>: \x1b[31munknown\x07 user\u202e"})
    assert str(refusal).endswith(": the recipient was refused: 550 5.1.1 <…>: [31munknown user")


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"])
def test_a_connection_lost_at_any_step_is_tried_again(step: str) -> None:
    assert not _refusal({step: ""}).permanent


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"])
def test_silence_at_any_step_ends_in_time_and_is_tried_again(step: str) -> None:
    refusal = _refusal({step: None}, timeout=timedelta(milliseconds=200))
    assert not refusal.permanent
    assert "no answer in time" in str(refusal)


@pytest.mark.parametrize("farewell", ["", None, "500 what", "421 too late"])
def test_a_message_that_was_accepted_stays_so_whatever_the_farewell(farewell: str | None) -> None:
    peer = SmtpPeer({"QUIT": farewell})
    assert _send(peer, timeout=timedelta(seconds=2)) == ["2.0.0 queued as 4711"]


def test_no_more_connections_are_open_at_once_than_allowed() -> None:
    peer = SmtpPeer()
    assert len(_send(peer, times=6, connections=2)) == 6
    assert len(peer.messages) == 6
    assert peer.most_open <= 2


def test_a_login_that_is_refused_waits_for_the_operator() -> None:
    options = {"username": "monitor", "password": "hunter2-SECRET"}
    refusal = _refusal({"AUTH": "535 5.7.8 not with hunter2-SECRET"}, **options)
    assert not refusal.permanent
    assert "the login was refused: 535 5.7.8 not with …" in str(refusal)
    assert "hunter2" not in repr(SmtpOptions(password="hunter2-SECRET"))


def test_a_server_without_login_is_named() -> None:
    with pytest.raises(DeliveryError, match="AUTH") as caught:
        _send(SmtpPeer(extensions=()), username="monitor", password="hunter2")
    assert not caught.value.permanent


def test_nothing_is_sent_in_the_clear_where_tls_was_asked_for() -> None:
    for tls in ("starttls", "implicit"):
        peer = SmtpPeer()
        with pytest.raises(DeliveryError) as caught:
            _send(peer, tls=tls, timeout=timedelta(seconds=1), username="monitor", password="hunter2")
        assert not caught.value.permanent
        assert not peer.messages
        assert not any(line.startswith(("AUTH", "MAIL")) for line in peer.commands)


@pytest.mark.parametrize("address", ["", "ana", "@example.org", "a@b\r\nRCPT TO:<x@y.z>", "ana@exa mple.org", "<a@b>"])
def test_an_address_that_is_none_is_refused_for_good(address: str) -> None:
    peer = SmtpPeer()
    with pytest.raises(DeliveryError) as caught:
        _send(peer, to=address)
    assert caught.value.permanent
    assert not peer.commands


def test_an_international_host_is_written_in_ascii_and_an_international_name_needs_the_extension() -> None:
    peer = SmtpPeer()
    _send(peer, to="ana@пример.example")
    assert "RCPT TO:<ana@xn--e1afmkfd.example>" in peer.commands
    peer = SmtpPeer()
    _send(peer, to="анна@example.org")
    assert "RCPT TO:<анна@example.org>" in peer.commands
    with pytest.raises(DeliveryError) as caught:
        _send(SmtpPeer(extensions=()), to="анна@example.org")
    assert caught.value.permanent


def test_a_host_that_does_not_exist_is_tried_again() -> None:
    channel = EmailChannel(SmtpOptions(host="nowhere.invalid", timeout=timedelta(seconds=5)), sender=SENDER)
    with pytest.raises(DeliveryError, match="nowhere") as caught:
        asyncio.run(channel.send(make_delivery(), ADDRESS))
    assert not caught.value.permanent


def test_a_sender_that_is_no_address_is_a_mistake_in_the_configuration() -> None:
    with pytest.raises(ConfigError):
        EmailChannel(SmtpOptions(), sender="nobody")


async def _hand_over(port: int, payload: bytes, **options: Any) -> str:
    async with open_channel(port, **options) as channel:
        return (await channel.send(make_delivery(payload), ADDRESS)).answer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_a_real_server_takes_the_digest_in_the_clear() -> None:
    async def send() -> tuple[Mail, bytes]:
        async with SmtpSink() as sink:
            payload = email_channel(sink.port, sender=SENDER).render(full_digest(), ANA)
            assert await _hand_over(sink.port, payload) == "2.0.0 kept as 1"
            return sink.messages[0], payload

    mail, payload = asyncio.run(send())
    assert mail == Mail("monitor@news.example.org", ("ana@example.org",), payload)
    assert message_from_bytes(payload, policy=policy.default)["Subject"].startswith("4 stories")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_real_server_takes_it_over_tls_after_a_login(tls: str, certificate: Path) -> None:
    context = server_context(certificate)
    encryption = {"tls": context} if tls == "implicit" else {"tls_context": context, "require_starttls": True}
    trust = ssl.create_default_context(cafile=f"{certificate}.crt")

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"monitor", b"hunter2"))

    async def send() -> list[Mail]:
        options = {"tls": tls, "username": "monitor", "password": "hunter2"}
        login = {"authenticator": authenticate, "auth_require_tls": tls == "starttls"}
        async with SmtpSink(**encryption, **login) as sink:
            assert await _hand_over(sink.port, MESSAGE, **options, tls_context=trust)
            with pytest.raises(DeliveryError, match="certificate") as caught:
                await _hand_over(sink.port, MESSAGE, **options)
            assert not caught.value.permanent
            return sink.messages

    assert [mail.data for mail in asyncio.run(send())] == [MESSAGE]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_for_another_host_is_refused_although_it_is_trusted(tls: str, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "DNS:mail.example.org")
    trust = ssl.create_default_context(cafile=f"{certificate}.crt")
    context = server_context(certificate)

    async def send() -> list[Mail]:
        async with SmtpSink(**({"tls": context} if tls == "implicit" else {"tls_context": context})) as sink:
            with pytest.raises(DeliveryError, match="certificate is not valid for this host") as caught:
                await _hand_over(sink.port, MESSAGE, tls=tls, tls_context=trust)
            assert not caught.value.permanent
            return sink.messages

    assert asyncio.run(send()) == []


class _Injecting(SmtpPeer):
    """Sends, with its answer to STARTTLS and still in the clear, what might be taken for answers from within TLS."""

    async def _start_tls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"220 go on\r\n250 injected\r\n554 5.7.1 injected\r\n")
        assert self.tls is not None
        await writer.start_tls(self.tls)
        return True


def test_what_was_said_in_the_clear_before_tls_is_no_answer_from_within_it(certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=f"{certificate}.crt")
    peer = _Injecting(extensions=("STARTTLS", "AUTH PLAIN"), tls=server_context(certificate))
    login = {"username": "monitor", "password": "hunter2"}
    assert _send(peer, tls="starttls", tls_context=trust, **login) == ["2.0.0 queued as 4711"]
    assert [line.split()[0] for line in peer.commands[:5]] == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]
