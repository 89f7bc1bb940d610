"""Counts that were looked up are believed while nobody else counts, else for a while and no longer."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.story.features import Frequencies
from monitor.story.known_words import BELIEVED_FOR, KnownWords
from tests.builders import NOON

NOTHING = np.empty(0, np.int64)


def some(*words: int) -> NDArray[np.int64]:
    return np.array(words, np.int64)


def looked_up_at_noon() -> KnownWords:
    """One and two, which five articles were counted for."""
    words = KnownWords()
    words.confirm(5, NOON)
    words.learn(some(1, 2), 5, {1: 4})
    return words


def counts(frequencies: Frequencies) -> dict[int, int]:
    """Of the words that occurred."""
    found = zip(frequencies.words.tolist(), frequencies.articles.tolist(), strict=True)
    return {word: articles for word, articles in found if articles}


def test_only_words_that_were_not_looked_up_are_looked_up_each_once() -> None:
    assert KnownWords().list_unknown(some(2, 1, 2)).tolist() == [1, 2]
    assert looked_up_at_noon().list_unknown(some(7, 1, -3, 2, 7)).tolist() == [-3, 7]


def test_what_was_looked_up_long_ago_or_after_the_clock_was_set_back_is_old() -> None:
    words = looked_up_at_noon()
    assert KnownWords().is_old(NOON)
    assert not words.is_old(NOON + BELIEVED_FOR / 2)
    assert words.is_old(NOON + BELIEVED_FOR)
    assert words.is_old(NOON - timedelta(hours=1))


def test_what_nobody_else_has_added_to_is_never_looked_up_again() -> None:
    words = looked_up_at_noon()
    words.count([some(1, 2)])
    words.confirm(6, NOON + BELIEVED_FOR)
    assert not words.is_old(NOON + BELIEVED_FOR)
    assert words.list_unknown(some(1, 2)).tolist() == []
    assert counts(words.learn(NOTHING, 6, {})) == {1: 5, 2: 1}


def test_what_others_have_added_to_is_looked_up_again() -> None:
    words = looked_up_at_noon()
    words.confirm(6, NOON + BELIEVED_FOR)
    assert words.list_unknown(some(1, 2)).tolist() == [1, 2]


def test_others_that_counted_are_not_forgotten_when_their_number_is_known() -> None:
    words = looked_up_at_noon()
    words.learn(some(3), 6, {3: 1})
    words.confirm(6, NOON + BELIEVED_FOR)
    assert words.list_unknown(some(1, 2, 3)).tolist() == [1, 2, 3]


def test_what_is_counted_here_is_known_without_looking_it_up() -> None:
    words = looked_up_at_noon()
    words.count([some(1, 2, 3), some(2)])
    frequencies = words.learn(some(-8, 3), 7, {3: 1})
    assert (frequencies.total, counts(frequencies)) == (7, {1: 5, 2: 2, 3: 1})


def test_a_word_weighs_the_more_the_fewer_articles_have_it() -> None:
    frequencies = looked_up_at_noon().learn(some(9), 50, {9: 20})
    nine, one, two, unknown = frequencies.weigh(some(9, 1, 2, 3)).tolist()
    assert nine < one < two == unknown
