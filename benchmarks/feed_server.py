"""A news site of many feeds on loopback, in a process of its own: what pollers are measured on.

    python -m benchmarks.feed_server FEEDS       says its port on stdout, and ends with its stdin

One feed in ten has ten entries of full text, and five of them are new after each `GET /next`; the others have one
entry that never changes. Both validators are sent and honoured.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from benchmarks.corpus import make_articles, make_language
from monitor.model import Article

CHANGING_ONE_IN = 10
NEW_ENTRIES = 5
_ENTRIES = 10
_START = datetime(2026, 3, 1, tzinfo=UTC)


class Site:
    """The feeds as they are in this round."""

    def __init__(self, feeds: int) -> None:
        self._language = make_language()
        self._changing = range(0, feeds, CHANGING_ONE_IN)
        self._articles = {number: self._write(_ENTRIES) for number in self._changing}
        self._bodies = {number: _render(number, self._write(1)) for number in range(feeds)}
        self._round = 0
        self._publish()

    def advance(self) -> None:
        """Five new entries at the top of every changing feed, five old ones gone."""
        self._round += 1
        for number, articles in self._articles.items():
            self._articles[number] = [*self._write(NEW_ENTRIES), *articles][:_ENTRIES]
        self._publish()

    def answer(self, number: int, head: bytes) -> bytes:
        """The answer to a request with this head."""
        changed = self._round if number in self._articles else 0
        etag = b'"%d-%d"' % (number, changed)
        modified = format_datetime(_START + timedelta(hours=changed), usegmt=True).encode()
        validators = b"ETag: " + etag + b"\r\nLast-Modified: " + modified + b"\r\n"
        if etag in head or (b"if-none-match" not in head.lower() and modified in head):
            return b"HTTP/1.1 304 Not Modified\r\n" + validators + b"\r\n"
        body = self._bodies[number]
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\n"
            + validators
            + b"Content-Length: %d\r\n\r\n" % len(body)
            + body
        )

    def _write(self, count: int) -> list[Article]:
        return make_articles(self._language, count, now=_START)

    def _publish(self) -> None:
        for number, articles in self._articles.items():
            self._bodies[number] = _render(number, articles)


def _render(number: int, articles: list[Article]) -> bytes:
    entries = "".join(_render_entry(article) for article in articles)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Paper {number}</title><link>http://127.0.0.1/{number}</link><description>News</description>"
        f"{entries}</channel></rss>"
    ).encode()


def _render_entry(article: Article) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in article.body.split("\n\n")) if article.body else ""
    return (
        f"<item><title>{escape(article.title or '')}</title><link>{escape(article.url or '')}</link>"
        f"<guid>{escape(article.url or '')}</guid><pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate>"
        f"<description>{escape(article.standfirst or '')}</description>"
        f"<content:encoded><![CDATA[{paragraphs}]]></content:encoded></item>"
    )


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with requests that have no body, one after another on one connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].strip(b"/")
            if path == b"next":
                self._site.advance()
                self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            else:
                self._transport.write(self._site.answer(int(path), head))


async def _serve(feeds: int) -> None:
    site, loop = Site(feeds), asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(site), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
