"""Language: script first, then the model, the declaration only as a prior."""

import pytest

from monitor.parse.language import detect_language, normalise_code
from monitor.parse.options import DEFAULT_LANGUAGES, ParseOptions


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferries stay ashore for another week, the crews say.", "en"),
        ("Les inondations ont frappé le sud du pays.", "fr"),
        ("Паромы ещё неделю не выйдут в море, заявили экипажи.", "ru"),
        ("Пороми ще тиждень не вийдуть у море, заявили екіпажі.", "uk"),
        ("Bakı şəhərində yeni görüş keçirilib.", "az"),
        ("Նավերը դեռ մեկ շաբաթ ծով դուրս չեն գա", "hy"),
        ("ბორნები კიდევ ერთი კვირა არ გავლენ ზღვაში", "ka"),
        ("東京で地震", "ja"),
        ("北京消息", "zh"),
        ("한국 선거", "ko"),
        ("המעבורות נשארות בנמל", "he"),
    ],
)
def test_a_sentence_is_told_apart(text: str, language: str) -> None:
    assert detect_language([text], None, DEFAULT_LANGUAGES) == language


def test_too_little_text_says_what_the_publisher_declares_or_nothing() -> None:
    assert detect_language(["Baku"], "en-GB", DEFAULT_LANGUAGES) == "en"
    assert detect_language(["Baku"], None, DEFAULT_LANGUAGES) is None
    assert detect_language(["Баку"], "en-GB", DEFAULT_LANGUAGES) is None
    assert detect_language([None, "", "123 --"], "en", DEFAULT_LANGUAGES) is None


def test_the_text_wins_over_a_wrong_declaration() -> None:
    assert detect_language(["Les inondations ont frappé le sud du pays."], "en", DEFAULT_LANGUAGES) == "fr"


def test_only_configured_languages_are_found() -> None:
    assert detect_language(["Նավերը դեռ մեկ շաբաթ ծով դուրս չեն գա"], None, ("en", "fr")) is None
    assert detect_language(["Паромы ещё неделю не выйдут в море"], None, ("en", "ru")) == "ru"
    assert detect_language(["Паромы ещё неделю не выйдут в море"], None, ("xx",)) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [("en-GB", "en"), ("zh_Hans", "zh"), ("iw", "he"), (" RU ", "ru"), ("", None), (None, None), ("english!", None)],
)
def test_language_tags_are_reduced_to_their_language(code: str | None, expected: str | None) -> None:
    assert normalise_code(code) == expected


def test_no_list_means_the_default_languages() -> None:
    assert ParseOptions().detectable == DEFAULT_LANGUAGES
    assert len(set(DEFAULT_LANGUAGES)) == 28
    assert ParseOptions(languages=("en",)).detectable == ("en",)
