"""Texts and keys as the databases keep them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from monitor.store.columns import UtcDateTime, clean_text, shorten_key

_SQLITE = sqlite.dialect()
INSTANTS = [
    datetime(2026, 3, 2, 7, 30, tzinfo=UTC),
    datetime(2026, 3, 2, 7, 30, 0, 123, tzinfo=timezone(timedelta(hours=4))),
    datetime(999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-5, minutes=-30))),
]


@given(st.text(st.characters(codec=None)))
def test_cleaning_keeps_every_character_in_its_place(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    assert len(cleaned) == len(text)
    assert "\x00" not in cleaned
    assert clean_text(cleaned) == cleaned


@given(st.text(st.characters(codec=None), max_size=3000))
def test_shortening_a_key_twice_is_shortening_it_once(key: str) -> None:
    shortened = shorten_key(key)
    assert len(shortened.encode()) <= 1000
    assert shorten_key(shortened) == shortened


def test_long_keys_with_one_beginning_stay_different() -> None:
    beginning = "https://example.org/" + "a" * 2000
    assert shorten_key(beginning + "1") != shorten_key(beginning + "2")


def test_a_key_of_usual_length_is_kept_as_it_is() -> None:
    assert shorten_key("https://example.org/новости?id=1") == "https://example.org/новости?id=1"


@pytest.mark.parametrize("instant", INSTANTS)
def test_sqlite_keeps_an_instant_as_the_digits_of_utc_that_sqlalchemy_would_write(instant: datetime) -> None:
    written = UtcDateTime().dialect_impl(_SQLITE).bind_processor(_SQLITE)
    expected = DateTime().dialect_impl(_SQLITE).bind_processor(_SQLITE)
    read = UtcDateTime().dialect_impl(_SQLITE).result_processor(_SQLITE, None)
    assert written is not None
    assert expected is not None
    assert read is not None
    assert written(instant) == expected(instant.astimezone(UTC))
    assert read(written(instant)) == instant
    assert read(written(instant)).tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["2026-03-02 07:30:00", "2026-03-02 07:30:00+00:00", "2026-03-02T11:30:00.000000+04:00"]
)
def test_an_instant_that_another_program_wrote_into_sqlite_is_read(text: str) -> None:
    read = UtcDateTime().dialect_impl(_SQLITE).result_processor(_SQLITE, None)
    assert read is not None
    assert read(text) == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def test_a_naive_instant_is_refused() -> None:
    write = UtcDateTime().dialect_impl(_SQLITE).bind_processor(_SQLITE)
    assert write is not None
    with pytest.raises(ValueError, match="naive instant 2026-03-02T07:30:00, expected one with a time zone"):
        write(datetime(2026, 3, 2, 7, 30))  # noqa: DTZ001 - that is the point
