"""Slack: by an incoming webhook, or by an app that writes to a channel and into the threads of its messages."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.deliver.answers import TIMEOUT, Answer, Clock, Endpoints, show
from monitor.errors import DeliveryError
from monitor.model import Address, ChannelKind, Delivery, Digest, SlackBot, SlackWebhook, Subscriber
from monitor.net.failures import REQUEST_ERRORS, explain_failure, explain_status
from monitor.net.retry_after import find_retry_after
from monitor.ports import Receipt
from monitor.render.page_links import PageLinks
from monitor.render.slack import render_slack

API_URL = "https://slack.com/api/"

# The webhook, its channel or its workspace is gone.
_GONE = frozenset({403, 404, 410})
_BAD_REQUEST = 400
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
# The same in the words of the Web API: the token or the channel is no good, for this and every later message.
_GONE_ERRORS = frozenset({
    "access_denied", "account_inactive", "channel_not_found", "invalid_auth", "is_archived", "missing_scope",
    "no_permission", "not_authed", "not_in_channel", "org_login_required", "restricted_action",
    "team_access_not_granted", "token_expired", "token_revoked",
})  # fmt: skip
_REFUSED_ERRORS = frozenset({
    "invalid_arg_name", "invalid_arguments", "invalid_array_arg", "invalid_charset", "invalid_form_data",
    "invalid_json", "invalid_post_type", "metadata_too_large", "msg_too_long", "no_text", "too_many_attachments",
})  # fmt: skip


class SlackChannel:
    """Posts the frozen Block Kit message; when Slack does not take its blocks, its text alone.

    A webhook, a channel or a token that is gone is disabled; what Slack will never take is permanent; everything else
    is tried again, after Retry-After where one is given. The webhook's URL and the token are never part of what this
    class says.
    """

    kind: ChannelKind = "slack"

    def __init__(
        self,
        session: aiohttp.ClientSession,
        clock: Clock,
        *,
        pages: PageLinks | None = None,
        timeout: timedelta = TIMEOUT,
        api_url: str = API_URL,
    ) -> None:
        self._session = session
        self._clock = clock
        self._pages = pages
        self._timeout = timeout
        self._api_url = api_url
        self._endpoints = Endpoints(session=session, clock=clock, timeout=timeout)

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:
        """The JSON of a message; see monitor.render.slack."""
        return render_slack(digest, subscriber, pages=self._pages, thread=thread)

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        """Post once, or twice where blocks are refused."""
        match address:
            case SlackWebhook():
                return await self._post(address, delivery.payload)
            case SlackBot():
                return await self._write(address, json.loads(delivery.payload))
            case _:
                raise DeliveryError(f'no Slack address but one of kind "{address.kind}"', permanent=True)

    async def _post(self, webhook: SlackWebhook, payload: bytes) -> Receipt:
        answer = await self._endpoints.post(webhook.url, payload)
        if _refuses_blocks(answer):
            answer = await self._endpoints.post(webhook.url, json.dumps(_text_only(json.loads(payload))).encode())
        if answer.is_success:
            return Receipt(str(answer))
        raise DeliveryError(
            f"Slack {answer}",
            permanent=answer.status == _BAD_REQUEST,
            disables=answer.status in _GONE,
            retry_after=answer.retry_after,
        )

    async def _write(self, bot: SlackBot, message: Mapping[str, Any]) -> Receipt:
        try:
            return await self._call(bot, message)
        except SlackApiError as error:
            if _error_of(error) not in _BLOCKS_REFUSED:
                raise self._failure(error, bot) from None
        try:
            return await self._call(bot, _text_only(message))
        except SlackApiError as error:
            raise self._failure(error, bot) from None

    async def _call(self, bot: SlackBot, message: Mapping[str, Any]) -> Receipt:
        client = AsyncWebClient(bot.token, base_url=self._api_url, session=self._session, retry_handlers=[])
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                answer = await client.api_call("chat.postMessage", json={**message, "channel": bot.channel})
        except SlackApiError:
            raise
        except REQUEST_ERRORS as error:
            raise DeliveryError(f"Slack: {explain_failure(error)}") from None
        except SlackClientError as error:
            raise DeliveryError(f"Slack: {show(str(error), (bot.token,))}") from None
        stamp = answer.get("ts")
        return Receipt(f"accepted in channel {show(str(answer.get('channel', bot.channel)), ())}", stamp or None)

    def _failure(self, error: SlackApiError, bot: SlackBot) -> DeliveryError:
        # Slack's own answer has one name for it, an answer that was no JSON another.
        status = int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0))
        name = _error_of(error)
        words = show(name, (bot.token,)) or explain_status(status)
        return DeliveryError(
            f"Slack: {words}",
            permanent=name in _REFUSED_ERRORS | _BLOCKS_REFUSED,
            disables=name in _GONE_ERRORS,
            retry_after=find_retry_after(status, dict(error.response.headers), self._clock()),
        )


def _error_of(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; empty where it gave none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, Mapping) else ""


def _refuses_blocks(answer: Answer) -> bool:
    return answer.status == _BAD_REQUEST and answer.text.partition(" ")[0] in _BLOCKS_REFUSED


def _text_only(message: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "blocks"}
