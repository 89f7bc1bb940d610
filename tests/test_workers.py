"""The process pool: what kills a worker is named, the rest of its batch is read, and nothing outlives the pool."""

import asyncio
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import ParseError
from monitor.model import EntryKey, Fetched, Record, Source, SourceId
from monitor.parse.packing import pack_page
from monitor.ports import ParsedArticles
from monitor.story.features import outline_article
from monitor.workers import ParseFunctions, PoolParser, open_parser
from tests.builders import NOON

_CHECKOUT = Path(__file__).parents[1]
_HEAVY = ("trafilatura", "py3langid", "feedparser", "dateparser", "htmldate")


def _record(name: str, text: str) -> Record:
    data = text.encode()
    return Record(source=SourceId("archive"), key=EntryKey(name), name=name, format="text", data=data)


@pytest.mark.parametrize("processes", [0, 1])
def test_records_become_articles_here_or_in_a_worker(processes: int) -> None:
    async def parse() -> tuple[str | None, ...]:
        with open_parser((), processes=processes) as parser:
            parsed = await parser.parse_records([_record("a.txt", "The river rose overnight, they said.")], NOON)
            return tuple(article.body for article in parsed.articles)

    assert asyncio.run(parse()) == ("The river rose overnight, they said.",)


def test_workers_prepare_what_is_stored_as_it_would_be_done_here() -> None:
    record = _record("a.txt", "The river rose overnight, they said.")

    async def parse(*, storing: bool) -> ParsedArticles:
        with open_parser((), processes=1, storing=storing) as parser:
            return await parser.parse_records([record], NOON)

    parsed = asyncio.run(parse(storing=True))
    (article,) = parsed.articles
    made, expected = parsed.outlines[article.id], outline_article(article)
    assert made.shingles == expected.shingles
    assert made.grams.tolist() == expected.grams.tolist()
    assert made.pair_weights.tolist() == expected.pair_weights.tolist()
    assert parsed.packed == {article.id: pack_page(record)}
    unprepared = asyncio.run(parse(storing=False))
    assert unprepared.outlines == unprepared.packed == {}


def die_on_poison(batch: list[Record], fetched_at: datetime, options: object) -> object:
    """Stands for a parser that crashes its process, as broken C extensions do."""
    if any(record.data == b"poison" for record in batch):
        os._exit(1)
    from monitor.parse.article import parse_records

    return parse_records(batch, fetched_at, options)


def test_a_page_that_kills_its_worker_is_named_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(_CHECKOUT))
    batch = [_record("a.txt", "A first article."), _record("b.txt", "poison"), _record("c.txt", "A third article.")]
    parser = PoolParser((), processes=1, functions=ParseFunctions(records="tests.test_workers:die_on_poison"))

    async def parse() -> tuple[list[str | None], list[str]]:
        parsed = await parser.parse_records(batch, NOON)
        again = await parser.parse_records(batch[:1], NOON)
        bodies = [article.body for article in (*parsed.articles, *again.articles)]
        return bodies, [str(problem) for problem in parsed.problems]

    try:
        bodies, problems = asyncio.run(parse())
    finally:
        parser.close()
    assert bodies == ["A first article.", "A third article.", "A first article."]
    assert problems == ["b.txt: the worker process died while reading this page; it is passed over"]


_UNGUARDED = """
import asyncio
from tests.builders import NOON
from tests.test_workers import _record
from monitor.errors import ParseError
from monitor.ports import ParsedArticles
from monitor.story.features import outline_article
from monitor.workers import PoolParser

parser = PoolParser((), processes=1)
try:
    asyncio.run(parser.parse_records([_record("a.txt", "A first article.")], NOON))
except ParseError as error:
    print(error)
finally:
    parser.close()
"""


def test_where_no_worker_can_start_no_page_is_blamed_for_it(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"  # its workers run the script again, and end for that reason
    script.write_text(_UNGUARDED, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(_CHECKOUT)}
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, check=False)
    assert ran.stdout == "no worker process can be started on this machine; try it with fewer, or none\n"


def die_on_feed(source: Source, fetched: Fetched) -> object:
    """A feed that crashes its process."""
    os._exit(1)


def test_a_feed_that_kills_its_worker_is_a_parse_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(_CHECKOUT))
    source = Source(id=SourceId("feed"), kind="feed", address="https://example.org/feed")
    fetched = Fetched(body=b"<rss/>", url=source.address, content_type=None, etag=None, last_modified=None)

    async def parse(parser: PoolParser) -> None:
        with pytest.raises(ParseError, match=r"the worker process died while reading this feed \(6 bytes\)"):
            await parser.parse_feed(source, fetched)

    parser = PoolParser((), processes=1, functions=ParseFunctions(feed="tests.test_workers:die_on_feed"))
    try:
        asyncio.run(parse(parser))
    finally:
        parser.close()


def test_the_main_process_loads_nothing_that_only_workers_use() -> None:
    script = f"import sys, monitor.service; print([name for name in {_HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], cwd=_CHECKOUT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_table_of_commands_loads_none_of_them() -> None:
    script = (
        "import sys, monitor.cli\n"
        "loaded = [name for name in sys.modules if name.startswith('monitor.') or name in ('sqlalchemy', 'aiohttp')]\n"
        "print(sorted(loaded))"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=_CHECKOUT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['monitor.cli', 'monitor.cli.help', 'monitor.errors', 'monitor.loading']"
