"""Which articles a rule looks at, apart from what they say: a table of filters, each by its key.

What is not known passes everywhere: an article of unknown language, a source without a tier, an article that comes
from no configured source at all. A filter that took silence for a no would miss in silence.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import ClassVar

from monitor.match.nodes import Node
from monitor.match.view import ArticleView, primary_language
from monitor.text.durations import format_duration, parse_duration
from monitor.text.languages import find_language_fault

_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Filter(ABC):
    """One condition of a `where`."""

    key: ClassVar[str]

    @abstractmethod
    def passes(self, view: ArticleView) -> bool:
        """Whether the article may go on."""

    @abstractmethod
    def describe(self) -> str:
        """The condition in words."""

    @abstractmethod
    def find_value(self, view: ArticleView) -> str | None:
        """What of the article it looked at, in words; None when that is unknown."""


@dataclass(frozen=True, slots=True)
class LanguageFilter(Filter):
    """Articles in one of these languages."""

    key: ClassVar[str] = "language"
    languages: tuple[str, ...]

    def passes(self, view: ArticleView) -> bool:
        return view.language is None or view.language in self.languages

    def describe(self) -> str:
        return " or ".join(self.languages)

    def find_value(self, view: ArticleView) -> str | None:
        return view.language


@dataclass(frozen=True, slots=True)
class SourceFilter(Filter):
    """Articles of sources whose id fits one of these patterns."""

    key: ClassVar[str] = "source"
    patterns: tuple[str, ...]

    def passes(self, view: ArticleView) -> bool:
        source = view.article.source
        return not source or any(fnmatchcase(source, pattern) for pattern in self.patterns)

    def describe(self) -> str:
        return " or ".join(self.patterns)

    def find_value(self, view: ArticleView) -> str | None:
        return view.article.source or None


@dataclass(frozen=True, slots=True)
class TagsFilter(Filter):
    """Articles of sources that carry one of these tags."""

    key: ClassVar[str] = "source_tags"
    tags: tuple[str, ...]

    def passes(self, view: ArticleView) -> bool:
        return view.source is None or not set(self.tags).isdisjoint(view.source.tags)

    def describe(self) -> str:
        return " or ".join(self.tags)

    def find_value(self, view: ArticleView) -> str | None:
        return None if view.source is None else ", ".join(view.source.tags) or "none"


@dataclass(frozen=True, slots=True)
class TierFilter(Filter):
    """Articles of sources of one of these tiers."""

    key: ClassVar[str] = "tier"
    tiers: tuple[int, ...]

    def passes(self, view: ArticleView) -> bool:
        return view.source is None or view.source.tier is None or view.source.tier in self.tiers

    def describe(self) -> str:
        return " or ".join(map(str, self.tiers))

    def find_value(self, view: ArticleView) -> str | None:
        return None if view.source is None or view.source.tier is None else str(view.source.tier)


@dataclass(frozen=True, slots=True)
class CountryFilter(Filter):
    """Articles of sources in one of these countries."""

    key: ClassVar[str] = "country"
    countries: tuple[str, ...]

    def passes(self, view: ArticleView) -> bool:
        return view.source is None or view.source.country is None or view.source.country.upper() in self.countries

    def describe(self) -> str:
        return " or ".join(self.countries)

    def find_value(self, view: ArticleView) -> str | None:
        return view.source.country if view.source else None


@dataclass(frozen=True, slots=True)
class WordsFilter(Filter):
    """Articles of so many words in title, standfirst and body."""

    key: ClassVar[str] = "words"
    at_least: int = 0
    at_most: int | None = None

    def passes(self, view: ArticleView) -> bool:
        return self.at_least <= view.word_count and (self.at_most is None or view.word_count <= self.at_most)

    def describe(self) -> str:
        least = [f"at least {self.at_least}"] if self.at_least else []
        return " and ".join(least + ([] if self.at_most is None else [f"at most {self.at_most}"]))

    def find_value(self, view: ArticleView) -> str | None:
        return str(view.word_count)


@dataclass(frozen=True, slots=True)
class FreshnessFilter(Filter):
    """Articles that were so young, by their own date, when a live source first showed them."""

    key: ClassVar[str] = "published_within"
    span: timedelta

    def passes(self, view: ArticleView) -> bool:
        age = self._age_of(view)
        return age is None or age <= self.span

    def describe(self) -> str:
        return format_duration(self.span)

    def find_value(self, view: ArticleView) -> str | None:
        age = self._age_of(view)
        return None if age is None else _round(age)

    @staticmethod
    def _age_of(view: ArticleView) -> timedelta | None:
        """None where the article has no date, or comes from no live source."""
        article = view.article
        if article.published is None or view.source is None or view.source.kind == "archive":
            return None
        # Of a day without a time it may have been the last minute.
        last = timedelta(days=1) if article.published_precision == "day" else timedelta()
        return article.fetched_at - article.published - last


@dataclass(frozen=True, slots=True)
class Where:
    """The filters of a rule, all of which an article must pass; none lets every article through."""

    filters: tuple[Filter, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those the rule is limited to; empty when to none."""
        return next((part.languages for part in self.filters if isinstance(part, LanguageFilter)), ())

    def find_refusal(self, view: ArticleView) -> Filter | None:
        """The first filter that keeps an article out, or None when it passes."""
        return next((part for part in self.filters if not part.passes(view)), None)

    def describe(self) -> str:
        """The filters in words."""
        return ", ".join(f"{part.key.replace('_', ' ')} {part.describe()}" for part in self.filters) or "any article"


