"""What every request and every answer goes through, whatever the page."""

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.rendering import STYLE_SOURCE

_LARGEST_BODY = 16_384
_HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src {STYLE_SOURCE}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # The address of a page is its key: no other site is to learn it.
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


def secured(app: ASGIApp) -> ASGIApp:
    """Every answer with the headers of security that it does not have yet."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_secured)

    return answer


def below(path: str, app: ASGIApp) -> ASGIApp:
    """The site below a path, for proxies that pass the whole path on; those that cut it off are served as well."""
    if not path:
        return app

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"]
        inner = asked.removeprefix(path) if asked.startswith(f"{path}/") else asked
        await app({**scope, "path": inner}, receive, send)

    return answer


def bounded(app: ASGIApp, patience: float) -> ASGIApp:
    """Refuses a body that is larger than any form here, or of which nothing comes for so many seconds."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def receive_bounded() -> Message:
            nonlocal size
            try:
                async with asyncio.timeout(patience):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            size += len(message.get("body", b""))
            if size > _LARGEST_BODY:
                raise HTTPException(413)
            return message

        await app(scope, receive_bounded, send)

    return answer
