"""The inflected forms of words, language by language: from dictionaries (simplemma), and by rule (Snowball).

A dictionary lists exactly what belongs to a word, "struck" with "strike", and keeps "universe" apart from
"university". Names stand in no dictionary; for them Snowball says which words share a stem.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Protocol

import snowballstemmer
from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

# Where our code of a language is not the dictionary's: Bosnian, Croatian and Serbian share one.
_DICTIONARIES = {"no": "nb", "bs": "hbs", "hr": "hbs", "sr": "hbs", "sh": "hbs"}
_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# In whose language a word is inflected when nothing else says so, by the first letter's place in Unicode.
_LANGUAGE_OF_SCRIPT = (
    ((0x0370, 0x03FF), "el"), ((0x0400, 0x052F), "ru"), ((0x0530, 0x058F), "hy"), ((0x0590, 0x05FF), "he"),
    ((0x0600, 0x06FF), "ar"), ((0x0900, 0x097F), "hi"), ((0x10A0, 0x10FF), "ka"),
)  # fmt: skip


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


def is_inflected(language: str) -> bool:
    """Whether any inflections of a language are known here."""
    return language in _ALGORITHMS or _DICTIONARIES.get(language, language) in SUPPORTED_LANGUAGES


def guess_language(word: str) -> str:
    """The language a word is most likely meant in, by its letters alone: English for Latin ones."""
    code = ord(word[0])
    return next((language for (first, last), language in _LANGUAGE_OF_SCRIPT if first <= code <= last), "en")


@lru_cache(maxsize=64)
def list_forms(words: frozenset[str], language: str) -> Mapping[str, frozenset[str]]:
    """All forms of each of the words that the language's dictionary knows, as the dictionary writes them.

    One pass over the dictionary serves all words: a large one, such as the Russian, takes two seconds. The last
    answers are remembered, for rules are read again whenever a file of theirs changes.
    """
    name = _DICTIONARIES.get(language, language)
    if name not in SUPPORTED_LANGUAGES:
        return {}
    dictionary = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(name)
    headwords = {word: head for word in words if (head := _find_headword(word, dictionary)) is not None}
    forms: dict[str, set[str]] = {head: {head} for head in headwords.values()}
    for form, head in dictionary.items():
        if head in forms:
            forms[head].add(form)
    return {word: frozenset(forms[head]) for word, head in headwords.items()}


def find_stem(word: str, language: str) -> str | None:
    """What Snowball leaves of a folded word; None where it does not know the language."""
    algorithm = _ALGORITHMS.get(language)
    return str(_stemmer(algorithm).stemWord(word)) if algorithm else None


def _find_headword(word: str, dictionary: Mapping[str, str]) -> str | None:
    """Under what a dictionary lists a word: as written, else small as in the middle of a sentence, else as a name.

    The first of these alone: "Лавров" is a minister, and "лавров" are laurels.
    """
    found = (dictionary.get(spelling) for spelling in (word, word.lower(), word.capitalize()))
    return next((head for head in found if head is not None), None)


@cache
def _stemmer(algorithm: str) -> _Stemmer:
    stemmer: _Stemmer = snowballstemmer.stemmer(algorithm)
    return stemmer
