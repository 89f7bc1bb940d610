"""Fold a text to the words that rules compare: case, accents, quotes, hyphens and possessives no longer differ.

Two views of one thing: `fold_words` is fast and gives the words alone; `locate_words` is slower and says where each
stands in the text as displayed. Both see the same sequence, always (a property test holds them together). Articles
are folded by the first and, only where a rule matched, by the second.

Letters of scripts without spaces (Chinese, Japanese kana, Thai and their neighbours) are words of one letter each, so
that a term in them is found as a phrase wherever it stands.
"""

import unicodedata
from collections.abc import Collection, Mapping
from itertools import chain, count, repeat

import numpy as np
from numpy.typing import NDArray

FIELD_END = "\0"
"""Stands for a word where one text ends and another begins; no text folds to it."""

ROW_GAP = f" {FIELD_END} "
_SPACE = ord(" ")

# What NFKD leaves alone although readers write the plain letter for it.
_LETTERS = {
    "ə": "e", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŋ": "n",
    "ŧ": "t", "ĸ": "k", "ƒ": "f", "ё": "е", "ى": "ي", "ی": "ي", "ک": "ك", "ھ": "ه", "ە": "ه", "ؤ": "و", "ئ": "ي",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ς": "σ",
}  # fmt: skip
_APOSTROPHES = frozenset("'’‘ʼ`´ʹʻ＇‛′")
_TYPOGRAPHY = (("’", "'"), ("‘", "'"), ("“", " "), ("”", " "), ("–", " "), ("—", " "), ("…", " "), ("\u00a0", " "))
_DELETED_RANGES = (
    (0x00AD, 0x00AD), (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2),
    (0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06ED), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064),
    (0x2066, 0x206F), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip
_SPACELESS_RANGES = (
    (0x0E01, 0x0E4E), (0x0E80, 0x0EDF), (0x1000, 0x109F), (0x1780, 0x17D3), (0x3005, 0x3007), (0x3041, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip


def fold_words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    folded = _as_typed(text).translate(_TABLE) + " "
    return folded.replace("'s ", " ").replace("'", " ").split()


def fold_row(texts: Collection[str]) -> list[str]:
    """The folded words of several texts in one list, `FIELD_END` after those of each; in half the time."""
    return _as_typed(join_row(texts)).translate(_ROW_TABLE).replace("'s ", " ").replace("'", " ").split()


def join_row(texts: Collection[str]) -> str:
    """The texts in one, letter by letter, with `ROW_GAP` after each."""
    joined = "".join([text + ROW_GAP for text in texts])
    if joined.count(FIELD_END) == len(texts):
        return joined
    return "".join([text.replace(FIELD_END, " ") + ROW_GAP for text in texts])


def locate_words(text: str) -> "Words":
    """The folded words of a text with their places in it."""
    return Words(text, _TABLE)


def locate_row(joined: str) -> "Words":
    """The words of `fold_row` with their places in what `join_row` made of the texts."""
    return Words(joined, _ROW_TABLE)


class Words:
    """The words of a text and where they stand: `text[starts[n]:ends[n]]` displays word `n`, marks and all."""

    def __init__(self, text: str, table: Mapping[int, str]) -> None:
        typed = _as_typed(text)
        # Letter by letter, so that places stay.
        self._folded = (typed.translate(table) + " ").replace("'s ", "   ").replace("'", " ")
        edges = _find_edges(self._folded)
        self.starts: list[int] = edges[::2].tolist()
        self.ends: list[int] = edges[1::2].tolist()
        if not _keeps_places(typed):
            origins = _list_origins(text)
            self.starts = [origins[start] for start in self.starts]
            self.ends = [_end_of_letter(text, origins[end - 1]) for end in self.ends]

    @property
    def words(self) -> tuple[str, ...]:
        """In order, as `fold_words` gives them."""
        return tuple(self._folded.split())


def _find_edges(folded: str) -> NDArray[np.intp]:
    """By turns where a word starts and where it has ended, of a text that ends in a space."""
    data = f" {folded}".encode("ascii" if folded.isascii() else "utf-32-le", "surrogatepass")
    is_gap = np.frombuffer(data, np.uint8 if folded.isascii() else np.uint32) == _SPACE
    edges: NDArray[np.intp] = (is_gap[1:] != is_gap[:-1]).nonzero()[0]
    return edges


def _keeps_places(text: str) -> bool:
    """Whether every letter folds to exactly one and no mark follows any."""
    return text.isascii() or all(
        len(_TABLE[ord(letter)]) == 1 and not unicodedata.combining(letter) for letter in set(text)
    )


def _list_origins(text: str) -> list[int]:
    """For each letter of the folded text the place of the one that it came from."""
    widths = (len(_TABLE[ord(letter)]) for letter in text)
    return list(chain.from_iterable(map(repeat, count(), widths)))


def _end_of_letter(text: str, origin: int) -> int:
    """One past the letter at `origin` with the marks that follow it, so that a span never cuts an accent off."""
    end = origin + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _as_typed(text: str) -> str:
    """The text with a typewriter's signs for a typesetter's, letter by letter.

    It folds to the same, and a text that is ASCII then, as most English ones are, folds five times as fast.
    """
    if not text.isascii():
        for sign, plain in _TYPOGRAPHY:
            text = text.replace(sign, plain)
    return text


class _FoldingTable(dict[int, str]):
    """A table for str.translate that works out each letter the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = _fold_letter(chr(code))
        self[code] = folded
        return folded


def _fold_letter(letter: str) -> str:
    code = ord(letter)
    if letter in _APOSTROPHES:
        return "'"
    if _is_in(code, _DELETED_RANGES):
        return ""
    if _is_in(code, _SPACELESS_RANGES):
        return f" {letter} "
    return "".join(_fold_part(part) for part in unicodedata.normalize("NFKC", letter).casefold())


def _fold_part(letter: str) -> str:
    """Fold one letter of a letter's compatible, casefolded form; whatever is no letter, digit or mark is a space."""
    if letter in _LETTERS:
        return _LETTERS[letter]
    if _is_in(ord(letter), _DELETED_RANGES):
        return ""
    if letter in _APOSTROPHES:
        return "'"
    category = unicodedata.category(letter)
    if category[0] not in "LNM":
        return " "
    if category[0] == "L" and _loses_accents(letter):
        plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
        return "".join(_LETTERS.get(part, part) for part in plain)
    return letter


def _loses_accents(letter: str) -> bool:
    """Latin and Greek letters do; Cyrillic й is a letter of its own, not an и with a breve."""
    code = ord(letter)
    return code < 0x0400 or 0x1E00 <= code <= 0x1FFF or 0x2C60 <= code <= 0x2C7F or 0xA720 <= code <= 0xA7FF


def _is_in(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


_TABLE = _FoldingTable()
_ROW_TABLE = _FoldingTable({ord(FIELD_END): FIELD_END})