def read_where(node: Node) -> Where:
    """The filters with what of them could be read."""
    parts = node.read_mapping(tuple(FILTERS), "filter")
    if node.value == {}:
        node.report("expected filters, found an empty mapping")
    found = (FILTERS[key](part) for key, part in parts.items())
    return Where(tuple(part for part in found if part is not None))


def _read_language(node: Node) -> Filter | None:
    languages = _read_texts(node, "a language code", "a list of languages")
    faults = [fault for language in languages if (fault := find_language_fault(language))]
    for fault in faults:
        node.report(fault)
    found = tuple(dict.fromkeys(primary_language(language.strip()) for language in languages))
    return LanguageFilter(found) if found and not faults else None


def _read_source(node: Node) -> Filter | None:
    patterns = _read_texts(node, "the id of a source, or a pattern such as reuters-*", "a list of sources")
    return SourceFilter(patterns) if patterns else None


def _read_tags(node: Node) -> Filter | None:
    tags = _read_texts(node, "a tag", "a list of tags")
    return TagsFilter(tags) if tags else None


def _read_tier(node: Node) -> Filter | None:
    entries = (node,) if isinstance(node.value, int) else node.read_list("a tier, or a list of tiers")
    tiers = tuple(tier for entry in entries if (tier := entry.read_count("a tier, counted from 1", least=1)))
    return TierFilter(tiers) if tiers else None


def _read_country(node: Node) -> Filter | None:
    countries = _read_texts(node, "a country's code of two letters, such as GB", "a list of countries")
    wrong = [country for country in countries if not _COUNTRY.fullmatch(country.upper())]
    for country in wrong:
        node.report(f'"{country}" is not a country\'s code of two letters, such as GB')
    return CountryFilter(tuple(country.upper() for country in countries)) if countries and not wrong else None


def _read_words(node: Node) -> Filter | None:
    parts = node.read_mapping(("at_least", "at_most"))
    if not parts:
        if node.value == {}:
            node.report('expected "at_least" or "at_most"')
        return None
    counts = {key: part.read_count("a number of words", least=1) for key, part in parts.items()}
    least, most = counts.get("at_least"), counts.get("at_most")
    if least and most and least > most:
        node.report(f'"at_least" ({least}) is more than "at_most" ({most}), which no article can be')
    return WordsFilter(least or 0, most) if least or most else None


def _read_published_within(node: Node) -> Filter | None:
    written = node.read_text("a duration such as 48h or 3d")
    if written is None:
        return None
    try:
        return FreshnessFilter(parse_duration(written))
    except ValueError as error:
        node.report(str(error))
        return None


def _round(age: timedelta) -> str:
    """In days, hours or minutes, whichever tells enough."""
    for unit, enough in ((timedelta(days=1), 2), (timedelta(hours=1), 2), (timedelta(minutes=1), 0)):
        if age // unit >= enough:
            return format_duration(unit * (age // unit))
    return "0m"


def _read_texts(node: Node, one: str, many: str) -> tuple[str, ...]:
    found = (part.read_text(one) for part in node.read_one_or_more(many))
    return tuple(text for text in found if text)


FILTERS: Mapping[str, Callable[[Node], Filter | None]] = {
    "language": _read_language,
    "source": _read_source,
    "source_tags": _read_tags,
    "tier": _read_tier,
    "country": _read_country,
    "words": _read_words,
    "published_within": _read_published_within,
}
