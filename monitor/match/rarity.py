"""Guess how rare words are, so that rules are looked up by what seldom occurs.

A wrong guess costs time, never a match. No counts of real articles are needed: short words and the function words of
a few languages are frequent, patterns fit more than words, and two given words side by side are rare.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from monitor.match.terms import WordPattern

Key = int | tuple[str, str]
"""An atom, or two words side by side."""


class Requirement(NamedTuple):
    """A text must hold one of these keys; `weight` is about how often that is so, on a scale of no unit."""

    keys: frozenset[Key]
    weight: float


class Handle(NamedTuple):
    """What a phrase is best looked up by, how frequent that is, and the place of its rarest word."""

    key: Key
    weight: float
    anchor: int


_FREQUENT_WORD = 50.0
_PAIR_SHARE = 0.1
_WEIGHT_OF_KIND = {"word": 1.0, "prefix": 3.0, "glob": 2.0, "forms": 3.0, "stem": 3.0}
_FREQUENT = """
    the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
    which one you were her all she there would their we him been has when who will more no if out so said what
    up its about into than them can only other new some could time these two may then do first any my now such
    like our over man me even most made after also did many before must through years where much your way well
    down should because each just those people mr how too little state good very make world still own see men
    work long get here between both life being under never day same another know while last might us great old
    year off come since against go came right used take three government says per he president minister
    de la le les des du en et un une que qui dans pour par sur au der die das und von zu mit den im ist ein eine
    auf fur el los las y del se con por su и в на не что с по к из за от о как это для его он но а до при также
"""
_FUNCTION_WORDS = frozenset(_FREQUENT.split())


def weigh(pattern: WordPattern) -> float:
    """About how often a word of this pattern occurs, on a scale of no unit."""
    if pattern.kind in ("word", "forms") and pattern.text in _FUNCTION_WORDS:
        return _FREQUENT_WORD
    length = len(pattern.text if pattern.kind == "forms" else pattern.literal)
    digits = 4.0 if pattern.text.isdigit() and length <= 4 else 1.0
    return _WEIGHT_OF_KIND[pattern.kind] * digits * (0.1 + 8.0 / (length * length))


def find_handle(words: Sequence[WordPattern], atoms: Sequence[int]) -> Handle:
    """The rarest two plain words side by side where there are any, else the rarest word."""
    if len(words) == 1:
        return Handle(atoms[0], weigh(words[0]), 0)
    weights = [weigh(word) for word in words]
    anchor = weights.index(min(weights))
    pairs = [
        (min(weights[place : place + 2]), (left.text, right.text))
        for place, (left, right) in enumerate(pairwise(words))
        if left.kind == right.kind == "word"
    ]
    if not pairs:
        return Handle(atoms[anchor], weights[anchor], anchor)
    weight, pair = min(pairs)
    return Handle(pair, weight * _PAIR_SHARE, anchor)
