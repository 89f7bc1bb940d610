"""Signed webhooks after the Standard Webhooks specification, version 1."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import timedelta
from functools import lru_cache

import aiohttp

from monitor.deliver.answers import TIMEOUT, Clock, Endpoints
from monitor.errors import DeliveryError
from monitor.model import Address, ChannelKind, Delivery, Digest, SignedWebhook, Subscriber
from monitor.ports import Receipt
from monitor.render.webhook import render_webhook

_PREFIX = "whsec_"
_GONE = 410


class WebhookChannel:
    """Posts the frozen JSON with `webhook-id` (the delivery's id, on every try), `webhook-timestamp` and a signature.

    Success is any 2xx. 410 disables the endpoint; everything else is tried again, after Retry-After where one is given.
    """

    kind: ChannelKind = "webhook"

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, *, timeout: timedelta = TIMEOUT) -> None:
        self._clock = clock
        self._endpoints = Endpoints(session=session, clock=clock, timeout=timeout)

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:  # noqa: ARG002
        """The JSON event of a digest; see monitor.render.documents."""
        return render_webhook(digest)

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        """Post once."""
        if not isinstance(address, SignedWebhook):
            raise DeliveryError(f'no webhook address but one of kind "{address.kind}"', permanent=True)
        timestamp = int(self._clock().timestamp())
        headers = {
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(address.secret, delivery.id, timestamp, delivery.payload),
        }
        secrets = tuple(address.secret.replace(_PREFIX, "").split())
        answer = await self._endpoints.post(address.url, delivery.payload, headers=headers, secrets=secrets)
        if answer.is_success:
            return Receipt(str(answer))
        raise DeliveryError(f"the endpoint {answer}", disables=answer.status == _GONE, retry_after=answer.retry_after)


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` of a body; one signature for each secret, several being given while they rotate.

    DeliveryError when a secret is not `whsec_` and base64; it is transient, because an operator can mend it.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_sign_with(key, signed)}" for key in _keys_of(secret))


def _sign_with(key: bytes, signed: bytes) -> str:
    return b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")


@lru_cache(maxsize=1024)
def _keys_of(secrets: str) -> tuple[bytes, ...]:
    try:
        keys = tuple(map(_key_of, secrets.split()))
    except (NotBase64, ValueError):
        keys = ()
    if not keys or not all(keys):
        raise DeliveryError('the webhook secret is not "whsec_" followed by base64') from None
    return keys


def _key_of(secret: str) -> bytes:
    encoded = secret.removeprefix(_PREFIX)
    return b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
