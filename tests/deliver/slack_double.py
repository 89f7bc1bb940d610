"""Slack on loopback, an incoming webhook and the Web API, with the limits of its documentation: it refuses what Slack
would.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.deliver.peers import HttpPeer, answer

TOKEN = "xoxb-1111-2222-abcdefghij"
CHANNEL = "C0123456789"
_PACE = timedelta(seconds=1)
_MOST_CHARACTERS = 13_000
# The statuses that an incoming webhook gives its words; all others come with 400.
_STATUSES = {
    "action_prohibited": 403,
    "invalid_token": 403,
    "channel_not_found": 404,
    "no_service": 404,
    "no_team": 404,
    "channel_is_archived": 410,
    "rate_limited": 429,
    "rollup_error": 500,
}


@dataclass(slots=True)
class SlackDouble(HttpPeer):
    """Takes messages to one channel; `says` is answered instead of taking the next ones.

    With a `clock` it takes one message a second, as Slack does in the long run.
    """

    answers: list[bytes | None] = field(default_factory=lambda: [b""])
    says: list[str] = field(default_factory=list)
    taken: list[Mapping[str, Any]] = field(default_factory=list)
    channel: str = CHANNEL
    clock: Callable[[], datetime] | None = None
    last_at: datetime | None = None

    def reply(self, received: Any) -> bytes:
        """The answer to one request."""
        is_webhook = received.path.startswith("/services/")
        error = self.says.pop(0) if self.says else self._find_error(received, is_webhook=is_webhook)
        if error is not None:
            return _refuse_webhook(error) if is_webhook else _refuse_call(error)
        self.taken.append(json.loads(received.body))
        if is_webhook:
            return answer(200, "ok")
        return _json({"ok": True, "channel": self.channel, "ts": f"17724528{len(self.taken):02}.000100"})

    def _find_error(self, received: Any, *, is_webhook: bool) -> str | None:
        if not is_webhook and received.path != "/api/chat.postMessage":
            return "unknown_method"
        if not is_webhook and received.headers.get("authorization") != f"Bearer {TOKEN}":
            return "invalid_auth"
        if self._is_too_fast():
            return "rate_limited" if is_webhook else "ratelimited"
        message = json.loads(received.body)
        if not is_webhook and message.get("channel") != self.channel:
            return "channel_not_found"
        if not message.get("text"):
            return "no_text"
        if len(message["text"]) > 40_000:
            return "msg_too_long"
        return find_fault(message.get("blocks", []))

    def _is_too_fast(self) -> bool:
        if self.clock is None:
            return False
        before, self.last_at = self.last_at, self.clock()
        return before is not None and self.last_at - before < _PACE


def find_fault(blocks: Any) -> str | None:
    """What Slack would say of these blocks; None when it takes them."""
    if len(blocks) > 50:
        return "invalid_blocks"
    if sum(len(text) for block in blocks for text in _texts_of(block)) > _MOST_CHARACTERS:
        return "msg_blocks_too_long"
    return None if all(_is_fine(block) for block in blocks) else "invalid_blocks"


def _texts_of(block: Any) -> list[str]:
    parts = [block.get("text"), *block.get("elements", [])]
    return [str(part.get("text", "")) for part in parts if isinstance(part, dict)]


def _is_fine(block: Any) -> bool:
    match block:
        case {"type": "header", "text": {"type": "plain_text", "text": str(text)}}:
            return 0 < len(text) <= 150
        case {"type": "section", "text": {"type": "mrkdwn", "text": str(text)}}:
            return 0 < len(text) <= 3_000
        case {"type": "context", "elements": list(elements)} if 0 < len(elements) <= 10:
            return all(0 < len(each.get("text", "")) <= 3_000 for each in elements)
    return False


def _refuse_webhook(error: str) -> bytes:
    status = _STATUSES.get(error, 400)
    return answer(status, error, **({"Retry_After": "30"} if status == 429 else {}))


def _refuse_call(error: str) -> bytes:
    document = {"ok": False, "error": error}
    return _json(document, status=429, Retry_After="30") if error == "ratelimited" else _json(document)


def _json(document: Mapping[str, Any], status: int = 200, **headers: str) -> bytes:
    return answer(status, json.dumps(document), Content_Type="application/json", **headers)
