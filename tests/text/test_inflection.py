"""Inflected forms: what a dictionary lists, and what a stem makes of words that stand in none."""

import pytest

from monitor.match.terms import Inflections, parse_inflected
from monitor.text.inflection import find_stem, guess_language, is_inflected, list_forms

# Asked for together, because every question costs a pass over the dictionary.
_ASKED = {
    "en": frozenset({"strike", "university", "Geneva"}),
    "ru": frozenset({"Лавров", "война", "Зеленский", "Алиев", "Пашинян"}),
    "de": frozenset({"Haus"}),
    "hr": frozenset({"rat"}),
}


@pytest.mark.parametrize(
    ("word", "language", "has", "has_not"),
    [
        ("strike", "en", {"strikes", "striking", "struck", "strike"}, {"stroke"}),
        ("university", "en", {"universities"}, {"universe", "universal"}),
        ("Лавров", "ru", {"Лавров"}, {"лавр"}),
        ("война", "ru", {"войны", "войной", "войну"}, {"воин"}),
        ("Haus", "de", {"Häuser", "Hauses"}, {"Hase"}),
        ("rat", "hr", {"rata", "ratom"}, {"ratar"}),
    ],
)
def test_a_dictionary_lists_the_forms_of_a_word(word: str, language: str, has: set[str], has_not: set[str]) -> None:
    forms = list_forms(_ASKED[language], language)[word]
    assert has <= forms
    assert not has_not & forms


def test_a_word_that_stands_in_no_dictionary_has_no_listed_forms() -> None:
    assert list_forms(frozenset({"Xyzzyq"}), "en") == {}
    assert list_forms(frozenset({"word"}), "xx") == {}


def test_the_first_word_of_a_sentence_is_found_as_in_its_middle() -> None:
    assert "struck" in list_forms(frozenset({"Strike"}), "en")["Strike"]


@pytest.mark.parametrize(
    ("word", "language", "fits", "fits_not"),
    [
        ("Зеленский", "ru", ["зеленского", "зеленским", "зеленский"], ["зелень", "зеленая"]),
        ("Алиев", "ru", ["алиева", "алиеву", "алиевым"], ["али", "алия"]),
        ("Пашинян", "ru", ["пашиняна", "пашиняном"], ["пашня"]),
        ("Geneva", "en", ["geneva"], ["genevese"]),
    ],
)
def test_names_are_inflected_by_their_stem(word: str, language: str, fits: list[str], fits_not: list[str]) -> None:
    (pattern,) = parse_inflected(word, language, Inflections(_ASKED[language])).words
    assert [form for form in fits if not pattern.fits(form)] == []
    assert [form for form in fits_not if pattern.fits(form)] == []


def test_languages_without_stemmer_and_dictionary_are_known_not_to_be_inflected_here() -> None:
    assert is_inflected("en")
    assert is_inflected("hy")
    assert not is_inflected("zh")
    assert find_stem("word", "zh") is None


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("strike", "en"),
        ("война", "ru"),
        ("պատերազմ", "hy"),
        ("ომი", "ka"),
        ("πόλεμος", "el"),
        ("حرب", "ar"),
        ("3M", "en"),
    ],
)  # fmt: skip
def test_letters_tell_the_language_of_a_word_that_stands_under_none(word: str, language: str) -> None:
    assert guess_language(word) == language
