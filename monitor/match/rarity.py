"""Guess how rare words are, so that rules are looked up by what seldom occurs.

A wrong guess costs time, never a match. No counts of real articles are needed: short words and the function words of
a few languages are frequent, patterns fit more than words, and two given words side by side are rare.
"""

from collections.abc import Sequence

from monitor.match.terms import WordPattern

Key = int | tuple[str, str]
"""An atom, or two words side by side."""
KeySet = frozenset[Key]
"""What a text must hold one of."""

_FREQUENT_WORD = 50.0
_PAIR_SHARE = 0.02
_WEIGHT_OF_KIND = {"word": 1.0, "prefix": 3.0, "glob": 2.0}
_FUNCTION_WORDS = frozenset(
    (
        "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they "
        "which one you were her all she there would their we him been has when who will more no if out so said what "
        "up its about into than them can only other new some could time these two may then do first any my now such "
        "like our over man me even most made after also did many before must through years where much your way well "
        "down should because each just those people mr how too little state good very make world still own see men "
        "work long get here between both life being under never day same another know while last might us great old "
        "year off come since against go came right used take three government says per he president minister "
        "de la le les des du en et un une que qui dans pour par sur au der die das und von zu mit den im ist ein eine "
        "auf fur el los las y del se con por su и в на не что с по к из за от о как это для его он но а до при также"
    ).split()
)


def weigh(pattern: WordPattern) -> float:
    """About how often a word of this pattern occurs, on a scale of no unit."""
    if pattern.kind == "word" and pattern.text in _FUNCTION_WORDS:
        return _FREQUENT_WORD
    length = len(pattern.literal)
    digits = 4.0 if pattern.text.isdigit() and length <= 4 else 1.0
    return _WEIGHT_OF_KIND[pattern.kind] * digits * (0.1 + 8.0 / (length * length))


def rarest_key(words: Sequence[WordPattern], atoms: Sequence[int]) -> tuple[Key, int]:
    """What a phrase is best looked up by, and the place of its rarest word."""
    anchor = min(range(len(words)), key=lambda place: weigh(words[place]))
    pairs = [
        (weigh(left) * weigh(right), (left.text, right.text))
        for left, right in zip(words, words[1:], strict=False)
        if left.kind == right.kind == "word"
    ]
    return (min(pairs)[1] if pairs else atoms[anchor]), anchor
