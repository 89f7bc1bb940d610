import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text.fold import FIELD_END, fold_row, fold_words, locate_words

_SHARED = [
    ("Azerbaijan’s", ["azerbaijan"]),
    ("Nagorno-Karabakh", ["nagorno", "karabakh"]),
    ("Nagorno–Karabakh", ["nagorno", "karabakh"]),
    ("U.S.", ["u", "s"]),
    ("d'Estaing", ["d", "estaing"]),
    ("“use\u00a0of force”", ["use", "of", "force"]),
    ("co\u00adoperate", ["cooperate"]),
    ("Ёлка", ["елка"]),
    ("й", ["й"]),
    ("Şuşa", ["susa"]),
    ("Azərbaycan", ["azerbaycan"]),
    ("İstanbul ISTANBUL ıstanbul", ["istanbul"] * 3),
    ("Straße Łódź Ærø", ["strasse", "lodz", "aero"]),
    ("ﬁnal", ["final"]),
    ("e\u0301te\u0301", ["ete"]),
    ("كِتَاب", ["كتاب"]),
    ("ي ی ى", ["ي"] * 3),
    ("北京。", ["北", "京"]),
    ("🙂 emoji 👩‍👩‍👧", ["emoji"]),
    ("", []),
    ("— … !", []),
]


@pytest.mark.parametrize(("text", "words"), _SHARED)
def test_a_text_folds_to_the_words_that_rules_compare(text: str, words: list[str]) -> None:
    assert fold_words(text) == words


_LETTERS = "aAéÉsS'’ -–.\n\u0301\u00ad\u200bßİıəй北ก½ﷺʼ٣²ёك\u0640"
_TEXTS = st.text(alphabet=st.sampled_from(_LETTERS)) | st.text()


@given(_TEXTS)
@example("'s's s' ''s\u0301 x’s")
def test_both_views_of_a_text_have_the_same_words(text: str) -> None:
    located = locate_words(text)
    assert list(located.words) == fold_words(text)
    assert len(located.starts) == len(located.ends) == len(located.words)


@given(st.lists(_TEXTS | st.text(alphabet="a\0'")))
def test_texts_in_a_row_have_the_words_of_each(texts: list[str]) -> None:
    row = fold_row(texts)
    assert row == [word for text in texts for word in (*fold_words(text), FIELD_END)]


@given(_TEXTS)
def test_words_stand_in_order_and_inside_the_text(text: str) -> None:
    located = locate_words(text)
    assert list(located.starts) == sorted(located.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(located.starts, located.ends, strict=True))


@given(_TEXTS)
def test_a_span_displays_its_word(text: str) -> None:
    """One displayed letter may be several words (½); then each of them displays that letter whole."""
    located = locate_words(text)
    for word, start, end in zip(located.words, located.starts, located.ends, strict=True):
        assert word in " ".join(fold_words(text[start:end])).split() or word in "".join(fold_words(text[start:end]))


@given(_TEXTS)
def test_a_span_never_cuts_an_accent_off(text: str) -> None:
    located = locate_words(text)
    assert all(end == len(text) or not unicodedata.combining(text[end]) for end in located.ends)


@given(_TEXTS)
def test_folding_folded_words_changes_nothing(text: str) -> None:
    words = fold_words(text)
    assert fold_words(" ".join(words)) == words


def test_a_span_displays_the_word_without_its_possessive() -> None:
    text = "In Azerbaijan’s custody"
    located = locate_words(text)
    shown = [text[start:end] for start, end in zip(located.starts, located.ends, strict=True)]
    assert shown == [
        "In",
        "Azerbaijan",
        "custody",
    ]
