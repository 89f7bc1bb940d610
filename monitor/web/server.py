"""Serve an application on a socket of our own, within the loop and the signals of the service."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from monitor.errors import InputError

_BACKLOG = 128
_AT_ONCE = 200  # more are answered with 503
_GRACE = 3  # seconds for answers that are under way
# What fails within the application is logged by monitor.web.errors, without addresses, which are secrets.
logging.getLogger("uvicorn").setLevel(logging.CRITICAL)


def open_listener(host: str, port: int) -> socket.socket:
    """A listening socket; InputError where the address cannot be had. Port 0 is any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f'cannot serve pages on "{host}" port {port}: {reason}; see the setting "web"') from error


def address_of(listener: socket.socket) -> str:
    """The address that a listener is reached at from this machine."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Answers until the end of the block, and then those requests that are under way; closes the listener."""
    config = uvicorn.Config(
        app,
        loop="none",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_AT_ONCE,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        listener.close()


class _Server(uvicorn.Server):
    """Leaves the signals to the service, which stops its steps before its pages."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
