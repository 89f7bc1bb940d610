"""The one HTTP client: http and https only, no cookies, no proxy from the environment, every connection guarded.

The guard sees the address that a socket is about to be connected to, whether it was written in the URL, came from DNS
or from a redirect: there is no second lookup that could answer differently. Pace, retries and sizes are the callers'.
"""

import socket
from datetime import timedelta

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.net.guard import AddressGuard, AddressRefusedError

_CONNECT_SECONDS = 10
# Real answers carry Content-Security-Policy lines of over 8 KB, aiohttp's default.
_LONGEST_HEADER = 64 * 1024


def open_session(
    guard: AddressGuard,
    *,
    user_agent: str,
    connections: int = 100,
    idle: timedelta = timedelta(seconds=15),
    resolver: AbstractResolver | None = None,
) -> aiohttp.ClientSession:
    """A session for the running loop; the caller closes it. Connections that the guard refuses fail with an
    aiohttp.ClientConnectorError whose `os_error` is the AddressRefusedError (see monitor.net.failures).

    A connection is used again for what follows within `idle`.
    """
    connector = _GuardedConnector(
        limit=connections,
        keepalive_timeout=idle.total_seconds(),
        resolver=_GuardedResolver(guard, resolver or aiohttp.DefaultResolver()),
        socket_factory=lambda address: _open_socket(guard, address),
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": user_agent},
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
        max_line_size=_LONGEST_HEADER,
        max_field_size=_LONGEST_HEADER,
    )


class _GuardedConnector(aiohttp.TCPConnector):
    """aiohttp would also speak `tcp:` and `ws:`."""

    allowed_protocol_schema_set = frozenset({"http", "https"})


class _GuardedResolver(AbstractResolver):
    """Leaves out the addresses that may not be reached, so that a name with one public address still works.

    `_open_socket` alone would be safe; this makes the outcome the same whichever address is tried first.
    """

    def __init__(self, guard: AddressGuard, resolver: AbstractResolver) -> None:
        self._guard = guard
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """AddressRefusedError when the name has no address that may be reached."""
        allowed: list[ResolveResult] = []
        refusal: AddressRefusedError | None = None
        for result in await self._resolver.resolve(host, port, family):
            try:
                self._guard.check(result["host"])
                allowed.append(result)
            except AddressRefusedError as error:
                refusal = refusal or error
        if not allowed:
            raise refusal or socket.gaierror(socket.EAI_NONAME, "no address")
        return allowed

    async def close(self) -> None:
        """Close the resolver behind it."""
        await self._resolver.close()


def _open_socket(guard: AddressGuard, address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, place = address
    guard.check(str(place[0]))
    return socket.socket(family, kind, protocol)
