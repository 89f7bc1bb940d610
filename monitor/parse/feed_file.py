"""A feed or sitemap that was saved to a file: its entries, as if it had just been fetched."""

from dataclasses import replace

from monitor.errors import Problem
from monitor.model import Fetched, Record, Source
from monitor.parse.entries import CUT_OFF, parse_feed
from monitor.ports import ParsedFeed


def parse_feed_file(record: Record) -> ParsedFeed:
    """All its entries, of a sitemap the old ones, too. ParseError names what the file is instead."""
    source = Source(id=record.source, kind="feed", address=record.name)
    fetched = Fetched(
        body=record.data, url=record.url or "", content_type=record.content_type, etag=None, last_modified=None
    )
    feed = parse_feed(source, fetched)
    return replace(feed, problems=tuple(_place(each, record) for each in feed.problems))


def _place(problem: Problem, record: Record) -> Problem:
    """What is wrong with a feed is mended by its next poll; a file has none, and has to be named."""
    if problem.message == CUT_OFF:
        return Problem(record.name, 0, 0, "the feed is cut off; its last entry is passed over")
    return replace(problem, file=record.name)
