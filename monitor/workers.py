"""Where bytes become articles: in a pool of worker processes, or here for a handful of files.

The functions are named, not imported: extraction and language identification cost 150 MB and a second to load, and
only the workers pay that. The pool starts when first needed, so an idle service stays small. A page that kills its
worker takes nothing with it: the batch is read again one by one in quarantine, and the culprit is named.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any

from monitor.errors import ParseError, Problem
from monitor.loading import load_function
from monitor.model import Entry, Fetched, Record, Source
from monitor.ports import ParsedArticles, ParsedFeed, Parser

_OPTIONS = "monitor.parse.options:ParseOptions"
# Pages below which handing them to one more worker costs more than it spares.
_FEWEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFunctions:
    """The addresses of the functions that the workers call."""

    feed: str = "monitor.parse.entries:parse_feed"
    entries: str = "monitor.parse.article:parse_entries"
    records: str = "monitor.parse.article:parse_records"
    outline: str | None = "monitor.story.features:outline_article"
    pack: str | None = "monitor.parse.packing:pack_page"


FUNCTIONS = ParseFunctions()


@contextmanager
def open_parser(languages: tuple[str, ...], *, processes: int, storing: bool = False) -> Iterator[Parser]:
    """A Parser in so many worker processes, or in this one for 0; its workers end with the block.

    With `storing` the workers make the outlines of their articles, too, and pack what they were read from; else that is
    left to whoever tells stories and stores pages.
    """
    if not processes:
        yield InlineParser(languages)
        return
    functions = FUNCTIONS if storing else replace(FUNCTIONS, outline=None, pack=None)
    parser = PoolParser(languages, processes=processes, functions=functions)
    try:
        yield parser
    finally:
        parser.close()


class InlineParser:
    """The Parser that works in this process: for commands that read a few files and then end."""

    at_once = 1

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages

    async def parse_feed(self, source: Source, fetched: Fetched) -> ParsedFeed:
        """See ports.Parser."""
        parsed: ParsedFeed = _call(FUNCTIONS.feed, source, fetched)
        return parsed

    async def parse_entries(self, entries: Sequence[Entry], fetched_at: datetime) -> ParsedArticles:
        """See ports.Parser."""
        return _parse_batch(FUNCTIONS.entries, entries, fetched_at, self._languages)

    async def parse_records(self, records: Sequence[Record], fetched_at: datetime) -> ParsedArticles:
        """See ports.Parser."""
        return _parse_batch(FUNCTIONS.records, records, fetched_at, self._languages)


class PoolParser:
    """The Parser that works in `processes` worker processes. Close it, or the workers end with this process."""

    def __init__(self, languages: tuple[str, ...], *, processes: int, functions: ParseFunctions = FUNCTIONS) -> None:
        self._functions = functions
        self._as_wanted = languages, functions.outline, functions.pack
        self._processes = processes
        # One more than there are workers, so that none waits for the main process to read and to store.
        self.at_once = processes + 1
        self._pool: ProcessPoolExecutor | None = None
        self._quarantine: ProcessPoolExecutor | None = None
        self._in_quarantine = asyncio.Lock()

    async def parse_feed(self, source: Source, fetched: Fetched) -> ParsedFeed:
        """See ports.Parser."""
        parsed: ParsedFeed
        try:
            parsed = await self._submit(_call, self._functions.feed, source, fetched)
        except BrokenProcessPool:
            async with self._in_quarantine:
                try:
                    parsed = await self._submit_alone(_call, self._functions.feed, source, fetched)
                except BrokenProcessPool as error:
                    message = f"the worker process died while reading this feed ({len(fetched.body or b'')} bytes)"
                    raise ParseError(message) from error
        return parsed

    async def parse_entries(self, entries: Sequence[Entry], fetched_at: datetime) -> ParsedArticles:
        """See ports.Parser."""
        return await self._parse(self._functions.entries, entries, fetched_at)

    async def parse_records(self, records: Sequence[Record], fetched_at: datetime) -> ParsedArticles:
        """See ports.Parser."""
        return await self._parse(self._functions.records, records, fetched_at)

    def close(self) -> None:
        """End the workers without waiting for what they do: nothing they return is needed any more."""
        for pool in (self._pool, self._quarantine):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._quarantine = None

    async def _parse(self, function: str, batch: Sequence[Any], fetched_at: datetime) -> ParsedArticles:
        """In as many pieces as there are workers: the last batch of an archive would keep one of them busy alone."""
        size = max(_FEWEST, ceil(len(batch) / self._processes))
        pieces = [batch[start : start + size] for start in range(0, len(batch), size)]
        return _join(await asyncio.gather(*(self._parse_piece(function, piece, fetched_at) for piece in pieces)))

    async def _parse_piece(self, function: str, batch: Sequence[Any], fetched_at: datetime) -> ParsedArticles:
        try:
            parsed: ParsedArticles = await self._submit(_parse_batch, function, batch, fetched_at, *self._as_wanted)
        except BrokenProcessPool:
            parsed = await self._parse_one_by_one(function, batch, fetched_at)
        return parsed

    async def _parse_one_by_one(self, function: str, batch: Sequence[Any], fetched_at: datetime) -> ParsedArticles:
        """Which one of the batch killed the worker? One at a time, and one batch at a time, shows it."""
        parts: list[ParsedArticles] = []
        async with self._in_quarantine:
            for one in batch:
                try:
                    parts.append(await self._submit_alone(_parse_batch, function, [one], fetched_at, *self._as_wanted))
                except BrokenProcessPool:
                    name = one.name if isinstance(one, Record) else one.url or one.key
                    problem = Problem(name, 0, 0, "the worker process died while reading this page; it is passed over")
                    parts.append(ParsedArticles(articles=(), problems=(problem,)))
        return _join(parts)

    async def _submit(self, function: Any, *arguments: Any) -> Any:
        if self._pool is None:
            self._pool = _start_pool(self._processes)
        pool = self._pool
        try:
            return await asyncio.wrap_future(pool.submit(function, *arguments))
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None
                pool.shutdown(wait=False, cancel_futures=True)
            raise

    async def _submit_alone(self, function: Any, *arguments: Any) -> Any:
        if self._quarantine is None:
            self._quarantine = await _start_quarantine()
        try:
            return await asyncio.wrap_future(self._quarantine.submit(function, *arguments))
        except BrokenProcessPool:
            self._quarantine.shutdown(wait=False)
            self._quarantine = None
            raise


def _join(parts: Sequence[ParsedArticles]) -> ParsedArticles:
    return ParsedArticles(
        articles=tuple(article for part in parts for article in part.articles),
        problems=tuple(problem for part in parts for problem in part.problems),
        outlines={article: outline for part in parts for article, outline in part.outlines.items()},
        packed={article: page for part in parts for article, page in part.packed.items()},
    )


def _start_pool(processes: int) -> ProcessPoolExecutor:
    # Spawned, not forked: a fork would copy the event loop's threads, locks and database connections.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin_worker)


async def _start_quarantine() -> ProcessPoolExecutor:
    """A pool whose one worker has begun: else no page is to blame, and none may be passed over for it."""
    pool = _start_pool(1)
    try:
        await asyncio.wrap_future(pool.submit(os.getpid))
    except BrokenProcessPool as error:
        pool.shutdown(wait=False)
        raise ParseError("no worker process can be started on this machine; try it with fewer, or none") from error
    return pool


def _begin_worker() -> None:
    """Ctrl-C is for the main process to answer; and a worker never outlives it, not even when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _parse_batch(
    function: str,
    batch: Sequence[Any],
    fetched_at: datetime,
    languages: tuple[str, ...],
    outline: str | None = None,
    pack: str | None = None,
) -> ParsedArticles:
    parsed: ParsedArticles = _call(function, batch, fetched_at, _call(_OPTIONS, languages))
    if outline is not None:
        parsed = replace(parsed, outlines={article.id: _call(outline, article) for article in parsed.articles})
    if pack is not None:
        pages = {page.key: page for page in batch}
        whole = [article for article in parsed.articles if article.key in pages]
        parsed = replace(parsed, packed={article.id: _call(pack, pages[article.key]) for article in whole})
    return parsed


def _call(function: str, *arguments: Any) -> Any:
    return load_function(function)(*arguments)
