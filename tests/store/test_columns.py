"""Texts and keys as the databases keep them."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.store.columns import clean_text, shorten_key


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
