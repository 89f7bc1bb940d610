"""Undo how an answer was sent when a web archive kept it as it came: chunks and compression, bounded in size."""

import sys
import zlib
from collections.abc import Callable, Iterator

import brotli

from monitor.sources.limits import MEGABYTE, ArchiveError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_PIECE = 256 * 1024


def decode_content(data: bytes, transfer: str | None, content: str | None, most: int) -> bytes:
    """The page itself. ArchiveError when it is larger than `most` bytes, or damaged.

    Many archives keep the headers of what they have already unpacked: what is no chunk and not packed stays as it is.
    """
    if transfer and "chunked" in transfer.lower():
        data = _join_chunks(data)
    for name in reversed((content or "").lower().split(",")):
        unpack = _UNPACKERS.get(name.strip())
        if unpack is not None:
            data = _collect(unpack, data, most)
    return data


def _join_chunks(data: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while (end := data.find(b"\r\n", at, at + 200)) >= 0:
        try:
            size = int(data[at:end].partition(b";")[0], 16)
        except ValueError:
            break
        if size <= 0:
            return b"".join(pieces)
        pieces.append(data[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(pieces) if pieces and at >= len(data) else data


def _collect(unpack: Callable[[bytes], Iterator[bytes]], data: bytes, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in unpack(data):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise ArchiveError(f"unpacks to more than {most // MEGABYTE} MB")
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        if size:
            raise ArchiveError("is packed wrongly") from error
        return data
    return b"".join(pieces)


def _iter_zlib(bits: int) -> Callable[[bytes], Iterator[bytes]]:
    def unpack(data: bytes) -> Iterator[bytes]:
        stream = zlib.decompressobj(bits)
        while data and not stream.eof:
            yield stream.decompress(data, _PIECE)
            data = stream.unconsumed_tail
        yield stream.flush(_PIECE)

    return unpack


def _iter_deflate(data: bytes) -> Iterator[bytes]:
    """With its zlib header or, from older servers, without."""
    has_header = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    yield from _iter_zlib(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)(data)


def _iter_brotli(data: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    yield stream.process(data, output_buffer_limit=_PIECE)
    while not stream.is_finished():
        piece = stream.process(b"", output_buffer_limit=_PIECE)
        if not piece:
            return
        yield piece


def _iter_zstd(data: bytes) -> Iterator[bytes]:
    stream = zstd.ZstdDecompressor()
    while not stream.eof:
        piece = stream.decompress(data, _PIECE)
        data = b""
        yield piece
        if not piece and stream.needs_input:
            return


_gunzip = _iter_zlib(16 + zlib.MAX_WBITS)
_UNPACKERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _iter_deflate,
    "br": _iter_brotli,
    "zstd": _iter_zstd,
}
