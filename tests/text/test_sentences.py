import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.sentences import paragraph_spans, sentence_spans


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.S. Army met Mr. Brown at noon.", "He left."],
        ["Prices rose by 3.5 percent.", "They fell again."],
        ["J. R. Smith lives in the U.S.", "He said so himself."],
        ['She said "Stop!" and left.', "(Nobody followed.)", "Why?"],
        ["“It is over.”", "He turned away…", "Then silence."],
        ["He said no.", "Nobody asked about No. 5 again."],
        ["Works of art.", "Dr. Who came at 5 p.m. Monday."],
        ["В 2021 г. Армения ответила.", "«Да!» — сказал он.", "Потом и т.д.", "В Баку молчат."],
        ["Он живёт на ул. Мира.", "Это рядом с пл. Свободы?"],
        ["Հայաստանը պատասխանեց։", "Բաքուն լռում է:", "Երևանը սպասում է։"],
        ["قال الوزير ذلك.", "هل هذا صحيح؟", "نعم۔", "انتهى"],
        ["यह सच है।", "वह गया।"],
        ["Am 3. Oktober kam er.", "20 Gäste blieben."],
        ["It ended in 1998.", "Nobody mourned e.g. the Smith Co. works."],
    ],
)
def test_a_text_is_cut_into_its_sentences(sentences: list[str]) -> None:
    assert _cut(" ".join(sentences)) == sentences


def test_chinese_stops_need_no_space() -> None:
    assert _cut("北京说“好。”他走了。再见！") == ["北京说“好。”", "他走了。", "再见！"]


def test_a_paragraph_ends_a_sentence_without_a_stop() -> None:
    text = "A heading\n\nThe text. More\n \n1. First. Second"
    assert _cut(text) == [
        "A heading",
        "The text.",
        "More",
        "1. First.",
        "Second",
    ]


def test_paragraphs_are_parted_by_blank_lines_alone() -> None:
    text = "\n\n one\ntwo \n\t\nthree\n\n\n"
    assert [text[start:end] for start, end in paragraph_spans(text)] == ["one\ntwo", "three"]


@pytest.mark.parametrize("text", ["", " \n\n ", "\n"])
def test_a_text_without_words_has_no_sentence(text: str) -> None:
    assert sentence_spans(text) == ()
    assert paragraph_spans(text) == ()


_TEXTS = st.text(alphabet=st.sampled_from('aB.!?…։。”"( \n1é:Հ')) | st.text()


@given(_TEXTS)
def test_every_visible_character_lies_in_exactly_one_sentence_of_one_paragraph(text: str) -> None:
    for spans in (sentence_spans(text), paragraph_spans(text)):
        covered = [place for start, end in spans for place in range(start, end)]
        assert covered == sorted(set(covered))
        assert {place for place, letter in enumerate(text) if not letter.isspace()} <= set(covered)
        assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    paragraphs = paragraph_spans(text)
    assert all(any(left <= start and end <= right for left, right in paragraphs) for start, end in sentence_spans(text))


@pytest.mark.parametrize("text", ["." * 200_000 + "a", '."' * 100_000 + "a", "\n" * 200_000 + "a", "a" * 200_000])
def test_a_page_of_signs_is_one_sentence_and_no_trap(text: str) -> None:
    assert len(sentence_spans(text)) == 1
