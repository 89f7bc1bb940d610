"""What hashes lead to, and when they are too common to lead anywhere."""

from monitor.story.postings import Postings


def test_a_hash_leads_to_each_number_once_however_often_it_was_written_down() -> None:
    postings = Postings(most=5)
    postings.load([(1, 7), (1, 7), (2, 7), (2, 8)])
    postings.add([1, 3], 7)
    assert postings.count([1, 2, 3, 4]) == {7: 3, 8: 1}


def test_a_hash_that_leads_to_too_many_leads_nowhere_and_takes_in_no_more() -> None:
    postings = Postings(most=2)
    postings.load([(1, 7), (1, 8), (2, 7)])
    assert postings.list_telling([1, 2, 3]) == [2, 3]
    assert postings.count([1, 2]) == {7: 1}
    assert postings.add([1, 2, 3], 9) == [2, 3]
    assert postings.count([1, 2, 3]) == {9: 1}
