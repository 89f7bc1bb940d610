"""Counts that were looked up are believed for a while, and no longer."""

from datetime import timedelta

from monitor.story.known_words import BELIEVED_FOR, KnownWords
from tests.builders import NOON


def test_only_words_that_were_not_looked_up_lately_are_looked_up() -> None:
    words = KnownWords()
    assert words.list_unknown([1, 2], NOON) == [1, 2]
    words.learn([1, 2], 5, {1: 4})
    assert words.list_unknown([1, 2, 3], NOON + BELIEVED_FOR / 2) == [3]
    assert words.list_unknown([1, 2, 3], NOON + BELIEVED_FOR) == [1, 2, 3]


def test_a_clock_that_was_set_back_makes_every_word_unknown() -> None:
    words = KnownWords()
    words.list_unknown([1], NOON)
    words.learn([1], 5, {1: 4})
    assert words.list_unknown([1], NOON - timedelta(hours=1)) == [1]


def test_what_is_counted_here_is_known_without_looking_it_up() -> None:
    words = KnownWords()
    words.list_unknown([1, 2], NOON)
    words.learn([1, 2], 5, {1: 4})
    words.count([(1, 2, 3), (2,)])
    frequencies = words.learn([], 7, {})
    assert (frequencies.total, dict(frequencies.articles)) == (7, {1: 5, 2: 2})
