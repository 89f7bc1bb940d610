"""Plain text to parts: the full form, each part missing, and what is no part at all."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Image
from monitor.parse.charset import clean_text, decode_bytes
from monitor.parse.plain import read_plain

COMMENT = "!-- Google tag (gtag.js) -->"
TITLE = "Ferry Strike Enters Its Third Week"
STANDFIRST = "Islanders have begun to share boats, and the minister has begun to share blame."
DATE = "March 3, 2021"
CAPTION = "Two ferries at the quay, with thier gangways up"
CREDIT = "SOURCE: HARBOUR BOARD"
BODY = (
    "On Wednesday, the crews of nine ferries voted to stay ashore for another week.",
    "The company “regrets” the vote. It offers three per cent.",
)
HEAD = {"comment": COMMENT, "title": TITLE, "standfirst": STANDFIRST, "date": DATE, "repeat": TITLE}
HEAD |= {"caption": CAPTION, "credit": CREDIT}


def compose(*without: str) -> str:
    """The full form without some of its parts; blank lines stay where they are."""
    part = {name: "" if name in without else line + "\n" for name, line in HEAD.items()}
    head = f"{part['comment']}\n{part['title']}\n{part['standfirst']}\n"
    picture = part["date"] + part["repeat"] + part["caption"] + part["credit"]
    return f"{head}{picture}\n" + "\n\n".join(BODY)


def test_the_full_form_gives_every_part_once() -> None:
    parts = read_plain(compose())

    assert (parts.title, parts.standfirst, parts.published) == (TITLE, STANDFIRST, DATE)
    assert parts.images == (Image(caption=CAPTION, credit="HARBOUR BOARD"),)
    assert parts.paragraphs == BODY


@pytest.mark.parametrize("without", [c for n in (1, 2) for c in combinations(HEAD, n)], ids="+".join)
def test_any_one_or_two_parts_may_be_missing(without: tuple[str, ...]) -> None:
    parts = read_plain(compose(*without))

    assert parts.paragraphs == BODY
    assert parts.standfirst == (None if "standfirst" in without else STANDFIRST)
    assert parts.published == (None if "date" in without else DATE)
    assert [image.credit for image in parts.images if image.credit] == (
        [] if "credit" in without else ["HARBOUR BOARD"]
    )
    if set(without) == {"title", "caption"}:
        return  # what is left of the picture block could be either
    assert parts.title == (None if {"title", "repeat"} <= set(without) else TITLE)
    assert [image.caption for image in parts.images if image.caption] == ([] if "caption" in without else [CAPTION])


def test_a_bare_text_is_all_body() -> None:
    parts = read_plain("The ferries stay ashore. Nobody minds.\n\nThe islanders row.")

    assert parts.title is None
    assert parts.paragraphs == ("The ferries stay ashore. Nobody minds.", "The islanders row.")


def test_a_headline_above_a_text_without_other_head_is_the_title() -> None:
    parts = read_plain("Ferries Stay Ashore\n\nThe crews voted on Wednesday.\n\nThe islanders row.")

    assert parts.title == "Ferries Stay Ashore"
    assert parts.paragraphs == ("The crews voted on Wednesday.", "The islanders row.")


def test_paragraphs_wrapped_at_a_width_are_joined() -> None:
    wrapped = (
        "The crews of nine ferries voted on Wednesday\nto stay ashore for another week, which leaves\n"
        "the islands without bread and newspapers.\n\nThe company regrets the vote."
    )

    joined, following = read_plain(wrapped).paragraphs

    assert joined == wrapped.partition("\n\n")[0].replace("\n", " ")
    assert following == "The company regrets the vote."


@pytest.mark.parametrize(
    "remnant",
    [
        "<!-- Google tag (gtag.js) -->",
        "<!-- Google tag (gtag.js)",
        "gtag.js -->",
        "<script>window.x = 1;</script>",
        "window.dataLayer = window.dataLayer || [];",
        "function gtag(){dataLayer.push(arguments);}",
        "gtag('config', 'G-1');",
        "});",
        "<div class='ad'></div>",
        "Advertisement",
        "Related: Bread by balloon",
        "Read also: Bread by balloon",
        "Читайте также: Хлеб по воздуху",
        "Lire aussi : le pain par ballon",
        "Mehr zum Thema: Brot per Ballon",
        "* * *",
    ],
)
def test_remnants_and_pointers_are_dropped_wherever_they_stand(remnant: str) -> None:
    text = compose("comment")
    expected = read_plain(text)

    assert read_plain(f"{remnant}\n\n{text}") == expected
    assert read_plain(f"{text}\n\n{remnant}") == expected
    assert read_plain(text.replace(BODY[0], f"{BODY[0]}\n\n{remnant}")) == expected


def test_an_unclosed_comment_never_swallows_the_article() -> None:
    parts = read_plain(f"<!-- tag\n\n{compose('comment')}\n\n<!-- end -->")

    assert parts.paragraphs == BODY


def test_a_list_of_related_articles_is_dropped_with_its_heading() -> None:
    parts = read_plain(f"{compose()}\n\nRelated articles:\nBread by balloon\nA rower's diary")

    assert parts.paragraphs == BODY


@pytest.mark.parametrize(
    ("line", "credit"),
    [
        ("SOURCE: HARBOUR BOARD", "HARBOUR BOARD"),
        ("IMAGE SOURCE: REUTERS", "REUTERS"),
        ("IMAGE SOURCE,GETTY IMAGES", "GETTY IMAGES"),
        ("PHOTO: Ann Lee", "Ann Lee"),
        ("Photo: Ann Lee/Agency", "Ann Lee/Agency"),
        ("CREDIT: AP", "AP"),
        ("ИСТОЧНИК: ТАСС", "ТАСС"),
        ("ФОТО: Спутник", "Спутник"),
        ("© AFP", "AFP"),
        ("© 2021 Reuters", "Reuters"),
        ("Photo by Ann Lee / AFP", "Ann Lee / AFP"),
        ("Crédit photo : AFP", "AFP"),
        ("Foto: dpa", "dpa"),
        ("图片来源：新华社", "新华社"),
        ("사진 제공: 시청", "시청"),
        ("Иллюстрация: РИА Новости", "РИА Новости"),
        ("REUTERS/Ann Lee", "REUTERS/Ann Lee"),
        ("(AP Photo/Ann Lee, File)", "AP Photo/Ann Lee, File"),
        ("Ann Lee/AFP via Getty Images", "Ann Lee/AFP via Getty Images"),
        ("Photo Getty Images", "Getty Images"),
        ("Reuters", "Reuters"),
        ("Photo provided by Harbour Board", "Harbour Board"),
    ],
)
def test_credits_of_many_kinds_are_read(line: str, credit: str) -> None:
    parts = read_plain(compose().replace(CREDIT, line))

    assert parts.images == (Image(caption=CAPTION, credit=credit),)


@pytest.mark.parametrize(
    "sentence",
    [
        "Source code of the ticket machine was found on a bus.",
        "Sources: close to the minister said that the talks had failed on Monday.",
        "Source of the trouble: a spring that nobody had oiled since the autumn.",
        "Photographs of the quay were shown to the jury.",
        "Credit: the minister deserves none for this, the crews say.",
        "Related developments forced the company to act.",
        "See also the appendix, which lists all ships.",
        "Share prices fell.",
        "The AP/Reuters row deepens.",
        "AP, Reuters and the harbour board to share one photographer",
    ],
)
def test_a_sentence_that_begins_like_a_credit_or_pointer_stays_body(sentence: str) -> None:
    parts = read_plain(f"{compose()}\n\n{sentence}")

    assert parts.paragraphs == (*BODY, sentence)


def test_a_caption_may_hold_its_credit() -> None:
    parts = read_plain(compose("credit").replace(CAPTION, "Two ferries at the quay. Photo: Ann Lee/Agency"))

    assert parts.images == (Image(caption="Two ferries at the quay", credit="Ann Lee/Agency"),)


def test_a_picture_within_the_body_is_no_paragraph() -> None:
    parts = read_plain(f"{compose()}\n\nA rower off the cape\nPHOTO: ANN LEE\n\nThe bread arrived at noon.")

    assert parts.paragraphs == (*BODY, "The bread arrived at noon.")
    assert parts.images[1] == Image(caption="A rower off the cape", credit="ANN LEE")


@pytest.mark.parametrize(
    "date",
    [
        "3 марта 2021",
        "3 mars 2021",
        "3. März 2021",
        "2021-03-03",
        "03.03.2021",
        "2021年3月3日",
        "Մարտի 3, 2021",
        "3 მარტი, 2021",
    ],
)
def test_date_lines_are_known_in_several_languages(date: str) -> None:
    assert read_plain(compose().replace(DATE, date)).published == date


def test_a_byline_beside_the_date_gives_authors() -> None:
    parts = read_plain(compose().replace(DATE, f"By Ann Lee and Bob Stone | {DATE}"))

    assert parts.authors == ("Ann Lee", "Bob Stone")
    assert parts.published == DATE


def test_a_dateline_stays_in_the_body() -> None:
    parts = read_plain(compose().replace("On Wednesday,", "PORT, March 3 — On Wednesday,"))

    assert parts.paragraphs[0].startswith("PORT, March 3 —")


@pytest.mark.parametrize(
    ("charset", "newline"), [("utf-8", "\r\n"), ("cp1252", "\n"), ("cp1252", "\r\n"), ("utf-16", "\n")]
)
def test_charset_and_line_ends_make_no_difference(charset: str, newline: str) -> None:
    text = compose()

    assert read_plain(decode_bytes(text.replace("\n", newline).encode(charset))) == read_plain(text)


@given(st.text(alphabet=st.characters(codec=None), max_size=400))
def test_no_text_makes_it_fail(text: str) -> None:
    read_plain(clean_text(text))


@given(st.lists(st.sampled_from([*HEAD.values(), *BODY, "", "-->", "<!--", "Related:", "2021", "© X"]), max_size=25))
def test_no_order_of_lines_makes_it_fail_or_doubles_a_paragraph(lines: list[str]) -> None:
    parts = read_plain("\n".join(lines))

    for sentence in BODY:
        assert parts.paragraphs.count(sentence) <= lines.count(sentence)


SEED_FOLDERS = [folder / "shared" / "seed" for folder in Path(__file__).resolve().parents]


def test_the_seed_document_is_read_exactly() -> None:
    found = [file for folder in SEED_FOLDERS if folder.is_dir() for file in folder.glob("*.txt")]
    if not found:
        pytest.skip("the seed document is not at hand")
    parts = read_plain(decode_bytes(found[0].read_bytes()))

    assert parts.title is not None
    assert parts.title.startswith("Azerbaijan Ready")
    assert parts.published == "April 22, 2021"
    assert parts.standfirst is not None
    assert parts.standfirst.endswith("its rival.")
    [image] = parts.images
    assert image.credit == "AZERBAIJAN PRESIDENCY"
    assert image.caption is not None
    assert image.caption.startswith("Azerbajani President")
    assert len(parts.paragraphs) == 6
    assert parts.paragraphs[0].startswith("On Wednesday,")
    assert parts.paragraphs[-1].endswith("by Armenian forces.")
    assert "gtag" not in repr(parts)
    assert parts.title not in parts.paragraphs


@pytest.mark.parametrize(
    "furniture",
    ["4 min read", "Home > World > Harbours", "Tags: ferries, strike", "4 comments", "Reading time: 3 minutes"],
)
def test_what_stands_around_an_article_is_no_part_of_it(furniture: str) -> None:
    text = compose("comment")

    assert read_plain(f"{furniture}\n\n{text}\n\n{furniture}") == read_plain(text)
    assert read_plain(text.replace(DATE, f"{DATE} · {furniture}")).published == DATE


@pytest.mark.parametrize("date", ["Stand: 03.03.2021, 10:15 Uhr", "Publié le 3 mars 2021", "Mittwoch, 03.03.2021"])
def test_a_label_before_the_date_is_no_obstacle(date: str) -> None:
    assert read_plain(compose().replace(DATE, date)).published == date


@pytest.mark.parametrize(
    ("line", "caption", "credit"),
    [
        ("Two ferries at the quay [Ann Lee/Getty Images]", "Two ferries at the quay", "Ann Lee/Getty Images"),
        ("Two ferries at the quay (File photo: AFP)", "Two ferries at the quay", "AFP"),
        ("Two ferries at the northern quay — REUTERS", "Two ferries at the northern quay", "REUTERS"),
        ("Երկու լաստանավ (Լուսանկարը՝ Արմենպրես)", "Երկու լաստանավ", "Արմենպրես"),
        ("两艘渡轮停靠码头。图片来源：新华社", "两艘渡轮停靠码头", "新华社"),
        ("Two ferries at the quay. REUTERS/Ann Lee", "Two ferries at the quay.", "REUTERS/Ann Lee"),
        ("Two ferries at the quay (in March)", "Two ferries at the quay (in March)", None),
    ],
)
def test_a_caption_ends_with_a_credit_of_many_forms(line: str, caption: str, credit: str | None) -> None:
    parts = read_plain(compose("credit").replace(CAPTION, line))

    assert parts.images == (Image(caption=caption, credit=credit),)


@pytest.mark.parametrize(
    "opening", ["NORHAVEN (Reuters) - ", "(AFP) — ", "NORHAVEN, March 3 (Wire) – ", "НОРХЕЙВЕН, 3 марта. /ТАСС/. "]
)
def test_agencies_and_datelines_stay_at_the_head_of_the_body(opening: str) -> None:
    parts = read_plain(compose().replace(BODY[0], opening + BODY[0]))

    assert parts.title == TITLE
    assert parts.paragraphs == (opening + BODY[0], BODY[1])


def test_a_source_below_a_text_of_one_paragraph_makes_no_caption_of_it() -> None:
    parts = read_plain(f"{TITLE}\n\n{DATE}\n\n{BODY[0]}\n\nQuelle: dpa")

    assert parts.paragraphs == (BODY[0],)


@pytest.mark.parametrize(
    ("line", "caption", "credit"),
    [
        ("Die Schiffe liegen vor dem Hafen | Bildquelle: dpa", "Die Schiffe liegen vor dem Hafen", "dpa"),
        ("Les bateaux attendent au large © AFP/Marie Durand", "Les bateaux attendent au large", "AFP/Marie Durand"),
        ("Суда на рейде. Фото: Иван Петров / ТАСС", "Суда на рейде", "Иван Петров / ТАСС"),
    ],
)
def test_a_caption_with_its_credit_in_one_line_below_the_date_is_a_picture(
    line: str, caption: str, credit: str
) -> None:
    parts = read_plain(f"Port closed\n\nApril 22, 2021\n\n{line}\n\nThe port was closed on Thursday.\n")
    assert [(image.caption, image.credit) for image in parts.images] == [(caption, credit)]
    assert parts.paragraphs == ("The port was closed on Thursday.",)


@pytest.mark.parametrize(
    "line",
    [
        "© 2021 Hafenblatt. Alle Rechte vorbehalten.",
        "© Le Quai, tous droits réservés",
        "Все права защищены.",
        "Compartir en Facebook",
        "Поделиться в Telegram",
        "Teilen auf WhatsApp",
    ],
)
def test_rights_and_offers_to_share_are_no_part_of_the_text(line: str) -> None:
    assert read_plain(f"Port closed\n\nThe port was closed on Thursday.\n\n{line}\n").paragraphs == (
        "The port was closed on Thursday.",
    )


def test_a_sentence_about_rights_or_sharing_stays() -> None:
    line = "All rights reserved for fishermen were sold, and villagers began to share boats on Facebook groups."
    assert line in read_plain(f"Port closed\n\nThe port was closed.\n\n{line}\n").paragraphs
