"""Undo the compression of an answer's body, piece by piece.

aiohttp would do it, but takes a gzip stream that breaks off for a whole one. Half a feed with the validators of a
whole one would be read once and then be "not modified", and its other half never seen. Bodies that unfold beyond all
proportion are refused long before they are whole.
"""

import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Protocol

import brotli
from aiohttp import ClientPayloadError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

MOST_PROPORTION = 300
"""A body may unfold to so many times its size on the wire; sitemaps, the most repetitive of all, come to about 60."""

# Below this size nothing is worth refusing, and a short text of zeros is no attack.
_HARMLESS = 1024 * 1024
_PLAIN = frozenset({"", "identity"})
_PIECE = 64 * 1024
# Each one costs a copy of what follows it; nobody sends more than a few.
_MOST_MEMBERS = 100
# RFC 9659: what is sent over HTTP needs a window of at most 8 MB; others would take up to 2 GB of memory.
_LARGEST_WINDOW = 23


class UnfoldsTooFarError(ClientPayloadError):
    """A body made to fill memory: its size says nothing of what comes out of it."""


async def iter_unpacked(chunks: AsyncIterator[bytes], encoding: str) -> AsyncIterator[bytes]:
    """The body behind a Content-Encoding, in pieces of at most 128 KB if it was packed.

    ClientPayloadError when it is packed otherwise, damaged or cut short; UnfoldsTooFarError, which is one, for a bomb.
    The caller counts what comes out.
    """
    encoding = encoding.strip().lower()
    if encoding in _PLAIN:
        async for chunk in chunks:
            yield chunk
        return
    begin = _ENCODINGS.get(encoding)
    if begin is None:
        raise ClientPayloadError("an encoding that was not asked for")
    unpacker = _Unpacker(begin)
    async for chunk in chunks:
        for piece in unpacker.unpack(chunk):
            yield piece
    unpacker.finish()


class _Stream(Protocol):
    """One compressed stream under way."""

    @property
    def eof(self) -> bool:
        """Whether its end has been read."""

    @property
    def unused_data(self) -> bytes:
        """What came behind the end."""

    def unpack(self, packed: bytes) -> bytes:
        """About a piece; called with nothing, what the last one had no room for."""


class _Unpacker:
    """One stream after another: gzip and zstd allow several, and some servers fill up with zeros behind the end."""

    def __init__(self, begin: Callable[[bytes], _Stream]) -> None:
        self._begin = begin
        self._stream: _Stream | None = None
        self._members = 0
        self._packed = 0
        self._unpacked = 0

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        self._packed += len(packed)
        while packed:
            if self._stream is None or self._stream.eof:
                packed = packed.lstrip(b"\0") if self._stream else packed
                if not packed:
                    return
                self._stream = self._next_stream(packed)
            yield from self._drain(self._stream, packed)
            packed = self._stream.unused_data if self._stream.eof else b""

    def finish(self) -> None:
        """A body of no bytes at all is an empty one."""
        if self._stream is not None and not self._stream.eof:
            raise ClientPayloadError("a compressed body that was cut short")

    def _next_stream(self, packed: bytes) -> _Stream:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise ClientPayloadError("a compressed body of too many parts")
        return self._begin(packed)

    def _drain(self, stream: _Stream, packed: bytes) -> Iterator[bytes]:
        """All that these packed bytes hold."""
        while True:
            try:
                piece = stream.unpack(packed)
            except (zlib.error, brotli.error, zstd.ZstdError) as error:
                raise ClientPayloadError("a damaged compressed body") from error
            packed = b""
            if not piece:
                return
            self._unpacked += len(piece)
            if self._unpacked > max(_HARMLESS, MOST_PROPORTION * self._packed):
                raise UnfoldsTooFarError(
                    f"a compressed body that unfolds to more than {MOST_PROPORTION} times its size"
                )
            yield piece
            if stream.eof:
                return


class _Zlib:
    def __init__(self, bits: int) -> None:
        self._stream = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def unpack(self, packed: bytes) -> bytes:
        return self._stream.decompress(self._stream.unconsumed_tail + packed, _PIECE)


class _Brotli:
    unused_data = b""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())

    def unpack(self, packed: bytes) -> bytes:
        if self._stream.is_finished():
            return b""
        return bytes(self._stream.process(packed, output_buffer_limit=_PIECE))


class _Zstd:
    def __init__(self) -> None:
        self._stream = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW})

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def unpack(self, packed: bytes) -> bytes:
        if not packed and self._stream.needs_input:
            return b""
        return self._stream.decompress(packed, _PIECE)


def _begin_gzip(_packed: bytes) -> _Stream:
    return _Zlib(16 + zlib.MAX_WBITS)


def _begin_deflate(packed: bytes) -> _Stream:
    """With its zlib header or, from older servers, without."""
    return _Zlib(zlib.MAX_WBITS if packed[0] & 0x0F == 8 else -zlib.MAX_WBITS)


_ENCODINGS: Mapping[str, Callable[[bytes], _Stream]] = {
    "gzip": _begin_gzip,
    "x-gzip": _begin_gzip,
    "deflate": _begin_deflate,
    "br": lambda _packed: _Brotli(),
    "zstd": lambda _packed: _Zstd(),
}
