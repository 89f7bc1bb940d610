"""What every reader (plain text, page, feed fragment, JSON) hands to monitor.parse.article: the parts as found."""

from dataclasses import dataclass

from monitor.model import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one page, still in the publisher's words: clean lines, raw dates, unknown parts None or empty.

    `language` is only a prior, what the publisher declared; detection decides.
    """

    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    images: tuple[Image, ...] = ()
    paragraphs: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    utc_offset: int | None = None
