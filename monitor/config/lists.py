"""Lists of feeds to sources and back: which of them are new, under which ids, with which tags."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.config.checks import check_url, describe_found
from monitor.config.edit import identify_address, iter_addresses, list_shapes
from monitor.config.models import SourceShape
from monitor.config.secrets import is_reference
from monitor.errors import Problem
from monitor.parse.opml import ListedFeed
from monitor.text.durations import format_duration
from monitor.text.languages import LANGUAGES

_LONGEST_ID = 60


@dataclass(slots=True)
class ImportPlan:
    """The sources to add, by id; the addresses that are sources already; and what is none."""

    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def plan_import(directory: Path, feeds: Iterable[ListedFeed], tags: tuple[str, ...], name: str) -> ImportPlan:
    """What of a list becomes a source: each address once, each id new."""
    known = {address for _, address in iter_addresses(directory)}
    ids = {source for source, _ in list_shapes(directory)}
    plan = ImportPlan()
    for feed in feeds:
        url = "http" + feed.url.removeprefix("feed") if feed.url.startswith("feed://") else feed.url
        identity = identify_address(url)
        if identity in known:
            plan.known.append(url)
            continue
        try:
            check_url(url)
        except ValueError as error:
            plan.problems.append(Problem(name, feed.line, 0, f"{describe_found(url)}: {error}", "warning"))
            continue
        source = _free_id(feed, url, ids)
        known.add(identity)
        ids.add(source)
        plan.sources[source] = _fields(feed, url, tags)
    return plan


def export_list(directory: Path) -> tuple[tuple[ListedFeed, ...], tuple[Problem, ...]]:
    """The feeds and sitemaps of the configuration, and those left out because their address is a secret."""
    feeds: list[ListedFeed] = []
    problems: list[Problem] = []
    for source, shape in list_shapes(directory):
        address = shape.feed or shape.sitemap
        if address is None:
            continue
        if is_reference(address):
            message = f'source "{source}" is left out: its address is a secret'
            problems.append(Problem("", 0, 0, message, "warning"))
            continue
        options = {key: text for key, write in _OPTIONS.items() if (text := write(shape))}
        feeds.append(ListedFeed(title=source, url=address, tags=shape.tags, options=options))
    return tuple(feeds), tuple(problems)


# What travels in a list besides address and tags: how each is written, and what it is read as.
_OPTIONS: Mapping[str, Callable[[SourceShape], str | None]] = {
    "kind": lambda shape: "sitemap" if shape.sitemap else None,
    "language": lambda shape: shape.language,
    "country": lambda shape: shape.country,
    "tier": lambda shape: str(shape.tier) if shape.tier else None,
    "every": lambda shape: format_duration(shape.every) if shape.every else None,
    "full_text": lambda shape: shape.full_text if shape.full_text != "auto" else None,
    "alert_backlog": lambda shape: "true" if shape.alert_backlog else None,
    "paused": lambda shape: "true" if shape.paused else None,
}
_TEXTS = frozenset({"country", "every", "full_text"})
_FLAGS = frozenset({"alert_backlog", "paused"})


def _fields(feed: ListedFeed, url: str, tags: tuple[str, ...]) -> dict[str, Any]:
    options = feed.options
    fields: dict[str, Any] = {"sitemap" if options.get("kind") == "sitemap" else "feed": url}
    if given := list(dict.fromkeys((*feed.tags, *tags))):
        fields["tags"] = given
    language = options.get("language", "").lower()[:2]
    if language in LANGUAGES:
        fields["language"] = language
    if options.get("tier", "").isdecimal() and int(options["tier"]) >= 1:
        fields["tier"] = int(options["tier"])
    fields |= {key: options[key] for key in sorted(_TEXTS) if options.get(key)}
    return fields | {key: True for key in sorted(_FLAGS) if options.get(key) == "true"}


def _free_id(feed: ListedFeed, url: str, taken: set[str]) -> str:
    """An id from the title, else from the host, that no source has."""
    base = _slug(feed.title or "") or _slug((urlsplit(url).hostname or "").removeprefix("www.")) or "feed"
    number = 1
    while (candidate := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return candidate


def _slug(text: str) -> str:
    """Lower-case words with hyphens; empty where too little of the text is Latin to name anything."""
    letters = sum(letter.isalnum() for letter in text)
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text)[:_LONGEST_ID].strip("-")
    return words if sum(letter.isalnum() for letter in words) * 2 > min(letters, _LONGEST_ID) else ""
