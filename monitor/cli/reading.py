"""Read articles from the paths that a command was given, in this process or in a pool when there are many."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from monitor.clock import utc_now
from monitor.errors import InputError, Problem
from monitor.model import Article, Record, Slice, Source, SourceId
from monitor.ports import Parser
from monitor.sources.archive import DirectoryArchive
from monitor.workers import open_parser

# Bytes. Below this, starting worker processes takes longer than the work.
_WORTH_A_POOL = 4 * 1024 * 1024


@dataclass(slots=True)
class Timer:
    """Seconds spent in each step, and how many articles came of it."""

    seconds: dict[str, float] = field(default_factory=dict)
    articles: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time of a block to the step of that name."""
        begun = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun

    def report(self) -> str:
        """A line for each step: articles a second, and the seconds they took together."""
        return "\n".join(
            f"{name:>10}: {self.articles / seconds:>10,.0f} articles/s ({seconds:.3f} s)"
            for name, seconds in self.seconds.items()
            if seconds
        )


class ArticleReader:
    """Articles from paths. What cannot be read is collected in `problems` and the rest goes on.

    Of `size` bytes `done` have been given out.
    """

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.problems: list[Problem] = []
        self.timer = Timer()
        self.size = self.done = 0
        self._languages = languages
        self._archive = DirectoryArchive()

    async def iter_articles(self, paths: list[Path]) -> AsyncIterator[Article]:
        """In the order of the paths and of the names below them."""
        sources = [Source(id=SourceId(path.as_posix()), kind="archive", address=path.as_posix()) for path in paths]
        parts = [(source, part) for source in sources for part in self._list_slices(source)]
        self.size = sum(part.size for _, part in parts)
        processes = 0 if self.size < _WORTH_A_POOL else os.cpu_count() or 1
        with open_parser(self._languages, processes=processes) as parser:
            for source, part in parts:
                for article in await self._read(parser, source, part):
                    yield article
                self.done += part.size

    def _list_slices(self, source: Source) -> tuple[Slice, ...]:
        try:
            return self._archive.list_slices(source)
        except InputError as error:
            self.problems.append(Problem("", 0, 0, str(error)))
            return ()

    async def _read(self, parser: Parser, source: Source, part: Slice) -> tuple[Article, ...]:
        with self.timer.step("read"):
            found = tuple(self._archive.iter_records(source, part))
        with self.timer.step("normalise"):
            records = [_name_source(each) for each in found if isinstance(each, Record)]
            parsed = await parser.parse_records(records, utc_now())
        self.problems += [each for each in found if isinstance(each, Problem)]
        self.problems += parsed.problems
        self.timer.articles += len(parsed.articles)
        return parsed.articles


def _name_source(record: Record) -> Record:
    """The source of a bare file is its path as given."""
    return replace(record, source=SourceId(record.name.rpartition(":")[0] if record.format == "json" else record.name))


def print_stats(timer: Timer) -> None:
    """On stderr, so that what a command prints stays what it is."""
    print(timer.report() or "no articles", file=sys.stderr)
