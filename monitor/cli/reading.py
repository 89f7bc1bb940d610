"""Read articles from the paths that a command was given, in this process or in a pool when there are many."""

import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from monitor.clock import utc_now
from monitor.errors import InputError, Problem
from monitor.model import Article, Record, Slice, Source, SourceId
from monitor.pipeline.batches import iter_batches, look_ahead
from monitor.ports import Batch, ParsedArticles, Parser
from monitor.sources.archive import FileArchive
from monitor.sources.fields import PARTS
from monitor.sources.paths import hide_secrets, is_address
from monitor.text.suggest import did_you_mean
from monitor.text.yaml import parse_yaml
from monitor.workers import open_parser

# Bytes. Below this, starting worker processes takes longer than the work.
_WORTH_A_POOL = 4 * 1024 * 1024

PathsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="Files, directories, patterns or addresses: text, HTML, JSON, CSV, feeds, mail, WARC, zip, tar.",
    ),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="MAPPING",
        help="Which columns or keys hold the parts of an article: title=headline,body=text. Or a YAML file of them.",
    ),
]


def read_fields(asked: Iterable[str]) -> Mapping[str, str]:
    """The parts and columns of all `--map` options; BadParameter for what is no part, or no mapping."""
    fields: dict[str, str] = {}
    for text in asked:
        fields |= _split_map(text) if "=" in text else _load_map(text)
    for part in fields:
        if part not in PARTS:
            message = f'no part "{part}"{did_you_mean(part, PARTS)}, expected one of {", ".join(PARTS)}'
            raise typer.BadParameter(message, param_hint="--map")
    return fields


def _split_map(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(part.strip() and column.strip() for part, _, column in pairs):
        raise typer.BadParameter(f'found "{text}", expected title=COLUMN,body=COLUMN', param_hint="--map")
    return {part.strip(): column.strip() for part, _, column in pairs}


def _load_map(path: str) -> dict[str, str]:
    try:
        data = parse_yaml(Path(path).read_text(encoding="utf-8"), path).data
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise typer.BadParameter(f'"{path}" cannot be read: {words.lower()}', param_hint="--map") from error
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise typer.BadParameter(f'"{path}" must map each part to the name of a column', param_hint="--map")
    return data


def archive_source(path: str, fields: Mapping[str, str]) -> Source:
    """The source that a path stands for. The same archive under another spelling of its path would be another one."""
    if is_address(path):
        return Source(id=SourceId(hide_secrets(path)), kind="archive", address=path, fields=fields)
    address = Path(os.path.normpath(path)).as_posix()
    return Source(id=SourceId(address), kind="archive", address=address, fields=fields)


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

    def part(self, name: str, whole: str, seconds: float) -> None:
        """Tell a part of a step by itself: so much of its time was another step's, which is listed next."""
        if whole in self.seconds:
            order = list(self.seconds)
            order.insert(order.index(whole) + 1, name)
            self.seconds[whole] = max(self.seconds[whole] - seconds, 0.0)
            self.seconds = {step: self.seconds.get(step, seconds) for step in order}

    def report(self) -> str:
        """A line for each step: articles a second, and the seconds they took together."""
        return "\n".join(
            f"{name:>10}: {self.articles / seconds:>10,.0f} articles/s ({seconds:.3f} s)"
            for name, seconds in self.seconds.items()
            if seconds
        )


class ArticleReader:
    """Articles from paths. What cannot be read is collected in `problems` and the rest goes on.

    Of `size` bytes `done` have been given out. `fields` maps the parts of an article to columns or keys.
    """

    def __init__(self, languages: tuple[str, ...], fields: Mapping[str, str] | None = None) -> None:
        self.problems: list[Problem] = []
        self.timer = Timer()
        self.size = self.done = 0
        self._languages = languages
        self._fields = fields or {}
        self._archive = FileArchive()

    async def iter_articles(self, paths: Sequence[str | Path]) -> AsyncIterator[Article]:
        """In the order of the paths and of the names below them."""
        async for articles in self.iter_batches(paths):
            for article in articles:
                yield article

    async def iter_batches(self, paths: Sequence[str | Path]) -> AsyncIterator[tuple[Article, ...]]:
        """The same, as many together as were read together."""
        sources = [archive_source(str(path), self._fields) for path in paths]
        parts = [(source, part) for source in sources for part in self._list_slices(source)]
        self.size = sum(part.size for _, part in parts)
        processes = 0 if self.size < _WORTH_A_POOL else os.cpu_count() or 1
        with open_parser(self._languages, processes=processes) as parser:
            async for parsed, size in look_ahead(self._start(parser, parts), parser.at_once):
                self.done += size
                self.problems += parsed.problems
                self.timer.articles += len(parsed.articles)
                yield parsed.articles

    def _list_slices(self, source: Source) -> tuple[Slice, ...]:
        try:
            return self._archive.list_slices(source)
        except InputError as error:
            self.problems.append(Problem("", 0, 0, str(error)))
            return ()

    def _timed(self) -> AbstractContextManager[None]:
        return self.timer.step("read")

    async def _start(
        self, parser: Parser, parts: Iterable[tuple[Source, Slice]]
    ) -> AsyncIterator[Coroutine[Any, Any, tuple[ParsedArticles, int]]]:
        for source, part in parts:
            position = 0
            try:
                async for batch, _ in iter_batches(self._archive, source, part, self._timed):
                    yield self._parse(parser, source, batch, batch.position - position)
                    position = batch.position
            except InputError as error:
                self.problems.append(Problem("", 0, 0, str(error)))

    async def _parse(self, parser: Parser, source: Source, batch: Batch, size: int) -> tuple[ParsedArticles, int]:
        records = [_name_source(each, source) for each in batch.found if isinstance(each, Record)]
        with self.timer.step("normalise"):
            parsed = await parser.parse_records(records, utc_now())
        problems = tuple(each for each in batch.found if isinstance(each, Problem))
        return replace(parsed, problems=problems + parsed.problems), size


def _name_source(record: Record, source: Source) -> Record:
    """The source of a bare file is its path as given; a mail has one of its own."""
    return replace(record, source=SourceId(record.file)) if record.source == source.id else record


def print_stats(timer: Timer) -> None:
    """On stderr, so that what a command prints stays what it is."""
    print(timer.report() or "no articles", file=sys.stderr)
