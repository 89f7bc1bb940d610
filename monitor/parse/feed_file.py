"""A feed or sitemap that was saved to a file: its entries, as if it had just been fetched."""

from monitor.model import Fetched, Record, Source
from monitor.parse.entries import parse_feed
from monitor.ports import ParsedFeed


def parse_feed_file(record: Record) -> ParsedFeed:
    """All its entries, of a sitemap the old ones, too. ParseError names what the file is instead."""
    source = Source(id=record.source, kind="feed", address=record.name)
    fetched = Fetched(
        body=record.data, url=record.url or "", content_type=record.content_type, etag=None, last_modified=None
    )
    return parse_feed(source, fetched)
