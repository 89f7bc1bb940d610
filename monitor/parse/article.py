"""Entries and records to articles: one broken one becomes a problem and never stops the rest.

The readers (plain, page, fragment, json_article) find the parts; here they become what we believe: an identity, a date
that is complete, one language, a fingerprint.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from hashlib import blake2b

from monitor.errors import MonitorError, ParseError, Problem
from monitor.model import Article, ArticleId, Entry, EntryKey, Image, Record, SourceId
from monitor.parse.charset import clean_line, decode_bytes
from monitor.parse.dates import read_date
from monitor.parse.feed_file import name_entry, parse_feed_file
from monitor.parse.fragment import html_to_line, html_to_paragraphs, images_in
from monitor.parse.full_text import join_page
from monitor.parse.json_article import read_json_article
from monitor.parse.language import detect_language, normalise_code
from monitor.parse.mail import read_mail
from monitor.parse.options import ParseOptions
from monitor.parse.page import read_page
from monitor.parse.parts import Parts
from monitor.parse.plain import read_plain
from monitor.parse.urls import clean_url
from monitor.ports import ParsedArticles
from monitor.text.fingerprint import fingerprint_of
from monitor.text.fold import fold_words

_MOST_BYTES = 16_000_000
_HTML_STARTS = ("<!doctype html", "<html", "<?xml")


def parse_entries(entries: Sequence[Entry], fetched_at: datetime, options: ParseOptions) -> ParsedArticles:
    """An article for each entry that has any text, in their order; of one with a page, the page's text."""
    named = ((entry.url or entry.key, partial(_parse_entry, entry, fetched_at, options)) for entry in entries)
    return _parse_each(named)


def parse_records(records: Sequence[Record], fetched_at: datetime, options: ParseOptions) -> ParsedArticles:
    """An article for each record that has any text, in their order; of a feed, one for each entry."""
    parsed = [_parse_file(record, record.fetched_at or fetched_at, options) for record in records]
    return ParsedArticles(
        articles=tuple(article for part in parsed for article in part.articles),
        problems=tuple(problem for part in parsed for problem in part.problems),
    )


def article_id(source: SourceId, key: EntryKey) -> ArticleId:
    """The id of the article that a source has under a key: 32 hexadecimal digits, the same in every run."""
    return ArticleId(blake2b(f"{source}\x00{key}".encode(errors="replace"), digest_size=16).hexdigest())


def _parse_each(named: Iterable[tuple[str, Callable[[], Article]]]) -> ParsedArticles:
    articles: list[Article] = []
    problems: list[Problem] = []
    for name, parse in named:
        try:
            articles.append(parse())
        except MonitorError as error:
            problems.append(Problem(name, 0, 0, str(error)))
        except Exception as error:  # noqa: BLE001 - a parser's bug on one hostile page must not lose the others
            problems.append(Problem(name, 0, 0, f"could not be read ({type(error).__name__}: {str(error)[:200]})"))
    return ParsedArticles(articles=tuple(articles), problems=tuple(problems))


# ------------------------------------------------------------------------------------------------ readers


def _parse_file(record: Record, fetched_at: datetime, options: ParseOptions) -> ParsedArticles:
    if record.format != "feed":
        return _parse_each([(record.name, partial(_parse_record, record, fetched_at, options))])
    try:
        feed = parse_feed_file(record)
    except MonitorError as error:
        return ParsedArticles(articles=(), problems=(Problem(record.name, 0, 0, str(error)),))
    parsed = _parse_each(
        (name_entry(record, number, entry), partial(_parse_entry, entry, fetched_at, options))
        for number, entry in enumerate(feed.entries, start=1)
    )
    return replace(parsed, problems=feed.problems + parsed.problems)


