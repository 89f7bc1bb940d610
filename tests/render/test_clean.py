from hypothesis import given
from hypothesis import strategies as st

from monitor.render.clean import clean_header, clean_line, shorten


def test_a_line_break_of_any_kind_becomes_a_space() -> None:
    assert clean_line("a\r\nb\u2028c\x85d\x0be") == "a b c d e"


def test_direction_overrides_and_controls_vanish_while_arabic_marks_and_joiners_stay() -> None:
    assert clean_line("pay \u202eEVIL\u2066 \x07now\x9b") == "pay EVIL now"
    assert clean_line("می\u200cخواهم \u200f!") == "می\u200cخواهم \u200f!"


def test_half_a_letter_is_shown_as_unreadable() -> None:
    assert clean_line("a\ud800b") == "a\ufffdb"


def test_a_header_holds_nothing_invisible() -> None:
    assert clean_header(" a\u200bb \n\t Bcc: x\u200e ") == "ab Bcc: x"


@given(st.text(st.characters(codec=None)))
def test_a_cleaned_text_can_always_be_encoded_and_printed_on_one_line(text: str) -> None:
    cleaned = clean_line(text)
    cleaned.encode()
    assert len(cleaned.splitlines()) <= 1
    assert clean_line(cleaned) == cleaned


@given(st.text(), st.integers(2, 40))
def test_a_shortened_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit
    assert len(text) > limit or shorten(text, limit) == text


def test_a_long_text_is_cut_after_a_word() -> None:
    assert shorten("one two three four", 12) == "one two…"
    assert shorten("一二三四五六七八九十", 5) == "一二三四…"
