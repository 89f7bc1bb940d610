"""Column types that behave alike on both databases: instants in UTC, text of any origin, keys of any length."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from monitor.model import FeedHints, Week

# PostgreSQL stores neither NUL nor half a surrogate pair. A replacement of the same length keeps mentions in place.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Bytes. PostgreSQL refuses index rows over 2,704 bytes, and publishers use whole addresses as identities.
_KEY_LIMIT = 1000
_BYTE = 255
_ZONE = "+00:00"
_OUR_LENGTH = len("2026-03-02 07:30:00.000000")


def clean_text(text: str) -> str:
    """The text as the database keeps it: what cannot be stored becomes U+FFFD, character for character."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def shorten_key(key: str) -> str:
    """The key as the database keeps it: itself, or its beginning and a hash of the whole where it is very long."""
    if len(key) <= _KEY_LIMIT and key.isascii() and key.isprintable():  # nearly all of them
        return key
    cleaned = clean_text(key)
    if len(cleaned.encode()) <= _KEY_LIMIT:
        return cleaned
    digest = blake2b(cleaned.encode(), digest_size=16).hexdigest()
    return f"{cleaned[:200]}…{digest}"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, in UTC both ways. A naive one is refused: nobody knows what it means.

    SQLite keeps it as text, which is read here in a tenth of the time of SQLAlchemy's own way.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC; ValueError for a naive instant."""
        return None if value is None else _to_utc(value)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """PostgreSQL gives it in the zone of the session."""
        return None if value is None else _to_utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """The whole way into the database."""
        return _instant_to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """The whole way back."""
        return _text_to_instant if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _to_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant.isoformat()}, expected one with a time zone")
    return instant.astimezone(UTC)


def _instant_to_text(instant: datetime | None) -> str | None:
    """The digits of UTC without a zone, as SQLAlchemy writes them."""
    return None if instant is None else _to_utc(instant).isoformat(" ", "microseconds").removesuffix(_ZONE)


def _text_to_instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    if len(text) == _OUR_LENGTH:
        return datetime.fromisoformat(text + _ZONE)
    instant = datetime.fromisoformat(text)  # as another program may have written it
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text from anywhere; see `clean_text`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Without what the databases cannot store."""
        return None if value is None else clean_text(value)


class Duration(TypeDecorator[timedelta]):
    """A length of time, in whole seconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: Dialect) -> int | None:
        """To seconds."""
        return None if value is None else round(value.total_seconds())

    def process_result_value(self, value: int | None, _dialect: Dialect) -> timedelta | None:
        """From seconds."""
        return None if value is None else timedelta(seconds=value)


class HintsText(TypeDecorator[FeedHints]):
    """What a feed says about when to come back, as JSON; nothing where it says nothing."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: FeedHints | None, _dialect: Dialect) -> str | None:
        """Durations in seconds."""
        if value is None or value == FeedHints():
            return None
        lengths = [each and round(each.total_seconds()) for each in (value.ttl, value.update_period)]
        return json.dumps([*lengths, value.skip_hours, value.skip_days])

    def process_result_value(self, value: str | None, _dialect: Dialect) -> FeedHints:
        """As it was written."""
        if value is None:
            return FeedHints()
        ttl, period, hours, days = json.loads(value)
        ttl, period = (None if each is None else timedelta(seconds=each) for each in (ttl, period))
        return FeedHints(ttl=ttl, update_period=period, skip_hours=tuple(hours), skip_days=tuple(days))


class WeekText(TypeDecorator[Week]):
    """When in the week a source brings something: since when it was looked at, and a byte for each stretch."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Week | None, _dialect: Dialect) -> str | None:
        """The shares as bytes, in hexadecimal digits."""
        if value is None:
            return None
        return f"{value.since.isoformat()} {bytes(round(share * _BYTE) for share in value.shares).hex()}"

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Week | None:
        """As it was written, to the nearest byte."""
        if value is None:
            return None
        since, _, shares = value.partition(" ")
        return Week(since=datetime.fromisoformat(since), shares=tuple(share / _BYTE for share in bytes.fromhex(shares)))


class KeyText(TypeDecorator[str]):
    """Text that is part of an index; see `shorten_key`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Short enough to be indexed."""
        return None if value is None else shorten_key(value)
