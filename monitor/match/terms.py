"""One term as an operator writes it: a word or phrase, with `*` at a word's end or `?` for one letter.

Folding is monitor.text.fold's; here a written term becomes the word patterns that folded words are held against.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from monitor.errors import MonitorError
from monitor.text.fold import fold_words

_LEAST_LETTERS = 3
# Stands for "?" while a term is folded: a letter that folding keeps and nobody writes.
_ANY_LETTER = "ꙮ"


class TermError(MonitorError):
    """A term that cannot be looked for; the message says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class WordPattern:
    """What one word of a term asks of a folded word.

    "word" is the word itself, "prefix" a beginning, and "glob" holds `?` for one letter and may end in `*`.
    """

    kind: Literal["word", "prefix", "glob"]
    text: str

    @property
    def literal(self) -> str:
        """What every fitting word begins with."""
        return self.text.split("?", 1)[0].rstrip("*")

    def fits(self, word: str) -> bool:
        """Whether a folded word is one of those meant."""
        if self.kind == "word":
            return word == self.text
        if self.kind == "prefix":
            return word.startswith(self.text)
        letters = self.text.removesuffix("*")
        if len(word) < len(letters) or (len(word) > len(letters) and letters == self.text):
            return False
        return all(wanted in ("?", found) for wanted, found in zip(letters, word, strict=False))


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to look for. With a language, it counts only in articles of that or of unknown language."""

    written: str
    words: tuple[WordPattern, ...]
    language: str | None = None

    @property
    def is_pattern(self) -> bool:
        """Whether any of its words stands for several."""
        return any(word.kind != "word" for word in self.words)


def parse_term(written: str, language: str | None = None) -> Term:
    """The term, bound to `language` only when it is a pattern; TermError when it cannot be looked for."""
    words = tuple(word for chunk in written.split() for word in _parse_chunk(chunk))
    if not words:
        raise TermError(f'"{written}" holds no letter or digit to look for')
    term = Term(written, words)
    return Term(written, words, language) if language and term.is_pattern else term


def _parse_chunk(chunk: str) -> list[WordPattern]:
    """The patterns of what stands between two spaces; several where a hyphen or apostrophe parts words."""
    if "*" not in chunk and "?" not in chunk:
        return [WordPattern("word", word) for word in fold_words(chunk)]
    open_ended = chunk.endswith("*")
    stem = chunk.removesuffix("*")
    _check_wildcards(chunk, stem)
    words = [word.replace(_ANY_LETTER, "?") for word in fold_words(stem.replace("?", _ANY_LETTER))]
    patterns = [WordPattern("glob" if "?" in word else "word", word) for word in words]
    if open_ended:
        last = words[-1]
        patterns[-1] = WordPattern("glob", last + "*") if "?" in last else WordPattern("prefix", last)
    for word in words:
        _check_letters(chunk, word, wild="?" in word or (open_ended and word is words[-1]))
    return patterns


def _check_wildcards(chunk: str, stem: str) -> None:
    if not stem.strip("*?"):
        raise TermError(f'"{chunk}" alone stands for any word; use "near" with "order: given" to leave a gap')
    if "*" in stem:
        fault = "begins with a wildcard" if chunk.startswith("*") else "has a wildcard inside"
        raise TermError(f'"{chunk}" {fault}; "*" may stand only at the end of a word')
    if not (stem[-1].isalnum() or stem[-1] == "?" or unicodedata.combining(stem[-1])):
        raise TermError(f'"{chunk}" has no letter before its wildcard')


def _check_letters(chunk: str, word: str, *, wild: bool) -> None:
    if not wild:
        return
    if word.startswith("?"):
        raise TermError(f'"{chunk}" begins with a wildcard; write out the words that are meant')
    if len(word.replace("?", "")) < _LEAST_LETTERS:
        raise TermError(
            f'"{chunk}" has fewer than {_LEAST_LETTERS} letters beside its wildcard and would fit too many words; '
            "write out the words that are meant"
        )
