"""Slack's Web API on loopback, with the limits that its documentation gives: it refuses what Slack would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.deliver.peers import HttpPeer, answer

TOKEN = "xoxb-1111-2222-abcdefghij"
CHANNEL = "C0123456789"


@dataclass(slots=True)
class SlackDouble(HttpPeer):
    """Takes messages to one channel with one token; `says` is answered instead of taking the next ones."""

    answers: list[bytes | None] = field(default_factory=lambda: [b""])
    says: list[str] = field(default_factory=list)
    taken: list[Mapping[str, Any]] = field(default_factory=list)

    def reply(self, received: Any) -> bytes:
        """The answer to one request."""
        if self.says:
            says = self.says.pop(0)
            if says == "ratelimited":
                return _json({"ok": False, "error": says}, status=429, Retry_After="30")
            return _json({"ok": False, "error": says})
        error = self._find_error(received)
        if error:
            return _json({"ok": False, "error": error})
        self.taken.append(json.loads(received.body))
        return _json({"ok": True, "channel": CHANNEL, "ts": f"17724528{len(self.taken):02}.000100"})

    def _find_error(self, received: Any) -> str | None:
        if received.path != "/api/chat.postMessage":
            return "unknown_method"
        if received.headers.get("authorization") != f"Bearer {TOKEN}":
            return "invalid_auth"
        message = json.loads(received.body)
        if message.get("channel") != CHANNEL:
            return "channel_not_found"
        if not message.get("text"):
            return "no_text"
        if len(message["text"]) > 40_000:
            return "msg_too_long"
        return find_fault(message.get("blocks", []))


def find_fault(blocks: Any) -> str | None:
    """What Slack would say of these blocks; None when it takes them."""
    if len(blocks) > 50 or len(json.dumps(blocks)) > 13_000 * 6:
        return "invalid_blocks"
    for block in blocks:
        match block:
            case {"type": "header", "text": {"type": "plain_text", "text": str(text)}} if 0 < len(text) <= 150:
                continue
            case {"type": "section", "text": {"type": "mrkdwn", "text": str(text)}} if 0 < len(text) <= 3_000:
                continue
            case {"type": "context", "elements": list(elements)} if 0 < len(elements) <= 10:
                if all(0 < len(each.get("text", "")) <= 3_000 for each in elements):
                    continue
        return "invalid_blocks"
    return None


def _json(document: Mapping[str, Any], status: int = 200, **headers: str) -> bytes:
    return answer(status, json.dumps(document), Content_Type="application/json", **headers)
