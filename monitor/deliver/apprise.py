"""Every service that Apprise knows (Telegram, Matrix, Teams, ntfy and a hundred more), by the optional package.

Apprise opens its own connections: the guard of addresses does not see them, so its URLs are the operator's alone.
"""

import asyncio
import json
import logging
import re
from datetime import timedelta
from typing import Any

from monitor.deliver.answers import TIMEOUT, show
from monitor.errors import DeliveryError
from monitor.model import Address, AppriseTarget, ChannelKind, Delivery, Digest, Subscriber
from monitor.ports import Receipt
from monitor.render.page_links import PageLinks
from monitor.render.plain import render_plain

# Its own lines may hold what its URLs hold.
logging.getLogger("apprise").setLevel(logging.CRITICAL)

_PARTS = re.compile(r"[/?&=@:#]")
_SHORTEST_SECRET = 4


class AppriseChannel:
    """Hands the frozen title and text to Apprise. It says no more than whether a service took it: all is retried."""

    kind: ChannelKind = "apprise"

    def __init__(self, *, pages: PageLinks | None = None, timeout: timedelta = TIMEOUT) -> None:
        self._pages = pages
        self._timeout = timeout

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:  # noqa: ARG002
        """JSON with `title` and `body`, both plain text."""
        return render_plain(digest, subscriber, pages=self._pages)

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        """Hand it over once."""
        if not isinstance(address, AppriseTarget):
            raise DeliveryError(f'no Apprise address but one of kind "{address.kind}"', permanent=True)
        service = _open(address.url)
        message = json.loads(delivery.payload)
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                accepted = await service.async_notify(
                    title=message["title"], body=message["body"], body_format="text", interpret_escapes=False
                )
        except TimeoutError:
            raise DeliveryError("Apprise: no answer in time") from None
        except Exception as error:  # noqa: BLE001 - a hundred services, each with exceptions of its own
            secrets = tuple(part for part in _PARTS.split(address.url) if len(part) >= _SHORTEST_SECRET)
            raise DeliveryError(f"Apprise: {show(str(error), secrets) or type(error).__name__}") from None
        if not accepted:
            raise DeliveryError("Apprise: the service did not take the message")
        return Receipt("accepted")


def _open(url: str) -> Any:
    """Apprise with this one service; DeliveryError where the package or the service is not to be had."""
    try:
        import apprise  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise DeliveryError('this needs the package apprise: pip install "media-monitor[apprise]"') from None
    service = apprise.Apprise()
    if not service.add(url):
        raise DeliveryError("this is not a URL that Apprise knows", permanent=True)
    return service
