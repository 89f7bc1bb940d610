"""A digest as the JSON body of a webhook."""

import json

from monitor.model import Digest
from monitor.render.documents import digest_document


def render_webhook(digest: Digest) -> bytes:
    """UTF-8 JSON of `digest_document`, compact. Half a letter, which UTF-8 cannot hold, becomes a question mark."""
    text = json.dumps(digest_document(digest), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
