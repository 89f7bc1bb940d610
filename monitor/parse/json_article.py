"""One JSON object to article parts: our own Article JSON, and the names other exports use for the same things."""

import json
from typing import Any

from monitor.errors import ParseError
from monitor.model import Image
from monitor.parse.charset import clean_text, repair_text
from monitor.parse.fragment import html_to_line, html_to_paragraphs
from monitor.parse.parts import Parts

_TITLE = ("title", "headline", "name")
_BODY = ("body", "text", "content", "content_html", "content_text", "articleBody", "maintext", "full_text")
_STANDFIRST = ("standfirst", "summary", "description", "abstract", "subtitle", "lead", "snippet")
_URL = ("url", "link", "canonical_url", "permalink", "source_url")
_PUBLISHED = (
    "published_raw", "published", "published_at", "date_published", "datePublished", "publication_date", "publish_date",
    "date", "pubDate", "pub_date", "timestamp", "created_at", "time",
)  # fmt: skip
_UPDATED = ("updated", "updated_at", "date_modified", "dateModified", "modified")
_LANGUAGE = ("language", "lang", "inLanguage")
_AUTHORS = ("authors", "author", "byline", "creator")
_IMAGES = ("images", "image")
_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


def read_json_article(text: str) -> Parts:
    """The parts of one JSON object; ParseError says what stands there instead."""
    data = _load(text)
    return _read_own(data) if _is_own(data) else _read_foreign(data)


def _is_own(data: dict[str, Any]) -> bool:
    """Whether this is an article as `monitor normalise` prints it: clean text, to be taken to the letter."""
    fingerprint = data.get("fingerprint")
    return isinstance(fingerprint, str) and ":" in fingerprint and "published_precision" in data


def _read_own(data: dict[str, Any]) -> Parts:
    body = _find_text(data, ("body",))
    return Parts(
        title=_find_text(data, ("title",)),
        standfirst=_find_text(data, ("standfirst",)),
        authors=tuple(name for name in _find(data, ("authors",)) or () if isinstance(name, str)),
        published=_find_text(data, ("published_raw", "published")),
        updated=_find_text(data, ("updated",)),
        images=_read_images(_find(data, ("images",))),
        paragraphs=tuple(body.split("\n\n")) if body else (),
        language=_find_text(data, ("language",)),
        url=_find_text(data, ("url",)),
    )


def _read_foreign(data: dict[str, Any]) -> Parts:
    return Parts(
        title=html_to_line(_repaired(_find_text(data, _TITLE))),
        standfirst=" ".join(html_to_paragraphs(_repaired(_find_text(data, _STANDFIRST)))) or None,
        authors=_read_authors(_find(data, _AUTHORS)),
        published=_find_text(data, _PUBLISHED),
        updated=_find_text(data, _UPDATED),
        images=_read_images(_find(data, _IMAGES)),
        paragraphs=_read_body(data),
        language=_find_text(data, _LANGUAGE),
        url=_find_text(data, _URL),
    )


def _load(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, strict=False)
    except RecursionError as error:
        raise ParseError("JSON nested too deeply, expected an object with the fields of an article") from error
    except ValueError as error:
        raise ParseError(f"not JSON ({error}), expected an object with the fields of an article") from error
    if not isinstance(data, dict):
        raise ParseError(f"found {_kind(data)}, expected an object with the fields of an article")
    return data


def _find(data: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((data[name] for name in names if data.get(name) not in (None, "", [], {})), None)


def _find_text(data: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of the fields that holds a text; a number counts as one (an epoch, a headline such as 1984)."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and value.strip():
            return clean_text(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
    return None


def _read_body(data: dict[str, Any]) -> tuple[str, ...]:
    value = _find(data, _BODY)
    if value is None:
        return ()
    pieces = value if isinstance(value, list) else [value]
    if not all(isinstance(piece, str) for piece in pieces):
        name = next(name for name in _BODY if data.get(name) is value)
        raise ParseError(f'field "{name}" is {_kind(value)}, expected a text or a list of texts')
    return tuple(paragraph for piece in pieces for paragraph in html_to_paragraphs(repair_text(piece)))


def _repaired(text: str | None) -> str | None:
    """Mojibake that a foreign export wrote as escapes was not to be seen when the line was decoded."""
    return repair_text(text) if text else None


def _read_authors(value: Any) -> tuple[str, ...]:
    people = value if isinstance(value, list) else [value]
    names = [person.get("name") if isinstance(person, dict) else person for person in people]
    return tuple(line for name in names if isinstance(name, str) and (line := html_to_line(name)))


def _read_images(value: Any) -> tuple[Image, ...]:
    nodes = value if isinstance(value, list) else [value]
    return tuple(
        Image(caption=_find_text(node, ("caption", "alt", "title")), credit=_find_text(node, ("credit", "copyright")))
        for node in nodes
        if isinstance(node, dict)
    )


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "null")
