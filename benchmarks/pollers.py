"""Programs that poll the same feeds, each in a process of its own that does one update for each line on its stdin.

    python -m benchmarks.pollers monitor|reader|floor DIRECTORY PORT FEEDS

After each update a line of JSON tells its seconds and how many entries were new. rss2email has no such process: it is
its own command, run once for an update, as its users do. The floor is no program that anybody uses, but what is left of
one when nothing is done with the entries: what a reader in Python with these libraries cannot do without.
"""

import asyncio
import io
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import aiohttp
import feedparser
import yaml
from reader import make_reader

from benchmarks.corpus import make_language, make_simple_rules, write_rule_file
from monitor.app import World, open_pipeline
from monitor.cli.logs import configure_logs
from monitor.clock import utc_now
from monitor.config.project import load_project
from monitor.live import spare_collector
from monitor.pipeline import poll_all_due, register_sources

_RULES = 1_000
# Whoever polls a server of their own need not spare it: the pace of a domain, and the guard, are told so.
_SETTINGS = {
    "allow_private": ["127.0.0.1/32"],
    "languages": ["en", "de", "fr", "ru"],
    "poll": {"concurrency": 256, "per_domain": 100, "gap": "0s"},
}
_WORKERS = 4
_AT_ONCE = 100


def write_project(directory: Path, port: int, feeds: int) -> None:
    """A configuration as an operator would write it, with a thousand rules and a subscriber."""
    documents = {
        "monitor.yaml": _SETTINGS,
        "sources.yaml": {
            "version": 1,
            "sources": {f"paper-{n}": {"feed": _address(port, n), "language": "en"} for n in range(feeds)},
        },
        "people.yaml": {
            "version": 1,
            "subscribers": {"desk": {"email": "desk@example.org"}},
            "routes": [{"to": ["desk"], "send": {"hourly": True}}],
        },
    }
    (directory / "config").mkdir()
    (directory / "rules").mkdir()
    for name, document in documents.items():
        (directory / "config" / name).write_text(yaml.safe_dump(document), encoding="utf-8")
    rules = write_rule_file(make_simple_rules(make_language(), _RULES))
    (directory / "rules" / "rules.json").write_text(rules, encoding="utf-8")


async def poll_by_monitor(directory: Path) -> None:
    """Ours: what `monitor run --once` does to poll, with the process pool and the matching of rules."""
    configure_logs()
    project = load_project(directory / "config", directory / "rules", {})
    hours = 0
    world = World(clock=lambda: utc_now() + timedelta(hours=hours))
    async with open_pipeline(project, directory / "data", world) as (ports, plan):
        await register_sources(ports, plan)
        spare_collector()  # as the service does when it has loaded what it works with
        while await asyncio.to_thread(sys.stdin.readline):
            began = perf_counter()
            stored = await poll_all_due(ports, plan)
            failed = [each.error for each in stored if each.error]
            _report(began, sum(len(each.articles) for each in stored), sum(len(each.matches) for each in stored))
            assert len(stored) == len(plan.sources), f"{len(stored)} polled"
            assert not failed, failed[:3]
            hours += 1


def poll_by_reader(directory: Path, port: int, feeds: int) -> None:
    """lemon24/reader with four workers."""
    reader = make_reader(str(directory / "reader.sqlite3"))
    for number in range(feeds):
        reader.add_feed(_address(port, number))
    before = 0
    while sys.stdin.readline():
        began = perf_counter()
        reader.update_feeds(scheduled=False, workers=_WORKERS)
        seconds = perf_counter() - began
        total = reader.get_entry_counts().total or 0
        _report(perf_counter() - seconds, total - before)
        before = total


class Floor:
    """aiohttp with the validators of the last answer, feedparser as we call it, and a row for each entry."""

    def __init__(self, session: aiohttp.ClientSession, rows: sqlite3.Connection) -> None:
        self._session = session
        self._rows = rows
        self._validators: dict[str, dict[str, str]] = {}
        rows.execute("CREATE TABLE entries (feed, id, title, content, PRIMARY KEY (feed, id))")

    async def update(self, feeds: Iterator[str]) -> int:
        """Poll these feeds, one after another; how many entries were new."""
        return sum([await self._poll(feed) for feed in feeds])

    async def _poll(self, feed: str) -> int:
        async with self._session.get(feed, headers=self._validators.get(feed)) as answer:
            body = await answer.read()
        if not body:
            return 0
        self._validators[feed] = {
            "If-None-Match": answer.headers["ETag"],
            "If-Modified-Since": answer.headers["Last-Modified"],
        }
        parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        entries = [(feed, entry.id, entry.title, entry.content[0].value) for entry in parsed.entries]
        with self._rows:
            return self._rows.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)", entries).rowcount


async def poll_by_floor(directory: Path, port: int, feeds: int) -> None:
    """As many requests at once as ours makes."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    with closing(sqlite3.connect(directory / "floor.sqlite3")) as rows:
        rows.execute("PRAGMA journal_mode = WAL")
        async with aiohttp.ClientSession(connector=connector) as session:
            floor = Floor(session, rows)
            while await asyncio.to_thread(sys.stdin.readline):
                began = perf_counter()
                addresses = (_address(port, number) for number in range(feeds))
                new = await asyncio.gather(*(floor.update(addresses) for _ in range(_AT_ONCE)))
                _report(began, sum(new))


def write_rss2email(directory: Path, port: int, feeds: int) -> list[str]:
    """A configuration of rss2email that writes mails into a directory; the command that does one update."""
    lines = [
        "[DEFAULT]",
        "from = news@example.org",
        "to = desk@example.org",
        "email-protocol = maildir",
        f"maildir-path = {directory / 'mail'}",
        "maildir-mailbox = inbox",
        "same-server-fetch-interval = 0",
        "verbose = warning",
    ]
    for number in range(feeds):
        lines += [f"[feed.paper-{number}]", f"url = {_address(port, number)}"]
    (directory / "mail").mkdir()
    settings = directory / "rss2email.cfg"
    settings.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-c", "from rss2email.main import run; run()"]
    return [*command, "-c", str(settings), "-d", str(directory / "rss2email.json"), "run"]


def _address(port: int, number: int) -> str:
    return f"http://127.0.0.1:{port}/{number}"


def _report(began: float, entries: int, matches: int | None = None) -> None:
    print(json.dumps({"seconds": perf_counter() - began, "entries": entries, "matches": matches}), flush=True)


def main(name: str, directory: str, port: str, feeds: str) -> None:
    """Poll until stdin ends."""
    if name == "reader":
        poll_by_reader(Path(directory), int(port), int(feeds))
    elif name == "floor":
        asyncio.run(poll_by_floor(Path(directory), int(port), int(feeds)))
    else:
        write_project(Path(directory), int(port), int(feeds))
        os.chdir(directory)
        asyncio.run(poll_by_monitor(Path(directory)))


if __name__ == "__main__":
    main(*sys.argv[1:])
