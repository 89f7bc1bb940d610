"""Signed mail: verified as a receiver would, by the public key that stands in the DNS."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable
from email import message_from_bytes

import dkim
import pytest

from monitor.deliver.dkim import DkimKey, sign_message
from monitor.errors import ConfigError
from monitor.render.page_links import PageLinks, PageTokens
from tests.deliver.peers import SmtpPeer, listen
from tests.deliver.values import email_channel, make_delivery
from tests.render.samples import ANA, full_digest

PAGES = PageLinks("https://monitor.example.org", PageTokens(["k" * 32]))


@pytest.fixture(scope="module")
def key_pair() -> tuple[DkimKey, Callable[..., bytes]]:
    """A key, and the DNS in which its public half stands."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the key, cannot be found")
    private = subprocess.run([openssl, "genrsa", "1024"], check=True, capture_output=True).stdout
    public = subprocess.run([openssl, "rsa", "-pubout"], input=private, check=True, capture_output=True).stdout
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.split(b"\n")[1:-2])

    def look_up(name: bytes, timeout: int = 5) -> bytes:
        return record if name == b"alerts._domainkey.example.org." else b""

    return DkimKey(domain="example.org", selector="alerts", private_key=private.decode()), look_up


def test_a_receiver_finds_the_signature_good(key_pair: tuple[DkimKey, Callable[..., bytes]]) -> None:
    key, look_up = key_pair

    async def send() -> bytes:
        peer = SmtpPeer()
        async with listen(peer) as port:
            channel = email_channel(port, signature=key, pages=PAGES)
            payload = channel.render(full_digest(), ANA)
            await channel.send(make_delivery(payload, channel="email"), ANA.addresses[0])
            await channel.close()
        return peer.messages[0]

    received = asyncio.run(send())
    assert dkim.verify(received, dnsfunc=look_up)
    signed = str(message_from_bytes(received)["DKIM-Signature"]).lower()
    assert "list-unsubscribe" in signed
    assert "list-unsubscribe-post" in signed
    assert not dkim.verify(received.replace(b"Alvera", b"Elvera"), dnsfunc=look_up)
    assert not dkim.verify(received.replace(b"Subject: ", b"Subject: FREE "), dnsfunc=look_up)
    without = b"\r\n".join(line for line in received.split(b"\r\n") if not line.startswith(b"List-Unsubscribe-Post"))
    assert not dkim.verify(without, dnsfunc=look_up)


@pytest.mark.parametrize(
    "text", ["-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"]
)
def test_a_key_that_is_none_is_found_out_when_the_service_starts(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be signed"):
        email_channel(25, signature=DkimKey(domain="example.org", selector="a", private_key=text))


def test_no_message_and_no_repr_shows_the_key() -> None:
    key = DkimKey(domain="example.org", selector="a", private_key="-----BEGIN SECRET-----")
    assert "SECRET" not in repr(key)
    with pytest.raises(ConfigError) as caught:
        sign_message(b"From: a@b.c\r\n\r\n", key)
    assert "SECRET" not in str(caught.value)
