"""Which column or key of a table holds which part of an article: as the operator says, else as its name suggests."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

PARTS = ("id", "title", "body", "standfirst", "published", "updated", "url", "authors", "language", "caption", "credit")
"""The parts that may be mapped."""

# Names without case, spaces, hyphens and underscores; the earlier one wins.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "guid", "articleid", "uid", "docid", "documentid"),
    "title": ("title", "headline", "heading", "articletitle", "name", "titel", "titre", "titulo", "заголовок"),
    "body": ("body", "text", "content", "fulltext", "articlebody", "maintext", "bodytext", "article", "articletext",
             "contenttext", "contenthtml", "texte", "texto", "inhalt", "текст"),
    "standfirst": ("standfirst", "summary", "description", "abstract", "subtitle", "lead", "snippet", "excerpt",
                   "teaser"),
    "published": ("publishedraw", "published", "publishedat", "datepublished", "publicationdate", "publishdate",
                  "publisheddate", "date", "pubdate", "datetime", "timestamp", "createdat", "time", "datum", "fecha",
                  "дата"),
    "updated": ("updated", "updatedat", "datemodified", "modified", "lastmodified"),
    "url": ("url", "link", "canonicalurl", "permalink", "sourceurl", "articleurl", "webpage"),
    "authors": ("authors", "author", "byline", "creator", "writer", "journalist"),
    "language": ("language", "lang", "inlanguage"),
    "caption": ("caption", "imagecaption"),
    "credit": ("credit", "imagecredit", "photocredit"),
}  # fmt: skip
_IGNORED = str.maketrans("", "", " _-.")
_MISSING = object()


def guess_fields(columns: Iterable[str]) -> dict[str, str]:
    """Part → column, for the columns whose names are known."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(column.casefold().translate(_IGNORED), column)
    found = {part: next((by_name[name] for name in names if name in by_name), None) for part, names in _NAMES.items()}
    return {part: column for part, column in found.items() if column is not None}


def map_fields(loaded: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """The object with each part under its own name: `{"title": "headline"}` moves what stands under "headline".

    A dotted name reaches into objects: "article.text". What nobody mapped stays as it is.
    """
    taken = {name.split(".")[0] for name in fields.values() if name not in fields}
    mapped = {key: value for key, value in loaded.items() if key not in taken and key not in fields}
    for part, name in fields.items():
        value = _dig(loaded, name)
        if value is not _MISSING:
            mapped[part] = value
    caption, credit = mapped.pop("caption", None), mapped.pop("credit", None)
    if caption or credit:
        mapped["images"] = [{"caption": caption, "credit": credit}]
    return mapped


def encode(data: Any) -> bytes:
    """The JSON text that a record carries."""
    return json.dumps(data).encode()


def _dig(loaded: Any, name: str) -> Any:
    if isinstance(loaded, Mapping) and name in loaded:
        return loaded[name]
    head, dot, rest = name.partition(".")
    if dot and isinstance(loaded, Mapping) and head in loaded:
        return _dig(loaded[head], rest)
    return _MISSING
