"""The tests beside a rule: small articles that must, or must not, match it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, get_args

from monitor.match.nodes import Node
from monitor.model import Article, ArticleId, EntryKey, Image, SourceId
from monitor.text.fingerprint import fingerprint_of
from monitor.text.yaml import Position

Verdict = Literal["hit", "miss", "known_miss"]
_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# A test that gives no date is read as if of today, whenever that is: who holds office without an end holds it.
_TODAY = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """One test: its article, what the rule should say of it, and where it is written."""

    verdict: Verdict
    article: Article
    file: str
    position: Position


def read_cases(node: Node) -> tuple[Case, ...]:
    """The tests that can be read."""
    found = [_read_case(entry, f"tests[{number}]") for number, entry in enumerate(node.read_list("a list of tests"))]
    return tuple(case for case in found if case is not None)


def _read_case(node: Node, name: str) -> Case | None:
    parts = node.read_mapping(_VERDICTS, "kind of test")
    if isinstance(node.value, dict) and len(node.value) != 1:
        node.report(f"expected one of hit, miss and known_miss in each test, found {len(node.value)} keys")
        return None
    for verdict in _VERDICTS:
        if verdict in parts:
            article = _read_article(parts[verdict], name)
            return Case(verdict, article, node.document.file, parts[verdict].place()) if article else None
    return None


def _read_article(node: Node, name: str) -> Article | None:
    if isinstance(node.value, dict):
        parts = node.read_mapping(tuple(_FIELDS), "article field")
        if not node.value:
            node.report("expected an article's text or fields, found an empty mapping")
            return None
        fields = {key: _FIELDS[key](part) for key, part in parts.items()}
    else:
        fields = {"body": node.read_text("a text (the article's body) or a mapping of article fields")}
        if fields["body"] is None:
            return None
    return _make_article(name, fields)


def _make_article(name: str, fields: dict[str, Any]) -> Article:
    published = fields.pop("published", None)
    texts = [fields.get(part) for part in ("title", "standfirst", "body")]
    return Article(
        id=ArticleId(name),
        source=SourceId(fields.pop("source", None) or ""),
        key=EntryKey(name),
        fetched_at=_TODAY,
        fingerprint=fingerprint_of(*texts),
        published=published[0] if published else None,
        published_precision=published[1] if published else None,
        **fields,
    )


def _read_published(node: Node) -> tuple[datetime, Literal["day", "second"]] | None:
    value = node.value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC), "day"
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        node.expected("a day such as 2021-04-22, or an instant such as 2021-04-22T08:30:00Z")
        return None
    if instant.tzinfo is None:
        is_day = len(value) == len("2021-04-22")
        return instant.replace(tzinfo=UTC), "day" if is_day else "second"
    return instant.astimezone(UTC), "second"


def _read_texts(node: Node) -> tuple[str, ...]:
    found = (part.read_text() for part in node.read_one_or_more("a list of texts"))
    return tuple(text for text in found if text)


def _read_images(node: Node) -> tuple[Image, ...]:
    images = []
    for entry in node.read_list("a list of images, each with a caption or credit"):
        parts = entry.read_mapping(("caption", "credit"))
        images.append(Image(**{key: part.read_text() for key, part in parts.items()}))
    return tuple(images)


_FIELDS: dict[str, Callable[[Node], Any]] = {
    "title": Node.read_text,
    "standfirst": Node.read_text,
    "body": Node.read_text,
    "language": Node.read_text,
    "url": Node.read_text,
    "source": Node.read_text,
    "published": _read_published,
    "authors": _read_texts,
    "images": _read_images,
}
