"""Slack by its incoming webhooks."""

import json
from datetime import timedelta

import aiohttp

from monitor.deliver.answers import TIMEOUT, Answer, Clock, Endpoints
from monitor.errors import DeliveryError
from monitor.model import Address, ChannelKind, Delivery, Digest, SlackWebhook, Subscriber
from monitor.render.slack import render_slack

# The webhook, its channel or its workspace is gone, or the message will never be taken.
_PERMANENT = frozenset({400, 403, 404, 410})
_BLOCKS_REFUSED = "invalid_blocks"


class SlackChannel:
    """Posts the frozen Block Kit message; when Slack does not take its blocks, its text alone.

    400, 403, 404 and 410 are permanent; everything else is tried again, after Retry-After where one is given. The
    webhook's URL is its only secret and never part of what this class says.
    """

    kind: ChannelKind = "slack"

    def __init__(self, session: aiohttp.ClientSession, clock: Clock, *, timeout: timedelta = TIMEOUT) -> None:
        self._endpoints = Endpoints(session=session, clock=clock, timeout=timeout)

    def render(self, digest: Digest, subscriber: Subscriber) -> bytes:
        """The JSON of a message; see monitor.render.slack."""
        return render_slack(digest, subscriber)

    async def send(self, delivery: Delivery, address: Address) -> str:
        """Post once, or twice where blocks are refused; Slack's answer in a few words."""
        if not isinstance(address, SlackWebhook):
            raise DeliveryError(f'no Slack address but one of kind "{address.kind}"', permanent=True)
        answer = await self._endpoints.post(address.url, delivery.payload)
        if _refuses_blocks(answer):
            answer = await self._endpoints.post(address.url, _text_only(delivery.payload))
        if answer.is_success:
            return str(answer)
        raise DeliveryError(f"Slack {answer}", permanent=answer.status in _PERMANENT, retry_after=answer.retry_after)


def _refuses_blocks(answer: Answer) -> bool:
    return answer.status == 400 and answer.text.startswith(_BLOCKS_REFUSED)


def _text_only(payload: bytes) -> bytes:
    message = {key: value for key, value in json.loads(payload).items() if key != "blocks"}
    return json.dumps(message, ensure_ascii=False).encode()
