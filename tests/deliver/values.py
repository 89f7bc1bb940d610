"""Deliveries and addresses to send them to."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.deliver.email import EmailChannel
from monitor.deliver.smtp import SmtpOptions
from monitor.model import Delivery, DeliveryId, DigestId, SignedWebhook, SlackWebhook, SubscriberId

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TOKEN = "T0123SECRET/B0456SECRET/abcdefghSECRETijkl"
KEY = b"a key of thirty-two bytes length"
SECRET = "whsec_" + b64encode(KEY).decode()


def make_delivery(payload: bytes = b'{"text":"hello","blocks":[]}', **fields: Any) -> Delivery:
    """A delivery that is due."""
    fields.setdefault("id", DeliveryId("dlv_1"))
    fields.setdefault("channel", "webhook")
    return Delivery(
        digest=DigestId("d"),
        subscriber=SubscriberId("ana"),
        payload=payload,
        created_at=NOW,
        next_attempt_at=NOW,
        **fields,
    )


def slack_address(port: int) -> SlackWebhook:
    """An address with Slack's kind of token."""
    return SlackWebhook(url=f"http://127.0.0.1:{port}/services/{TOKEN}")


def webhook_address(port: int) -> SignedWebhook:
    """An address with a token in it, and a secret to sign with."""
    return SignedWebhook(url=f"http://127.0.0.1:{port}/in/{TOKEN}?key=queryTOKENquery", secret=SECRET)


def email_channel(port: int, **options: Any) -> EmailChannel:
    """A channel to an SMTP server on loopback."""
    own = {name: options.pop(name) for name in ("pages", "signature", "tls_context") if name in options}
    sender = options.pop("sender", "Media Monitor <monitor@news.example.org>")
    options.setdefault("timeout", timedelta(seconds=5))
    return EmailChannel(SmtpOptions(host="127.0.0.1", port=port, **options), sender=sender, **own)
