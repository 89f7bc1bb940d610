"""Polling beside two other feed readers: the same update of the same feeds, by turns, from one server on loopback.

    python -m benchmarks.poll                    2,000 feeds, three rounds, as in docs/performance.md
    python -m benchmarks.poll --feeds 500 --rounds 1

Nine feeds in ten answer 304; one in ten has five new entries of full text. Ours stores, matches a thousand rules, tells
stories and raises alerts; the others store (reader) or write mails (rss2email). Beside them the floor shows what
requests, feedparser and a row for each entry cost by themselves. Needs the extra `bench`, and Linux.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

from benchmarks.feed_server import CHANGING_ONE_IN, NEW_ENTRIES
from benchmarks.pollers import write_rss2email
from benchmarks.processes import cpu_seconds, peak_megabytes

_AIM = 3.0
_PEERS = ("reader", "rss2email")
_NAMES = ("monitor", *_PEERS, "floor")


@dataclass(frozen=True)
class Update:
    """What one update took; `cpu` is that of all its processes together."""

    seconds: float
    cpu: float
    entries: int | None = None
    matches: int | None = None


@dataclass
class Figures:
    """Every timed update of one program, and the peak memory of its main and its other processes in megabytes."""

    updates: list[Update] = field(default_factory=list)
    main_peak: float = 0.0
    others_peak: float = 0.0


class Poller(Protocol):
    """A program under measurement."""

    def update(self) -> Update:
        """Poll every feed once."""

    def peaks(self) -> tuple[float, float]:
        """The peak memory of its main process, and of its others together."""


class Process:
    """A poller that stays alive between updates, as a service does."""

    def __init__(self, name: str, directory: Path, port: int, feeds: int) -> None:
        self._log = (directory / "log").open("w")
        command = [sys.executable, "-m", "benchmarks.pollers", name, str(directory), str(port), str(feeds)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )

    def update(self) -> Update:
        """See Poller."""
        assert self._process.stdin
        assert self._process.stdout
        before = cpu_seconds(self._process.pid)
        with suppress(BrokenPipeError):
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(Path(self._log.name).read_text()[-3000:])
        found: dict[str, Any] = json.loads(line)
        return Update(cpu=cpu_seconds(self._process.pid) - before, **found)

    def peaks(self) -> tuple[float, float]:
        """See Poller."""
        peaks = peak_megabytes(self._process.pid)
        main = peaks.pop(self._process.pid)
        return main, sum(peaks.values())

    def close(self) -> None:
        """End it."""
        self._process.communicate()
        self._log.close()


class Command:
    """A poller that is started for each update. The first one only remembers what is there."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._command = command
        self._log = log
        self._peak = 0.0
        self._is_first = True

    def update(self) -> Update:
        """See Poller."""
        command = [*self._command, "--no-send"] if self._is_first else self._command
        self._is_first = False
        began = perf_counter()
        with self._log.open("a") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(self._log.read_text()[-3000:])
        self._peak = max(self._peak, usage.ru_maxrss / 1024)
        return Update(seconds=perf_counter() - began, cpu=usage.ru_utime + usage.ru_stime)

    def peaks(self) -> tuple[float, float]:
        """See Poller."""
        return self._peak, 0.0


@contextmanager
def serve_feeds(feeds: int) -> Iterator[int]:
    """The server in a process of its own; its port."""
    command = [sys.executable, "-m", "benchmarks.feed_server", str(feeds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield int(server.stdout.readline())
        server.communicate()


def measure(feeds: int, rounds: int, names: tuple[str, ...]) -> dict[str, Figures]:
    """Each of the programs takes its turn in each round; the first round, in which everything is new, is not timed."""
    figures = {name: Figures() for name in names}
    with ExitStack() as stack:
        port = stack.enter_context(serve_feeds(feeds))
        pollers = {name: _start(stack, name, port, feeds) for name in names}
        for number in range(rounds + 1):
            for name, poller in pollers.items():
                update = poller.update()
                if number:
                    figures[name].updates.append(update)
            urllib.request.urlopen(f"http://127.0.0.1:{port}/next").close()
        for name, poller in pollers.items():
            figures[name].main_peak, figures[name].others_peak = poller.peaks()
    return figures


def _start(stack: ExitStack, name: str, port: int, feeds: int) -> Poller:
    directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    if name == "rss2email":
        return Command(write_rss2email(directory, port, feeds), directory / "log")
    process = Process(name, directory, port, feeds)
    stack.callback(process.close)
    return process


def print_figures(figures: dict[str, Figures], feeds: int) -> None:
    """One line for each program; rates are medians of the rounds."""
    print(f"{'':10} {'feeds/s':>8} {'CPU ms a feed':>14} {'peak MB':>14} {'new entries':>12} {'matches':>8}")
    rates = {}
    for name, found in figures.items():
        rates[name] = feeds / statistics.median(update.seconds for update in found.updates)
        cpu = 1000 * statistics.median(update.cpu for update in found.updates) / feeds
        peak = f"{found.main_peak:.0f}" + (f" + {found.others_peak:.0f}" if found.others_peak else "")
        last = found.updates[-1]
        shown = [str(count) if count is not None else "–" for count in (last.entries, last.matches)]
        print(f"{name:10} {rates[name]:8.0f} {cpu:14.2f} {peak:>14} {shown[0]:>12} {shown[1]:>8}")
    expected = feeds // CHANGING_ONE_IN * NEW_ENTRIES
    print(f"expected: {expected} new entries a round")
    peers = [rate for name, rate in rates.items() if name in _PEERS]
    if peers and "monitor" in rates:
        print(f"ours beside the faster of the others: {rates['monitor'] / max(peers):.1f} times (aim: {_AIM:g})")


def main() -> None:
    """The table on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=_NAMES, help="leave the others out")
    given = parser.parse_args()
    names = tuple(given.only or _NAMES)
    print_figures(measure(given.feeds, given.rounds, names), given.feeds)


if __name__ == "__main__":
    main()
