"""Files that are one record each: a text, a page, a mail, a saved feed."""

from collections.abc import Callable, Iterator

from monitor.model import RecordFormat
from monitor.sources.contract import ArchiveFormat, Found, Member, Reading
from monitor.sources.limits import ArchiveError, read_bounded
from monitor.sources.mail import mail_record


def _page_reader(format_: RecordFormat) -> Callable[[Member, Reading], Iterator[Found]]:
    def read(member: Member, reading: Reading) -> Iterator[Found]:
        data = read_bounded(member.stream, reading.limits.record)
        if not data:
            raise ArchiveError("is empty")
        yield reading.record(member, data, format_)

    return read


def _read_mail(member: Member, reading: Reading) -> Iterator[Found]:
    data = read_bounded(member.stream, reading.limits.record)
    if not data:
        raise ArchiveError("is empty")
    yield mail_record(member, reading, data)


TEXT = ArchiveFormat(name="text", suffixes=(".txt",), read=_page_reader("text"), is_small=True)
HTML = ArchiveFormat(
    name="HTML",
    suffixes=(".html", ".htm", ".xhtml"),
    read=_page_reader("html"),
    magics=(b"<!doctype html", b"<html"),
    is_small=True,
)
FEED = ArchiveFormat(
    name="feed",
    suffixes=(".xml", ".rss", ".atom", ".rdf"),
    read=_page_reader("feed"),
    magics=(b"<?xml", b"<rss", b"<feed"),
    is_small=True,
)
MAIL = ArchiveFormat(name="mail", suffixes=(".eml",), read=_read_mail, is_small=True)
