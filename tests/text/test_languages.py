"""Codes of languages: which there are, and what was meant by others."""

import pytest

from monitor.text.languages import LANGUAGES, find_language_fault, suggest_language


@pytest.mark.parametrize(
    "code", ["en", "EN", " ru ", "pt-BR", "zh_Hant", "sr-Latn-RS", "ckb", "sh", *sorted(LANGUAGES)]
)
def test_codes_of_languages_are_accepted_with_a_region_or_a_script(code: str) -> None:
    assert find_language_fault(code) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("xx", 'no language has the code "xx"'),
        ("ge", 'no language has the code "ge" (did you mean "ka"?)'),
        ("GB-eng", 'no language has the code "gb" (did you mean "en"?)'),
        ("English", '"English" is not a language code such as "en" or "ru" (did you mean "en"?)'),
        ("e", '"e" is not a language code such as "en" or "ru"'),
        ("", '"" is not a language code such as "en" or "ru"'),
        ("en,ru", '"en,ru" is not a language code such as "en" or "ru"'),
        ("русский", '"русский" is not a language code such as "en" or "ru"'),
    ],
)
def test_what_is_none_is_named_with_what_was_meant(code: str, said: str) -> None:
    assert find_language_fault(code) == said


def test_nothing_that_is_a_code_is_taken_for_another() -> None:
    assert {code for code in LANGUAGES if suggest_language(code)} == set()
