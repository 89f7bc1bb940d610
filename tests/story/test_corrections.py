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
