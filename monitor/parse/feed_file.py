"""A feed or sitemap that was saved to a file: its entries, as if it had just been fetched, however many they are."""

from dataclasses import replace

from monitor.errors import Problem
from monitor.model import Entry, Fetched, Record, Source
from monitor.parse.entries import CUT_OFF, parse_feed
from monitor.ports import ParsedFeed

_NO_ENTRIES = "holds no entries; an index of sitemaps only says where they are"


def parse_feed_file(record: Record) -> ParsedFeed:
    """All its entries that say anything, of a sitemap the old ones, too. ParseError names what the file is instead."""
    source = Source(id=record.source, kind="sitemap", address=record.name)
    fetched = Fetched(
        body=record.data, url=record.url or "", content_type=record.content_type, etag=None, last_modified=None
    )
    feed = parse_feed(source, fetched, most=None)
    entries = tuple(entry for entry in feed.entries if not _is_address(entry))
    problems = (*(_place(each, record) for each in feed.problems), *_note(record, feed.entries, len(entries)))
    return replace(feed, entries=entries, problems=problems)


def name_entry(record: Record, number: int, entry: Entry) -> str:
    """How people find an entry in its file: by its number, and by the page that it leads to."""
    place = f"{record.name} entry {number}"
    return f"{place} {entry.url}" if entry.url else place


def _is_address(entry: Entry) -> bool:
    """Whether it only says where a page is, as those of plain sitemaps do."""
    return bool(entry.url) and not (entry.title or entry.summary or entry.content)


def _note(record: Record, entries: tuple[Entry, ...], kept: int) -> tuple[Problem, ...]:
    if not entries:
        return (Problem(record.name, 0, 0, _NO_ENTRIES, "note"),)
    if kept < len(entries):
        message = f"addresses of pages without any text: {len(entries) - kept:,}"
        return (Problem(record.name, 0, 0, message, "note"),)
    return ()


def _place(problem: Problem, record: Record) -> Problem:
    """What is wrong with a feed is mended by its next poll; a file has none, and has to be named."""
    if problem.message == CUT_OFF:
        return Problem(record.name, 0, 0, "the feed is cut off; its last entry is passed over")
    return replace(problem, file=record.name)
