"""A server below HTTP: sends exactly these bytes, then ends, hangs or resets the connection."""

import asyncio
import socket
import struct
from typing import Literal, Self

from monitor.demo.servers import end_connections

Ending = Literal["close", "hang", "reset"]


class RawServer:
    """Answers each connection with the same bytes, after the request's headers have been read."""

    def __init__(self, reply: bytes, *, then: Ending = "close") -> None:
        self.connections = 0
        self._reply = reply
        self._ending = then
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._connections: set[asyncio.BaseTransport] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await end_connections(self._server, self._connections)
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer.transport)
        task = asyncio.create_task(self._converse(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self._reply)
            if self._ending == "reset":
                # With a linger of 0 seconds, closing sends RST instead of FIN.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                await writer.drain()
            if self._ending == "hang":
                await asyncio.Event().wait()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
