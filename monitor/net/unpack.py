"""Undo the compression of an answer's body, piece by piece.

aiohttp would do it, but takes a gzip stream that breaks off for a whole one. Half a feed with the validators of a
whole one would be read once and then be "not modified", and its other half never seen.
"""

import zlib
from collections.abc import AsyncIterator

from aiohttp import ClientPayloadError

ACCEPT_ENCODING = "gzip, deflate"

_GZIP = 16 + zlib.MAX_WBITS
_PLAIN = frozenset({"", "identity"})
_GZIPPED = frozenset({"gzip", "x-gzip"})
_PIECE = 64 * 1024
# Each one costs a copy of what follows it; nobody sends more than a few.
_MOST_MEMBERS = 100


async def iter_unpacked(chunks: AsyncIterator[bytes], encoding: str) -> AsyncIterator[bytes]:
    """The body behind a Content-Encoding, in pieces of at most 64 KB if it was packed.

    ClientPayloadError when it is packed otherwise, damaged or cut short. The caller counts what comes out.
    """
    encoding = encoding.strip().lower()
    if encoding in _PLAIN:
        async for chunk in chunks:
            yield chunk
        return
    if encoding not in _GZIPPED and encoding != "deflate":
        raise ClientPayloadError("an encoding that was not asked for")
    unpacker = _Unpacker(is_gzip=encoding in _GZIPPED)
    async for chunk in chunks:
        while chunk:
            piece, chunk = unpacker.unpack(chunk)
            if piece:
                yield piece
    yield unpacker.finish()


class _Unpacker:
    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._members = 0
        self._stream: zlib._Decompress | None = None

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        """A piece, and the packed bytes that are left to unpack."""
        if self._stream is None or self._stream.eof:
            # Some servers fill up with zeros behind the end.
            packed = packed.lstrip(b"\0") if self._stream else packed
            if not packed:
                return b"", b""
            self._stream = self._begin(packed)
        try:
            piece = self._stream.decompress(packed, _PIECE)
        except zlib.error as error:
            raise ClientPayloadError("a damaged compressed body") from error
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def finish(self) -> bytes:
        """What the last piece had no room for. A body of no bytes at all is an empty one."""
        if self._stream is None:
            return b""
        try:
            rest = self._stream.flush()
        except zlib.error as error:
            raise ClientPayloadError("a damaged compressed body") from error
        if not self._stream.eof:
            raise ClientPayloadError("a compressed body that was cut short")
        return rest

    def _begin(self, packed: bytes) -> "zlib._Decompress":
        """A stream for the next member; deflate comes with its zlib header or, from older servers, without."""
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise ClientPayloadError("a compressed body of too many parts")
        if self._is_gzip:
            return zlib.decompressobj(_GZIP)
        return zlib.decompressobj(zlib.MAX_WBITS if packed[0] & 0x0F == 8 else -zlib.MAX_WBITS)
