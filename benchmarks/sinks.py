"""A mail server and a webhook receiver that do as little as they can: what is measured against them is the sender.

python -m benchmarks.sinks email|webhook      prints its port, and serves until its standard input ends
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_END_OF_MESSAGE = b"\r\n.\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class _Sink(asyncio.Protocol):
    greeting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""
        if self.greeting:
            transport.write(self.greeting)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take():
            pass

    def _take(self) -> bool:
        """Serve what is whole in the buffer; False when more has to come first."""
        raise NotImplementedError


class SmtpSink(_Sink):
    """Accepts every message from anybody to anybody."""

    greeting = b"220 sink ESMTP\r\n"
    _in_message = False

    def _take(self) -> bool:
        end = _END_OF_MESSAGE if self._in_message else b"\r\n"
        line, found, rest = self._buffer.partition(end)
        if not found:
            return False
        self._buffer = rest
        if self._in_message:
            self._in_message = False
            self._transport.write(b"250 2.0.0 queued\r\n")
        else:
            self._obey(line[:4].upper())
        return True

    def _obey(self, verb: bytes) -> None:
        self._in_message = verb == b"DATA"
        replies = {b"EHLO": b"250-sink\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n", b"DATA": b"354 go on\r\n"}
        self._transport.write(replies.get(verb, b"250 2.0.0 ok\r\n"))
        if verb == b"QUIT":
            self._transport.close()


class HttpSink(_Sink):
    """Answers every request with 204, and keeps the connection unless told to close it."""

    def _take(self) -> bool:
        head, found, rest = self._buffer.partition(_END_OF_HEAD)
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not found or len(rest) < size:
            return False
        self._buffer = rest[size:]
        self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        if _CLOSING.search(head):
            self._transport.close()
        return True


@contextmanager
def start_sink(kind: str) -> Iterator[int]:
    """A sink as a process of its own until the end of the block; gives its port."""
    command = [sys.executable, "-m", "benchmarks.sinks", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()


async def _serve(kind: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server({"email": SmtpSink, "webhook": HttpSink}[kind], "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
