"""Words by their hashes: every word has the class that it was given, and no other has one."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.match.remembered import RememberedClasses

_words = st.text(alphabet="abcdé", max_size=3)

_classes = st.dictionaries(_words, st.integers(0, 9))


@given(
    known=st.dictionaries(_words, st.integers(0, 9)),
    later=st.dictionaries(_words, st.integers(0, 9)),
    asked=st.lists(_words),
)
def test_words_have_the_classes_that_they_were_given(
    known: dict[str, int], later: dict[str, int], asked: list[str]
) -> None:
    remembered = RememberedClasses(list(known), list(known.values()), -1)
    new = {word: number for word, number in later.items() if word not in known}
    remembered.add(list(new), list(new.values()))
    both = {**new, **known}
    assert len(remembered) == len(both)
    assert remembered.find(asked).tolist() == [both.get(word, -1) for word in asked]


def test_a_hundred_thousand_words_are_each_found() -> None:
    words = [f"w{number}" for number in range(100_000)]
    remembered = RememberedClasses(words[:1], [0], -1)
    for first in range(1, 100_000, 33_333):
        part = range(first, min(first + 33_333, 100_000))
        remembered.add([words[number] for number in part], part)
    assert remembered.find(words).tolist() == list(range(100_000))
    assert set(remembered.find([f"x{number}" for number in range(100_000)]).tolist()) == {-1}
