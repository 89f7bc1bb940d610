"""A digest as the JSON body of a webhook, and the JSON Schema of that."""

import json
from importlib.resources import files
from typing import Any

from monitor.model import Digest
from monitor.render.documents import digest_document

_SCHEMA = "webhook-v1.schema.json"


def render_webhook(digest: Digest) -> bytes:
    """UTF-8 JSON of `digest_document`, compact. Half a letter, which UTF-8 cannot hold, becomes a question mark."""
    text = json.dumps(digest_document(digest), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def webhook_schema() -> dict[str, Any]:
    """What `render_webhook` promises to receivers; it describes every key."""
    schema: dict[str, Any] = json.loads((files("monitor.render") / _SCHEMA).read_text("utf-8"))
    return schema
