"""Which entries are but teasers of their pages."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Entry, EntryKey, FullText, SourceId
from monitor.parse.teasers import SHORTEST_WHOLE_SUMMARY, is_teaser, wants_page

LONG = "The council met for the third time this week and agreed on nothing at all. " * 12
ENTRY = Entry(
    source=SourceId("gazette"),
    key=EntryKey("1"),
    url="https://gazette.example/1",
    title="The council meets",
    summary=None,
    content=None,
    published=None,
    updated=None,
)


def entry(summary: str | None = None, content: str | None = None) -> Entry:
    return replace(ENTRY, summary=summary, content=content)


@pytest.mark.parametrize(
    "end",
    [
        "…", "...", "[…]", "[...]", " (…) ", "… »", "…</p>", " [&hellip;]", "&#8230;", "… <a href='/1'>Read more</a>",
        ". <a href='/1'>Read more</a>", ". Continue reading →", ". Read the full story", ". Weiterlesen »",
        ".<br/>Lire la suite", "! Leer más", ". Читать далее", ". Подробнее...", ". Կարդալ ավելին", ". Devamını oku",
        "。続きを読む", ". [Read more]",
        "… <p>The post <a href='/1'>The council</a> appeared first on <a href='/'>Gazette</a>.</p>",
    ],
)  # fmt: skip
def test_a_text_that_is_cut_off_is_a_teaser_however_long_and_whatever_it_is_called(end: str) -> None:
    for text in (LONG.strip(" .") + end, "Short" + end):
        assert is_teaser(entry(summary=text))
        assert is_teaser(entry(content=f"<p>{text}</p>"))


@pytest.mark.parametrize(
    "end",
    [
        "", " He wants more", " She has never asked for more.", " “… and so it goes on”, he said.",
        " Nobody said full article",
        "<p>The post <a href='/1'>The council</a> appeared first on <a href='/'>Gazette</a>.</p>",
    ],
)  # fmt: skip
def test_a_text_that_comes_to_its_end_is_none(end: str) -> None:
    assert not is_teaser(entry(summary=LONG.strip() + end))
    assert not is_teaser(entry(content=f"<p>Short.{end}</p>"))


def test_a_short_summary_is_a_teaser_and_a_short_content_is_not() -> None:
    assert is_teaser(entry())
    assert is_teaser(entry(summary="The council met."))
    assert is_teaser(entry(summary=f"<p class='{'x' * SHORTEST_WHOLE_SUMMARY}'>The council met.</p>"))
    assert not is_teaser(entry(content="The council met."))
    assert not is_teaser(entry(summary="The council met.", content="The council met. It will meet again."))


def test_letters_are_counted_and_those_of_east_asia_thrice() -> None:
    assert is_teaser(entry(summary="a" * (SHORTEST_WHOLE_SUMMARY - 1)))
    assert not is_teaser(entry(summary="a" * SHORTEST_WHOLE_SUMMARY))
    assert is_teaser(entry(summary="議" * (SHORTEST_WHOLE_SUMMARY // 3 - 1)))
    assert not is_teaser(entry(summary="議" * (SHORTEST_WHOLE_SUMMARY // 3)))


@pytest.mark.parametrize(
    ("full_text", "summary", "wanted"),
    [("auto", "Short.", True), ("auto", LONG, False), ("always", LONG, True), ("never", "Short.", False)],
)
def test_the_operator_decides(full_text: FullText, summary: str, wanted: bool) -> None:
    assert wants_page(entry(summary=summary), full_text) == wanted
    assert not wants_page(replace(entry(summary=summary), url=None), full_text)


@given(st.text(alphabet="<>&;a.… [Rread mo]\n\"'/", max_size=5000))
def test_whatever_an_entry_holds_is_judged_without_an_error(text: str) -> None:
    is_teaser(entry(summary=text))
    is_teaser(entry(content=text))
