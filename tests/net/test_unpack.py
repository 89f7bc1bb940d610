"""Compressed bodies, whole and broken, however they are cut into chunks."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientPayloadError
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.unpack import iter_unpacked

TEXT = bytes(range(256)) * 2000


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
    ],
    ids=["plain", "identity", "gzip", "x-gzip", "two members", "zeros behind", "zlib", "raw deflate"],
)
def test_a_whole_body_is_unpacked_in_chunks_of_any_size(data: bytes, encoding: str, chunk: int) -> None:
    assert unpack(data, encoding, chunk) == TEXT


@given(st.binary(max_size=5000), st.integers(1, 300))
def test_whatever_was_packed_comes_out(data: bytes, chunk: int) -> None:
    assert unpack(gzip.compress(data), "gzip", chunk) == data


@pytest.mark.parametrize("cut", [1, 5, 9, 100, 400])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_body_that_breaks_off_is_an_error(cut: int, pack: object) -> None:
    packed, encoding = (gzip.compress(TEXT), "gzip") if pack is gzip.compress else (zlib.compress(TEXT), "deflate")
    with pytest.raises(ClientPayloadError):
        unpack(packed[:-cut], encoding)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"<rss/>", "gzip"),
        (gzip.compress(TEXT) + b"<rss/>", "gzip"),
        (TEXT, "br"),
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


def test_a_bomb_comes_out_in_small_pieces() -> None:
    async def measure() -> int:
        bomb = _iter_chunks(gzip.compress(bytes(4_000_000)), 10**6)
        return max([len(piece) async for piece in iter_unpacked(bomb, "gzip")])

    assert asyncio.run(measure()) <= 65536
