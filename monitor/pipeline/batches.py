"""An archive read ahead: while one batch is stored, the next ones are parsed, as many as the parser has hands for."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from monitor.errors import InputError, Problem
from monitor.model import Record, Slice, Source
from monitor.pipeline.news import list_news
from monitor.pipeline.plan import Ports
from monitor.pipeline.storing import Reading
from monitor.ports import ArchiveReader, Batch, ParsedArticles

_Result = TypeVar("_Result")
_NOTHING = Reading(parsed=ParsedArticles(articles=()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBatch:
    """A batch on its way into the store: what is to be committed with it, none when it is there already.

    `size` is how many bytes of the archive it was, `error` why the rest of its slice could not be read.
    """

    checkpoints: tuple[Slice, ...] = ()
    reading: Reading = _NOTHING
    size: int = 0
    error: str | None = None


async def read_slices(ports: Ports, source: Source, parts: Iterable[Slice]) -> AsyncIterator[ReadBatch]:
    """The batches of slices in order, parsed where no article of theirs is stored yet."""
    work = _start_slices(ports, source, parts)
    async for read in look_ahead(work, ports.parser.at_once):
        yield read


async def look_ahead(work: AsyncIterator[Coroutine[Any, Any, _Result]], at_once: int) -> AsyncIterator[_Result]:
    """The results in the order of the work, of which at most `at_once` is under way at a time."""
    waiting: deque[asyncio.Task[_Result]] = deque()
    try:
        async for each in work:
            waiting.append(asyncio.create_task(each))
            if len(waiting) >= at_once:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()


async def iter_batches(
    archives: ArchiveReader,
    source: Source,
    part: Slice,
    timed: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> AsyncIterator[tuple[Batch, bool]]:
    """The batches of a slice, read in a thread, each with whether it is the last one. `timed` is around the reading."""
    batches = archives.iter_batches(source, part)

    def read() -> Batch | None:
        with timed():
            return next(batches, None)

    batch = await asyncio.to_thread(read)
    while batch is not None:
        following = await asyncio.to_thread(read)
        yield batch, following is None
        batch = following


async def _start_slices(
    ports: Ports, source: Source, parts: Iterable[Slice]
) -> AsyncIterator[Coroutine[Any, Any, ReadBatch]]:
    for part in parts:
        if await _is_done(ports, part):
            yield _give(ReadBatch(size=part.size))
            continue
        position = 0
        try:
            async for batch, is_last in iter_batches(ports.archives, source, part):
                size, position = batch.position - position, batch.position
                yield _read(ports, batch, part if is_last else None, size)
        except InputError as error:
            yield _give(ReadBatch(size=part.size - position, error=str(error)))


async def _read(ports: Ports, batch: Batch, whole: Slice | None, size: int) -> ReadBatch:
    """With the last batch of a slice the slice is done, and need not even be opened again."""
    checkpoints = (batch.part,) if whole is None else (batch.part, whole)
    if await _is_done(ports, batch.part):
        return ReadBatch(checkpoints=checkpoints[1:], size=size)
    unreadable = tuple(each for each in batch.found if isinstance(each, Problem))
    async with ports.store.transaction() as tx:
        news = await list_news(tx, [each for each in batch.found if isinstance(each, Record)])
    parsed = await ports.parser.parse_records(list(news.values()), ports.clock())
    reading = Reading(parsed=replace(parsed, problems=unreadable + parsed.problems), pages=news)
    return ReadBatch(checkpoints=checkpoints, reading=reading, size=size)


async def _is_done(ports: Ports, part: Slice) -> bool:
    async with ports.store.transaction() as tx:
        return await tx.is_slice_done(part)


async def _give(read: ReadBatch) -> ReadBatch:
    return read
