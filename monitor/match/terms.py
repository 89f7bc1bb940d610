"""One term as an operator writes it: a word or phrase, with `*` at a word's end or `?` for one letter, with the
inflected forms of its words, or exactly as written.

Folding is monitor.text.fold's; here a written term becomes the word patterns that folded words are held against.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from monitor.errors import MonitorError
from monitor.text.fold import fold_words, locate_words
from monitor.text.inflection import find_stem, is_inflected, list_forms

_LEAST_LETTERS = 3
# Stands for "?" while a term is folded: a letter that folding keeps and nobody writes.
_ANY_LETTER = "ꙮ"
# Of letters that are displayed as two signs.
_ACCENTS = "\u0300-\u036f"

WordKind = Literal["word", "prefix", "glob", "forms", "stem"]


class TermError(MonitorError):
    """A term that cannot be looked for; the message says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class WordPattern:
    """What one word of a term asks of a folded word.

    "word" is the word itself, "prefix" a beginning, "glob" holds `?` for one letter and may end in `*`, "forms" is one
    of its `forms`, and "stem" a word that Snowball leaves one of its `forms` of, in `language`.
    """

    kind: WordKind
    text: str
    forms: frozenset[str] = frozenset()
    language: str | None = None

    @property
    def literal(self) -> str:
        """What every fitting word begins with."""
        if self.kind in ("forms", "stem"):
            return _shared_beginning(min(self.forms), max(self.forms))
        return self.text.split("?", 1)[0].rstrip("*")

    def fits(self, word: str) -> bool:
        """Whether a folded word is one of those meant."""
        if self.kind == "word":
            return word == self.text
        if self.kind == "prefix":
            return word.startswith(self.text)
        if self.kind == "forms":
            return word in self.forms
        return self._fits_stem(word) if self.kind == "stem" else self._fits_glob(word)

    def _fits_glob(self, word: str) -> bool:
        letters = self.text.removesuffix("*")
        if len(word) < len(letters) or (len(word) > len(letters) and letters == self.text):
            return False
        return all(wanted in ("?", found) for wanted, found in zip(letters, word, strict=False))

    def _fits_stem(self, word: str) -> bool:
        # Snowball takes the end of a name for an ending: of "Алиев" it leaves "Али", which is somebody else.
        return len(word) >= len(self.text) - 1 and find_stem(word, self.language or "") in self.forms


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to look for. With a language, it counts only in articles of that or of unknown language.

    An `exact` one counts only where the article displays it as written (monitor.match.view).
    """

    written: str
    words: tuple[WordPattern, ...]
    language: str | None = None
    exact: bool = False

    @property
    def is_pattern(self) -> bool:
        """Whether any of its words stands for several."""
        return any(word.kind != "word" for word in self.words)


class Inflections:
    """The inflected forms of some words; a language's dictionary is opened when the first of them is asked for."""

    def __init__(self, words: frozenset[str] = frozenset()) -> None:
        self._words = words
        self._by_language: dict[str, Mapping[str, frozenset[str]]] = {}

    def pattern_of(self, word: str, language: str) -> WordPattern:
        """What fits the forms of a word as displayed; the word alone where none are known."""
        (folded,) = fold_words(word)
        if language not in self._by_language:
            self._by_language[language] = list_forms(self._words, language)
        listed = self._by_language[language].get(word)
        if listed:
            forms = frozenset(words[0] for form in listed if len(words := fold_words(form)) == 1) | {folded}
            return WordPattern("forms", folded, forms) if len(forms) > 1 else WordPattern("word", folded)
        stem = find_stem(folded, language)
        if stem is None or len(folded) < _LEAST_LETTERS:
            return WordPattern("word", folded)
        # Of "Алиев" two letters would be left, which say nothing; "Алиева" still leaves "Алиев".
        stems = {stem, folded} if len(_shared_beginning(stem, folded)) >= _LEAST_LETTERS else {folded}
        return WordPattern("stem", folded, frozenset(stems), language)


def parse_term(written: str, language: str | None = None) -> Term:
    """The term, bound to `language` only when it is a pattern; TermError when it cannot be looked for."""
    words = tuple(word for chunk in written.split() for word in _parse_chunk(chunk))
    if not words:
        raise TermError(f'"{written}" holds no letter or digit to look for')
    term = Term(written, words)
    return Term(written, words, language) if language and term.is_pattern else term


def parse_exact(written: str) -> Term:
    """The term as written, letter for letter; its folded words are only where to look. TermError as above."""
    written = " ".join(unicodedata.normalize("NFC", written).split())
    words = tuple(WordPattern("word", word) for word in fold_words(written))
    if not words:
        raise TermError(f'"{written}" holds no letter or digit to look for')
    return Term(written, words, exact=True)


def parse_inflected(written: str, language: str, inflections: Inflections) -> Term:
    """The term with all forms of each of its words, in articles of the language; TermError as above."""
    if "*" in written or "?" in written:
        raise TermError(f'"{written}" has a wildcard; with "forms: inflected" write the plain word')
    if not is_inflected(language):
        raise TermError(f'no inflections are known for the language "{language}"; write the forms out, or use "*"')
    patterns = tuple(inflections.pattern_of(word, language) for word in split_words(written))
    if not patterns:
        raise TermError(f'"{written}" holds no letter or digit to look for')
    return Term(written, patterns, language)


def split_words(written: str) -> list[str]:
    """The words of a text as displayed, without what stands between them."""
    located = locate_words(written)
    return [written[start:end] for start, end in zip(located.starts, located.ends, strict=True)]


@lru_cache(maxsize=10_000)
def exact_pattern(written: str) -> tuple[re.Pattern[str], int]:
    """What an exact term fits in a displayed text, and how many of its letters stand before its first word.

    Any white space fits a space, and a letter with its accent as one sign or as two. Neither a letter nor one more of
    the same sign may follow or go before: "C+" is not found in "C++", nor "IT" in "ITN".
    """
    spelling = r"\s+".join("".join(map(_spell, chunk)) for chunk in written.split())
    before = r"(?<!\w)" if written[0].isalnum() else rf"(?<!{re.escape(written[0])})"
    after = rf"(?![\w{_ACCENTS}])" if written[-1].isalnum() else rf"(?!{re.escape(written[-1])})"
    return re.compile(before + spelling + after), locate_words(written).starts[0]


def _spell(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return re.escape(letter) if parts == letter else f"(?:{re.escape(letter)}|{re.escape(parts)})"


def _shared_beginning(one: str, other: str) -> str:
    """The letters both begin with; what the first and the last of sorted texts share, all between them share too."""
    length = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


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
