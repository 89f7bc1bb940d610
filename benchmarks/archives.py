"""What reading archives costs: WARC files beside fastwarc alone, and imports with one worker and with two.

    python -m benchmarks.archives warc       CPU seconds of our reader beside fastwarc's, interleaved, and their ratio
    python -m benchmarks.archives import     seconds of `monitor import` with no, one and two workers

Both make their archive first. A ratio within one run is the result; seconds depend on the machine.
"""

import gzip
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from fastwarc.warc import ArchiveIterator

from monitor.model import Record, Source, SourceId
from monitor.sources.archive import FileArchive

_PAGES = 2_000
_PARAGRAPHS = 30
# With them a page has about 50 KB, as small pages of news sites have.
_LINKS = 400
_ROUNDS = 7
_IMPORTED = 600


def make_pages(count: int, paragraphs: int) -> Iterator[bytes]:
    """Pages of made-up words, so that they pack about as well as news does."""
    dice = random.Random(1)
    words = ["".join(dice.choices("aeioubcdfglmnprst", k=dice.randint(2, 9))) for _ in range(4_000)]
    for number in range(count):
        body = "".join(f"<p>{' '.join(dice.choices(words, k=60)).capitalize()}.</p>\n" for _ in range(paragraphs))
        title = " ".join(dice.choices(words, k=8)).capitalize()
        links = "".join(
            f'<li class="menu-item item-{dice.randrange(9999)}"><a href="/{"-".join(dice.choices(words, k=5))}">'
            f"{' '.join(dice.choices(words, k=4))}</a></li>\n"
            for _ in range(_LINKS)
        )
        yield (
            f"<!doctype html><html lang=en><head><title>{title} {number}</title></head>"
            f"<body><nav><ul>{links}</ul></nav><article><h1>{title} {number}</h1>{body}</article></body></html>"
        ).encode()


def write_warc(path: Path, pages: Iterator[bytes]) -> None:
    """One packed record a page."""
    with path.open("wb") as stream:
        for number, page in enumerate(pages):
            block = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n\r\n"
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
                f"WARC-Target-URI: https://example.org/{number}\r\nWARC-Date: 2021-04-22T10:00:00Z\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block) + len(page)}\r\n\r\n"
            )
            stream.write(gzip.compress(head.encode() + block.encode() + page + b"\r\n\r\n", 6))


def read_ours(archive: FileArchive, path: Path) -> int:
    """How many bytes of pages our reader gives, in batches with their checkpoints."""
    source = Source(id=SourceId("archive"), kind="archive", address=str(path))
    return sum(
        len(each.data)
        for part in archive.list_slices(source)
        for batch in archive.iter_batches(source, part)
        for each in batch.found
        if isinstance(each, Record)
    )


def read_fastwarc(path: Path) -> int:
    """The same by fastwarc, headers of HTTP parsed and every page taken whole."""
    with path.open("rb", buffering=256 * 1024) as stream:
        return sum(len(record.reader.read()) for record in ArchiveIterator(stream))


def compare_warc(directory: Path) -> None:
    """Rounds of both, one after the other, and the median of each."""
    path = directory / "pages.warc.gz"
    write_warc(path, make_pages(_PAGES, _PARAGRAPHS))
    seconds: dict[str, list[float]] = {"fastwarc": [], "ours": []}
    # Made once in a process, as it looks for formats that other packages bring.
    readers = (("fastwarc", read_fastwarc), ("ours", partial(read_ours, FileArchive())))
    for _ in range(_ROUNDS):
        for name, read in readers:
            begun = process_time()
            size = read(path)
            seconds[name].append(process_time() - begun)
    print(f"{_PAGES:,} pages, {path.stat().st_size / 1e6:.1f} MB packed, {size / 1e6:.1f} MB of pages")
    for name, each in seconds.items():
        print(f"{name:>9}: {median(each):.3f} s CPU, {_PAGES / median(each):,.0f} records/s")
    print(f"    ratio: {median(seconds['fastwarc']) / median(seconds['ours']):.2f} of fastwarc alone")


# The command itself, which then says what it and its workers have spent.
_TIMED = """
import resource, sys
from monitor.cli import main
try:
    main()
finally:
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        spent = resource.getrusage(who)
        print(spent.ru_utime + spent.ru_stime)
"""


def compare_import(directory: Path) -> None:
    """`monitor import` of the same pages into fresh stores: on a busy machine look at the CPU, not the clock."""
    path = directory / "pages.warc.gz"
    write_warc(path, make_pages(_IMPORTED, 12))
    (directory / "config").mkdir()
    (directory / "config" / "sources.yaml").write_text("version: 1\nsources: {}\n", encoding="utf-8")
    rules = directory / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  rain: {title: Rain, match: {all: [rain]}}\n", encoding="utf-8")
    first = 0.0
    for processes in (0, 1, 2):
        command = [sys.executable, "-c", _TIMED, "import", str(path), "--processes", str(processes)]
        options = ["--config", str(directory / "config"), "--rules", str(rules)]
        begun = perf_counter()
        ran = subprocess.run(
            [*command, *options, "--data", str(directory / f"data-{processes}")],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        elapsed = perf_counter() - begun
        first = first or elapsed
        main, workers = (1000 * float(line) / _IMPORTED for line in ran.stdout.split()[-2:])
        print(
            f"{processes} workers: {elapsed:.1f} s, {first / elapsed:.2f} times as fast as without; "
            f"ms of CPU a page: {main:.1f} here, {workers:.1f} in workers"
        )


def main() -> None:
    """Run what the first argument names."""
    run = {"warc": compare_warc, "import": compare_import}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as directory:
        run(Path(directory))


if __name__ == "__main__":
    main()
