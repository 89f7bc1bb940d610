"""One name of a country in one language, as CLDR has it, to the terms that find it in the articles of that language."""

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial

from monitor.text.fold import fold_words

_REMARK = re.compile(r"\s*[(（]([^)）]*)[)）]")
# Of letters. A single word shorter than this begins too many others to be taken as a pattern.
_LEAST_STEM = 5
_LEAST_LONG_STEM = 6
_LEAST_WITH_OTHERS = 3
# Of letters, folded: shorter names are words of other languages ("Áo" is Portuguese "ao") or parts of words ("タイ").
_LEAST_NAME = 4
_LEAST_KATAKANA = 3

# What inflection takes from the end of a name, the first that fits.
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "ru": ("ая", "ий", "ый", "ое", "ые", "а", "я", "й", "ь", "ы"),
    "uk": ("а", "я", "й", "ь", "и", "і"),
    "sr": ("а", "о", "е", "и"),
    "pl": ("a", "e", "y", "o"),
    "cs": ("a", "o", "e", "y", "í"),
    "ro": ("a",),
    "el": ("ος", "ας", "ες", "α", "η", "ο"),
    "hy": ("",), "az": ("",), "kk": ("",),
    "ka": ("ი", "ა", "ო"),
}  # fmt: skip
# Languages that inflect only the last word of a name.
_LAST_ONLY = frozenset({"az", "hy", "ka", "kk"})
# The cases of names whose stem is too short for a pattern, or begins another country's name: by the end of the name,
# the first that fits. An empty one stands for all others.
_CASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ru": {
        "ия": ("ия", "ии", "ию", "ией"), "ея": ("ея", "еи", "ее", "ею", "еей"), "а": ("а", "ы", "е", "у", "ой"),
        "й": ("й", "я", "ю", "ем", "е"), "ь": ("ь", "я", "ю", "ем", "е"), "ы": ("ы", "", "ам", "ами", "ах"),
        **{vowel: (vowel,) for vowel in "оеиуэю"}, "": ("", "а", "у", "ом", "е"),
    },
    "hy": {"ա": ("ա", "այի", "այում", "այից", "ան", "այով"), "": ("", "ի", "ում", "ից", "ը", "ին", "ն")},
    "ka": {
        "ი": ("ი", "ის", "ს", "ში", "მა", "იდან"), "ა": ("ა", "ის", "ას", "აში", "ამ", "იდან"),
        "": ("", "ს", "ში", "მ", "დან"),
    },
}  # fmt: skip


def list_printed(name: str, *, both: bool) -> tuple[str, ...]:
    """The name without its remark: "Myanmar" of "Myanmar (Burma)". With `both` the remark is a second name."""
    plain = " ".join(_REMARK.sub(" ", name).split())
    remark = _REMARK.search(name)
    return (plain, remark.group(1)) if both and remark else (plain,)


def is_too_short(name: str) -> bool:
    """Whether nobody could tell the name from the words around it."""
    letters = "".join(fold_words(name))
    if all("\u30a0" <= letter <= "\u30ff" for letter in letters):
        return len(letters) < _LEAST_KATAKANA
    return letters.isascii() and len(letters) < _LEAST_NAME


def inflect(name: str, language: str, others: Collection[str]) -> tuple[str, ...]:
    """The terms that find a name in its cases, itself first where it stays a plain word.

    `others` are the folded words of all countries' names in that language: a pattern that fits the name of another is
    not taken ("Нигер*" would be Нигерия).
    """
    return _WAYS.get(language, _as_it_is)(name, others)


def _as_it_is(name: str, _others: Collection[str]) -> tuple[str, ...]:
    return (name,)


def _with_pattern(name: str, others: Collection[str], *, language: str, least: int) -> tuple[str, ...]:
    *first, last = name.split()
    if first:
        if language not in _LAST_ONLY:
            first = [_pattern_of(word, language, _LEAST_WITH_OTHERS) or word for word in first]
        return (" ".join([*first, _pattern_of(last, language, _LEAST_WITH_OTHERS) or last]),)
    pattern = _pattern_of(name, language, least)
    return _list_cases(name, language) if pattern is None or _fits_another(pattern, name, others) else (pattern,)


def _list_cases(name: str, language: str) -> tuple[str, ...]:
    ends = _CASES.get(language, {})
    found = next((end for end in ends if name.endswith(end)), None)
    if found is None or "-" in name:
        return (name,)
    return tuple(name.removesuffix(found) + case for case in ends[found])


def _fits_another(pattern: str, name: str, others: Collection[str]) -> bool:
    stem, own = _folded(pattern.removesuffix("*")), _folded(name)
    return any(word.startswith(stem) and word != own for word in others)


def _pattern_of(word: str, language: str, least: int) -> str | None:
    ending = next((ending for ending in _ENDINGS[language] if word.endswith(ending)), "")
    stem = word[: len(word) - len(ending)]
    return f"{stem}*" if len(_folded(stem)) >= least and stem[-1:].isalpha() and "-" not in stem else None


def _in_german(name: str, _others: Collection[str]) -> tuple[str, ...]:
    """With the genitive: "Armeniens"."""
    return (name,) if " " in name or name.endswith(("s", "x", "z", "ß")) else (name, f"{name}s")


def _with_prefixes(name: str, _others: Collection[str], *, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    """Languages that write "in", "to" and "and" as part of the next word."""
    if name.startswith("ال"):  # "to" and the article become one
        return (name, f"و{name}", f"ب{name}", f"لل{name.removeprefix('ال')}")
    return (name, *(prefix + name for prefix in prefixes))


_WAYS: Mapping[str, Callable[[str, Collection[str]], tuple[str, ...]]] = {
    **{
        language: partial(_with_pattern, language=language, least=_LEAST_LONG_STEM if language == "ru" else _LEAST_STEM)
        for language in _ENDINGS
    },
    "de": _in_german,
    "ar": partial(_with_prefixes, prefixes=("و", "ب", "ل")),
    "he": partial(_with_prefixes, prefixes=("ב", "ל", "מ", "ו")),
}
"""By language; in the others a name stays as it is."""


def _folded(text: str) -> str:
    return " ".join(fold_words(text))
