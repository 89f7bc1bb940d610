"""Names in other alphabets."""

import pytest

from monitor.text.transliteration import Script, script_of, to_latin, transliterate


@pytest.mark.parametrize(
    ("name", "script", "likeliest"),
    [
        ("Nikol Pashinyan", "cyrillic", "Никол Пашинян"),
        ("Ilham Aliyev", "cyrillic", "Илхам Алиев"),
        ("Əliyev", "cyrillic", "Алиев"),
        ("Yerevan", "cyrillic", "Ереван"),
        ("Zelensky", "cyrillic", "Зеленский"),
        ("Khrushchev", "cyrillic", "Хрущев"),
        ("Azerbaijan", "cyrillic", "Азербайджан"),
        ("Yerevan", "armenian", "Երևան"),
        ("Aliyev", "armenian", "Ալիև"),
        ("Irakli Kobakhidze", "georgian", "ირაკლი კობახიძე"),
        ("Aliyev", "georgian", "ალიევი"),
        ("Никол Пашинян", "latin", "Nikol Pashinyan"),
        ("Щукин", "latin", "Shchukin"),
        ("Նիկոլ Փաշինյան", "latin", "Nikol Pashinyan"),
        ("Երևան", "cyrillic", "Ереван"),
        ("ირაკლი კობახიძე", "latin", "Irakli Kobakhidze"),
        ("თბილისი", "cyrillic", "Тбилиси"),
    ],
)
def test_names_are_spelled_as_the_press_spells_them(name: str, script: Script, likeliest: str) -> None:
    assert transliterate(name, script)[0] == likeliest


def test_a_name_may_have_several_spellings() -> None:
    assert transliterate("Алиев", "latin") == ("Aliyev", "Aliev")


def test_a_name_in_its_own_or_an_unknown_alphabet_is_left_alone() -> None:
    assert transliterate("Baku", "latin") == ()
    assert transliterate("東京", "latin") == ()
    assert transliterate("Aлиев", "latin") == ()  # a Latin A before Cyrillic letters
    assert transliterate("", "latin") == ()


def test_the_alphabet_of_a_text_is_that_of_all_its_letters() -> None:
    assert [script_of(text) for text in ("Baku 2", "Баку", "Երևան", "თბილისი", "12", "東京")] == [
        "latin", "cyrillic", "armenian", "georgian", None, None,
    ]  # fmt: skip


def test_ids_keep_what_cannot_be_spelled() -> None:
    assert to_latin("Ереван 2020 東京") == "Yerevan 2020 東京"