def _parse_entry(entry: Entry, fetched_at: datetime, options: ParseOptions) -> Article:
    content, summary = html_to_paragraphs(entry.content), html_to_paragraphs(entry.summary)
    parts = Parts(
        title=html_to_line(entry.title),
        standfirst=" ".join(summary) if content else None,
        authors=tuple(filter(None, map(html_to_line, entry.authors))),
        published=entry.published,
        updated=entry.updated if entry.updated != entry.published else None,
        images=entry.images or images_in(entry.content or entry.summary),
        paragraphs=content or summary,
        language=entry.language,
        url=entry.url,
        utc_offset=entry.utc_offset,
    )
    if entry.page is not None:
        parts = join_page(parts, entry.page, fetched_at)
    return _make_article(parts, entry.source, entry.key, fetched_at, options)


def _parse_record(record: Record, fetched_at: datetime, options: ParseOptions) -> Article:
    if len(record.data) > _MOST_BYTES:
        raise ParseError(f"too large: {len(record.data):,} bytes, expected at most {_MOST_BYTES:,}")
    if record.format == "mail":
        return _make_article(read_mail(record.data, fetched_at), record.source, record.key, fetched_at, options)
    text = decode_bytes(record.data, record.content_type)
    if record.format == "json":
        parts = read_json_article(text)
    elif record.format == "html" or text[:200].lstrip().lower().startswith(_HTML_STARTS):
        parts = read_page(text, record.url, fetched_at)
    else:
        parts = read_plain(text)
    parts = replace(parts, url=parts.url or record.url)
    return _make_article(parts, record.source, record.key, fetched_at, options)


# ---------------------------------------------------------------------------------------------- decisions


def _make_article(
    parts: Parts, source: SourceId, key: EntryKey, fetched_at: datetime, options: ParseOptions
) -> Article:
    parts = _clean(parts)
    body = "\n\n".join(parts.paragraphs) or None
    if not (parts.title or parts.standfirst or body):
        raise ParseError("no text found, expected a title or a body")
    samples = (parts.title, parts.standfirst, *parts.paragraphs[:1])
    language = detect_language(samples, parts.language, options.detectable)
    published = read_date(parts.published, fetched_at, language or normalise_code(parts.language), parts.utc_offset)
    updated = read_date(parts.updated, fetched_at, language, parts.utc_offset)
    if updated and published and updated.at < published.at:
        updated = None  # the date of something else, such as of the picture
    return Article(
        id=article_id(source, key),
        source=source,
        key=key,
        url=clean_url(parts.url),
        title=parts.title,
        standfirst=parts.standfirst,
        authors=parts.authors,
        published=published.at if published else None,
        published_precision=published.precision if published else None,
        published_raw=parts.published,
        updated=updated.at if updated else None,
        images=parts.images,
        body=body,
        language=language,
        fetched_at=fetched_at,
        fingerprint=fingerprint_of(parts.title, parts.standfirst, body),
    )


def _clean(parts: Parts) -> Parts:
    """Every part as one clean line, empty ones None, and no standfirst that only says how the body begins."""
    paragraphs = tuple(line for paragraph in parts.paragraphs if (line := clean_line(paragraph)))
    standfirst = _line(parts.standfirst)
    if standfirst and _begins_with(paragraphs, standfirst):
        standfirst = None
    images = (Image(caption=_line(image.caption), credit=_line(image.credit)) for image in parts.images)
    return replace(
        parts,
        title=_line(parts.title),
        standfirst=standfirst,
        authors=tuple(dict.fromkeys(line for author in parts.authors if (line := clean_line(author)))),
        published=_line(parts.published),
        updated=_line(parts.updated),
        images=tuple(image for image in images if image.caption or image.credit),
        paragraphs=paragraphs,
    )


def _line(text: str | None) -> str | None:
    return clean_line(text) or None if text else None


def _begins_with(paragraphs: Sequence[str], standfirst: str) -> bool:
    """Whether the body's first words are the standfirst's; publishers cut them off with "…", even within a word."""
    words = fold_words(standfirst.removesuffix("[…]").removesuffix("[...]"))
    # No text folds to so little that twice as much of it would not hold the standfirst.
    body = fold_words("\n".join(paragraphs[:5])[: 2 * len(standfirst) + 100])[: len(words)]
    if not words or len(body) < len(words):
        return not words
    return body[:-1] == words[:-1] and body[-1].startswith(words[-1])
