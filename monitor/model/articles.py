"""One clean article, whatever page or record it came from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.ids import ArticleId, EntryKey, SourceId

Precision = Literal["day", "second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture's words; the picture itself is never fetched."""

    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One page as we believe it to be: clean text in NFC, unknown parts None, nothing invented.

    `published` is midnight UTC of its day when `published_precision` is "day". Paragraphs of `body` are separated
    by one blank line and hold no line breaks.
    """

    id: ArticleId
    source: SourceId
    key: EntryKey
    url: str | None = None
    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_precision: Precision | None = None
    published_raw: str | None = None
    updated: datetime | None = None
    images: tuple[Image, ...] = ()
    body: str | None = None
    language: str | None = None
    fetched_at: datetime
    fingerprint: str

    def text_of(self, path: str) -> str | None:
        """The text of a field by its path: "title", "body", "images[0].caption", "authors[1]"; None when absent."""
        return self.fields().get(path)

    def fields(self) -> dict[str, str]:
        """Every searchable text by its path, in reading order; absent parts are left out."""
        texts: dict[str, str | None] = {"title": self.title, "standfirst": self.standfirst}
        for number, image in enumerate(self.images):
            texts[f"images[{number}].caption"] = image.caption
            texts[f"images[{number}].credit"] = image.credit
        texts["body"] = self.body
        texts |= {f"authors[{number}]": author for number, author in enumerate(self.authors)}
        texts["url"] = self.url
        return {path: text for path, text in texts.items() if text}
