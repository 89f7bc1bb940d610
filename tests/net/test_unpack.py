"""Compressed bodies, whole and broken, however they are cut into chunks."""

import asyncio
import gzip
import sys
import zlib
from collections.abc import AsyncIterator

import brotli
import pytest
from aiohttp import ClientPayloadError
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.unpack import UnfoldsTooFarError, iter_unpacked

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = bytes(range(256)) * 2000


def pack_brotli(data: bytes) -> bytes:
    """At a quality that servers use for answers made on the fly."""
    return brotli.compress(data, quality=4)


PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": pack_brotli, "zstd": zstd.compress}
BOMBS = {encoding: pack(bytes(10_000_000)) for encoding, pack in PACKERS.items()}


async def _iter_chunks(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def unpack(data: bytes, encoding: str, chunk: int = 1000) -> bytes:
    async def gather() -> bytes:
        return b"".join([piece async for piece in iter_unpacked(_iter_chunks(data, chunk), encoding)])

    return asyncio.run(gather())


def deflate_raw(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize("chunk", [1, 7, 65536, 10**7])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), " X-GZip"),
        (gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), "gzip"),
        (gzip.compress(TEXT) + bytes(100), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (deflate_raw(TEXT), "deflate"),
        (brotli.compress(TEXT), "br"),
        (zstd.compress(TEXT), "zstd"),
        (zstd.compress(TEXT[:100]) + zstd.compress(TEXT[100:]), "zstd"),
    ],
    ids=[
        "plain",
        "identity",
        "gzip",
        "x-gzip",
        "two members",
        "zeros behind",
        "zlib",
        "raw deflate",
        "br",
        "zstd",
        "two frames",
    ],
)
def test_a_whole_body_is_unpacked_in_chunks_of_any_size(data: bytes, encoding: str, chunk: int) -> None:
    assert unpack(data, encoding, chunk) == TEXT


@given(st.binary(max_size=5000), st.integers(1, 300), st.sampled_from(list(PACKERS)))
def test_whatever_was_packed_comes_out(data: bytes, chunk: int, encoding: str) -> None:
    assert unpack(PACKERS[encoding](data), encoding, chunk) == data


@pytest.mark.parametrize("cut", [1, 5, 9, 100, 200])
@pytest.mark.parametrize("encoding", list(PACKERS))
def test_a_body_that_breaks_off_is_an_error(cut: int, encoding: str) -> None:
    packed = PACKERS[encoding](TEXT)
    assert len(packed) > cut
    with pytest.raises(ClientPayloadError):
        unpack(packed[:-cut], encoding)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"<rss/>", "gzip"),
        (gzip.compress(TEXT) + b"<rss/>", "gzip"),
        (TEXT, "br"),
        (TEXT, "zstd"),
        (brotli.compress(TEXT) + b"<rss/>", "br"),
        (TEXT, "lzma"),
        (TEXT, "gzip, gzip"),
        (TEXT, "\x00"),
    ],
)
def test_what_is_not_packed_as_it_says_is_an_error(data: bytes, encoding: str) -> None:
    with pytest.raises(ClientPayloadError):
        unpack(data, encoding)


def test_a_stream_of_countless_empty_parts_is_an_error() -> None:
    with pytest.raises(ClientPayloadError, match="too many parts"):
        unpack(gzip.compress(b"") * 1000, "gzip")


def test_an_empty_body_is_empty_in_any_encoding() -> None:
    assert unpack(b"", "gzip") == b""


@pytest.mark.parametrize("encoding", list(PACKERS))
def test_a_bomb_of_any_encoding_is_refused_long_before_it_is_whole(encoding: str) -> None:
    async def measure() -> int:
        size = 0
        try:
            async for piece in iter_unpacked(_iter_chunks(BOMBS[encoding], 1000), encoding):
                assert len(piece) <= 128 * 1024
                size += len(piece)
        except UnfoldsTooFarError:
            return size
        return -1

    assert 0 < asyncio.run(measure()) <= 2_000_000


@pytest.mark.parametrize("encoding", list(PACKERS))
def test_what_is_merely_repetitive_is_no_bomb(encoding: str) -> None:
    sitemap = b"".join(
        b"<url><loc>https://www.example.org/2026/03/02/%d</loc><lastmod>2026-03-02</lastmod></url>\n" % number
        for number in range(40_000)
    )
    assert unpack(PACKERS[encoding](sitemap), encoding, 65536) == sitemap


def test_a_window_that_would_take_all_memory_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.enable_long_distance_matching: 1}
    compressor = zstd.ZstdCompressor(options=options)
    packed = compressor.compress(TEXT) + compressor.flush()
    with pytest.raises(ClientPayloadError, match="damaged"):
        unpack(packed, "zstd")
