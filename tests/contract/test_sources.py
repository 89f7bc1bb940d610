"""What the pipeline relies on in every source: one parameter for each adapter.

A feed fetcher is asked over a real loopback server; an archive reader is given a real directory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from monitor.demo.servers import Answer, WebhookReceiver
from monitor.errors import FetchError, InputError, Problem
from monitor.model import Fetched, PollState, Record, Slice, Source, SourceId
from monitor.net.guard import AddressGuard
from monitor.net.http import open_session
from monitor.ports import ArchiveReader, FeedFetcher
from monitor.sources.archive import FileArchive
from monitor.sources.fetch import HttpFetcher
from tests.builders import NOON
from tests.sources.raw_server import RawServer

FEED = b"<rss version='2.0'><channel/></rss>"
NEW = PollState(source=SourceId("source"), next_poll_at=NOON)


@asynccontextmanager
async def open_http_fetcher() -> AsyncIterator[FeedFetcher]:
    async with open_session(AddressGuard((ip_network("127.0.0.0/8"),)), user_agent="test") as session:
        yield HttpFetcher(session, clock=lambda: NOON)


FETCHERS = [open_http_fetcher]
READERS = [FileArchive]

OpenFetcher = Callable[[], AbstractAsyncContextManager[FeedFetcher]]


def feed_at(url: str) -> Source:
    return Source(id=SourceId("source"), kind="feed", address=f"{url}/feed")


def archive_at(path: Path) -> Source:
    return Source(id=SourceId("source"), kind="archive", address=str(path))


async def fetch(open_fetcher: OpenFetcher, *answers: Answer) -> list[Fetched]:
    """One poll for each answer, or fewer where answers redirect; each knows what the one before brought."""
    async with WebhookReceiver() as server, open_fetcher() as fetcher:
        server.answer_next(*answers)
        polls: list[Fetched] = []
        state = NEW
        while len(server.requests) < len(answers):
            polls.append(await fetcher.fetch_feed(feed_at(server.url), state))
            state = PollState(
                source=NEW.source,
                next_poll_at=NOON,
                etag=polls[-1].etag,
                last_modified=polls[-1].last_modified,
                body_hash=polls[-1].body_hash,
            )
        return polls


# ------------------------------------------------------------------------------------------- feed fetchers


@pytest.mark.parametrize("open_fetcher", FETCHERS)
@pytest.mark.parametrize("again", [Answer(304), Answer(200, FEED)], ids=["304", "same bytes"])
def test_an_unchanged_feed_has_no_body_and_keeps_its_hash(open_fetcher: OpenFetcher, again: Answer) -> None:
    first, second = asyncio.run(fetch(open_fetcher, Answer(200, FEED, {"ETag": '"1"'}), again))
    assert first.body == FEED
    assert first.body_hash
    assert (second.body, second.body_hash) == (None, first.body_hash)


@pytest.mark.parametrize("open_fetcher", FETCHERS)
def test_a_changed_feed_has_a_body_and_another_hash(open_fetcher: OpenFetcher) -> None:
    first, second = asyncio.run(fetch(open_fetcher, Answer(200, FEED), Answer(200, FEED + b" ")))
    assert second.body == FEED + b" "
    assert second.body_hash != first.body_hash


@pytest.mark.parametrize("open_fetcher", FETCHERS)
def test_a_moved_feed_is_read_where_it_went(open_fetcher: OpenFetcher) -> None:
    (fetched,) = asyncio.run(fetch(open_fetcher, Answer(301, headers={"Location": "/moved"}), Answer(200, FEED)))
    assert fetched.body == FEED
    assert fetched.url.endswith("/moved")


@pytest.mark.parametrize("open_fetcher", FETCHERS)
def test_garbage_arrives_as_it_is(open_fetcher: OpenFetcher) -> None:
    garbage = bytes(range(256))
    (fetched,) = asyncio.run(fetch(open_fetcher, Answer(200, garbage)))
    assert fetched.body == garbage


@pytest.mark.parametrize("open_fetcher", FETCHERS)
@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\x00\xff",
        b"HTTP/1.1 500 Oops\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<rss",
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n",
    ],
    ids=["nothing", "noise", "500", "truncated", "to a private address"],
)
def test_whatever_goes_wrong_is_a_fetch_error_that_may_pass(open_fetcher: OpenFetcher, reply: bytes) -> None:
    async def attempt() -> None:
        async with RawServer(reply) as server, open_fetcher() as fetcher:
            await fetcher.fetch_feed(feed_at(server.url), NEW)

    with pytest.raises(FetchError) as caught:
        asyncio.run(attempt())
    assert caught.value.transient
    assert str(caught.value).isprintable()


# ------------------------------------------------------------------------------------------- archive readers


@pytest.fixture
def archive(tmp_path: Path) -> Source:
    for number in range(150):
        (tmp_path / f"{number}.txt").write_text(f"Text number {number}.")
    (tmp_path / "lines.jsonl").write_text("\n".join(f'{{"body": "line {number}"}}' for number in range(1200)))
    return archive_at(tmp_path)


def read_slices(reader: ArchiveReader, source: Source, parts: Iterable[Slice]) -> list[Record | Problem]:
    return [each for part in parts for batch in reader.iter_batches(source, part) for each in batch.found]


def read(reader: ArchiveReader, source: Source) -> list[Record]:
    parts = reader.list_slices(source)
    return [each for each in read_slices(reader, source, parts) if isinstance(each, Record)]


@pytest.mark.parametrize("reader", [make() for make in READERS])
def test_every_record_is_read_once_under_a_key_of_its_own(reader: ArchiveReader, archive: Source) -> None:
    records = read(reader, archive)
    assert len(records) == len({record.key for record in records}) == 1350


@pytest.mark.parametrize("reader", [make() for make in READERS])
def test_an_interrupted_import_goes_on_with_the_slices_that_are_left(reader: ArchiveReader, archive: Source) -> None:
    parts = reader.list_slices(archive)
    assert len({(part.archive, part.name) for part in parts}) == len(parts) > 3
    assert reader.list_slices(archive) == parts
    rest = read_slices(reader, archive, parts[2:])
    first = read_slices(reader, archive, parts[:2])
    assert {each.key for each in (*first, *rest) if isinstance(each, Record)} == {
        record.key for record in read(reader, archive)
    }


@pytest.mark.parametrize("reader", [make() for make in READERS])
def test_a_changed_file_changes_the_stamp_of_its_slice(reader: ArchiveReader, archive: Source) -> None:
    before = {(part.name, part.stamp) for part in reader.list_slices(archive)}
    Path(archive.address, "7.txt").write_text("Another text.")
    after = {(part.name, part.stamp) for part in reader.list_slices(archive)}
    assert len(before - after) == len(after - before) == 1


@pytest.mark.parametrize("reader", [make() for make in READERS])
def test_a_path_that_is_not_there_or_holds_nothing_is_an_input_error(reader: ArchiveReader, tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError):
            reader.list_slices(archive_at(path))
