import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.story.corrections import describe_differences, find_differences, list_differences
from tests.builders import make_article
from tests.story.texts import FLOOD, STRIKE, WHEAT, join_paragraphs


def test_a_changed_number_is_a_correction_and_reads_as_before_and_after() -> None:
    before = make_article(join_paragraphs("Nobody was hurt.", STRIKE), title="Flood")
    after = make_article(join_paragraphs("Two people were hurt.", STRIKE), title="Flood hurts two")
    differences = find_differences(before, after)
    assert describe_differences(differences) == (
        "title:\n- Flood\n+ Flood hurts two\nbody:\n- Nobody was hurt.\n+ Two people were hurt."
    )


def test_spacing_case_and_punctuation_are_no_correction() -> None:
    before = make_article("“The river”, he said, is  high.", title="THE RIVER")
    after = make_article('"The river" he said - is high.', title="The river")
    assert find_differences(before, after) == ()


def test_the_time_of_the_last_change_and_related_links_are_no_correction() -> None:
    before = make_article(join_paragraphs("Updated: 14:05", FLOOD, "Related: The dikes of Velden"))
    after = make_article(join_paragraphs("Last updated at 15:40 on Tuesday", FLOOD, "Read more: Who pays for the dam?"))
    assert find_differences(before, after) == ()


def test_links_and_times_in_other_languages_are_no_correction_either() -> None:
    before = make_article(join_paragraphs("Обновлено в 14:05", FLOOD, "Читайте также: Плотина"))
    after = make_article(join_paragraphs(FLOOD, "Lesen Sie auch: Der Damm", "À lire : le barrage"))
    assert find_differences(before, after) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1,234 views", "1,310 views"),
        ("Views: 2.1K", "Views: 2.2K"),
        ("Просмотров: 1234", "Просмотров: 1310"),
        ("23 Kommentare", "24 Kommentare"),
        ("12 commentaires", "13 commentaires"),
        ("Время чтения: 3 мин", "Время чтения: 4 мин"),
        ("👍 12", "👍 15"),
        ("2 hours ago", "3 hours ago"),
        ("vor 2 Stunden", "vor 3 Stunden"),
        ("Il y a 2 heures", "Il y a 3 heures"),
    ],
)
def test_what_a_page_counts_is_no_correction(before: str, after: str) -> None:
    one, other = (make_article(join_paragraphs(FLOOD, counter, STRIKE)) for counter in (before, after))
    assert find_differences(one, other) == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Four people were hurt, 12 in all.", "Four people were hurt, 15 in all."),
        ("Toll: 12 dead", "Toll: 15 dead"),
        ("12 dead", "15 dead"),
        ("Погибли: 12", "Погибли: 15"),
        ("The vote: 12 for, 9 against", "The vote: 13 for, 9 against"),
    ],
)
def test_a_number_that_reports_something_is_one(before: str, after: str) -> None:
    one, other = (make_article(join_paragraphs(FLOOD, line, STRIKE)) for line in (before, after))
    assert [(each.before, each.after) for each in find_differences(one, other)] == [(before, after)]


def test_paragraphs_that_begin_elsewhere_are_no_correction() -> None:
    before, after = (make_article(text.join(["The river rose.", "It fell again."])) for text in (" ", "\n\n"))
    assert find_differences(before, after) == ()


@given(
    st.text(" \u00a0\u2009\u200b\t", max_size=4), st.sampled_from([("'", "’"), ('"', "”"), ("-", "—"), ("...", "…")])
)
def test_spaces_and_typographic_marks_are_no_correction(space: str, marks: tuple[str, str]) -> None:
    plain, typographic = marks
    before = 'The mayor\'s "last" word - he said... - was no'
    after = before.replace(" ", f" {space}").replace(plain, typographic)
    assert find_differences(make_article(before, title=before), make_article(after, title=after)) == ()


def test_a_reading_that_holds_only_the_beginning_is_no_correction() -> None:
    whole = make_article(join_paragraphs(FLOOD, STRIKE, WHEAT), title="The day")
    assert find_differences(whole, make_article(FLOOD[:200], title="The day")) == ()
    assert find_differences(whole, make_article(None, title="The day")) == ()


def test_a_paragraph_that_was_added_has_nothing_before_and_one_taken_out_nothing_after() -> None:
    one, two = make_article(FLOOD), make_article(join_paragraphs(FLOOD, STRIKE))
    (added,) = find_differences(one, two)
    assert (added.before, added.after) == (None, STRIKE)
    moved = make_article(join_paragraphs(STRIKE, WHEAT, FLOOD))
    assert {each.before for each in find_differences(moved, make_article(join_paragraphs(STRIKE, FLOOD)))} == {WHEAT}


def test_to_the_letter_every_difference_counts() -> None:
    before, after = make_article("The  river.", title="A"), make_article("The river!", title="A")
    assert find_differences(before, after) == ()
    assert [each.field for each in list_differences(before, after)] == ["body"]
    assert list_differences(before, before) == ()
