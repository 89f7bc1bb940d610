"""Serve an application on a socket of our own, within the loop and the signals of the service."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from monitor.errors import InputError

_BACKLOG = 128
_AT_ONCE = 500  # connections; more are answered with 503
_GRACE = 3  # seconds for answers that are under way
# What fails within the application is logged by monitor.web.errors, without addresses, which are secrets.
logging.getLogger("uvicorn").setLevel(logging.CRITICAL)


def open_listener(host: str, port: int) -> socket.socket:
    """A listening socket; InputError where the address cannot be had. Port 0 is any that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        # Python adds the address in brackets, which the message has already.
        reason = (error.strerror or str(error)).partition(" (")[0].lower()
        raise InputError(f'cannot serve pages on "{host}" port {port}: {reason}; see the setting "web"') from error


def address_of(listener: socket.socket) -> str:
    """The address that a listener is reached at from this machine."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket, *, patience: float = 10.0) -> AsyncIterator[None]:
    """Answers until the end of the block, and then those requests that are under way; closes the listener.

    A connection has so many seconds for the beginning of a request.
    """
    config = uvicorn.Config(
        app,
        loop="none",
        http=type("_PatientConnection", (_Connection,), {"patience": patience}),
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


class _Connection(H11Protocol):
    """Closes what brings no request: else a few hundred silent connections would keep everybody out."""

    patience: float

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        super().connection_made(transport)
        self._served: object = None
        self._watch = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Idle, and since the last look nothing was served: that was time enough."""
        cycle: Any = self.cycle
        is_idle = cycle is None or cycle.response_complete
        if is_idle and cycle is self._served:
            self.transport.close()
            return
        self._served = cycle
        self._watch = self.loop.call_later(self.patience, self._look)


class _Server(uvicorn.Server):
    """Leaves the signals to the service, which stops its steps before its pages."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
