"""Which language a text is in: its script first, then py3langid among the languages that script may hold.

What the publisher declares is only a prior: feeds say "en" for everything their template was written in. Below a
margin, or with too little text, the language is None.
"""

import re
from collections import Counter
from collections.abc import Sequence
from copy import copy
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_SCRIPTS = {
    "latin": re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "armenian": re.compile("[\u0530-\u058f]"),
    "georgian": re.compile("[\u10a0-\u10ff\u1c90-\u1cbf]"),
    "hebrew": re.compile("[\u0590-\u05ff]"),
    "arabic": re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"),
    "devanagari": re.compile("[\u0900-\u097f]"),
    "kana": re.compile("[\u3041-\u30ff]"),
    "han": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "hangul": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
}
_WRITTEN_IN = {
    "cyrillic": frozenset({"ru", "uk", "bg", "sr", "kk", "be", "mk", "ky", "mn", "tg"}),
    "greek": frozenset({"el"}),
    "armenian": frozenset({"hy"}),
    "georgian": frozenset({"ka"}),
    "hebrew": frozenset({"he", "yi"}),
    "arabic": frozenset({"ar", "fa", "ur", "ku", "ckb", "ps", "ug"}),
    "devanagari": frozenset({"hi", "mr", "ne"}),
    "kana": frozenset({"ja"}),
    "han": frozenset({"zh", "ja"}),
    "hangul": frozenset({"ko"}),
}
# Serbian is written in both.
_ALSO_LATIN = frozenset({"sr", "ku"})
_RENAMED = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "sh": "sr"}
_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)

_SAMPLE = 1200
_FEWEST_LETTERS = 12
# A Chinese or Korean letter says as much as a short word.
_WORD_LIKE_SCRIPTS = frozenset({"han", "kana", "hangul"})
# Measured on py3langid's normalised probabilities: headlines it gets wrong lie below .5 or have a close second.
_SURE = 0.5
_MARGIN = 0.15
# The least the model must give a declared language for the declaration to tip the balance.
_PRIOR_SHARE = 0.1


def detect_language(texts: Sequence[str | None], prior: str | None, languages: Sequence[str]) -> str | None:
    """The ISO 639-1 code of the language of the texts (title, standfirst, first paragraph), one of `languages`."""
    sample = "\n".join(text for text in texts if text)[:_SAMPLE]
    script, letters = _main_script(sample)
    candidates = _candidates(script, languages)
    declared = normalise_code(prior)
    declared = declared if declared in candidates else None
    if not candidates:
        return None
    if len(candidates) == 1 and script != "latin":
        return candidates[0]
    if letters < _FEWEST_LETTERS:
        return declared
    return _rank(sample, candidates, declared)


def normalise_code(code: str | None) -> str | None:
    """The language of a tag such as "en-GB", "zh_Hans" or "iw"; None when it is none."""
    found = _CODE.fullmatch((code or "").strip())
    if not found:
        return None
    language = found[1].lower()
    return _RENAMED.get(language, language)


def _main_script(text: str) -> tuple[str | None, int]:
    """The script most letters are in, with how many they are; kana beside Han is Japanese."""
    counts = _count_letters(text)
    if counts["kana"] * 10 > counts["han"] and counts["kana"]:
        counts["kana"] += counts.pop("han", 0)
    script = max(counts, key=lambda name: counts[name])
    letters = counts[script]
    if not letters:
        return None, 0
    return script, letters * 3 if script in _WORD_LIKE_SCRIPTS else letters


def _count_letters(text: str) -> Counter[str]:
    """How many letters are in each script; only the first script that has the most of all letters by far is counted."""
    counts: Counter[str] = Counter()
    for script, pattern in _SCRIPTS.items():
        counts[script] = len(pattern.findall(text))
        if counts[script] * 2 > len(text):
            break
    return counts


def _candidates(script: str | None, languages: Sequence[str]) -> list[str]:
    if script is None:
        return []
    if script == "latin":
        other = frozenset().union(*_WRITTEN_IN.values()) - _ALSO_LATIN
        return [language for language in languages if language not in other]
    return [language for language in languages if language in _WRITTEN_IN[script]]


def _rank(sample: str, candidates: Sequence[str], declared: str | None) -> str | None:
    identifier = _identifier(tuple(sorted(candidates)))
    if identifier is None:
        return declared
    ranked: list[tuple[str, float]] = identifier.rank(sample)
    best, probability = ranked[0]
    runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
    if probability >= _SURE and probability - runner_up >= _MARGIN:
        return best
    return declared if declared and dict(ranked).get(declared, 0.0) >= _PRIOR_SHARE else None


@lru_cache(maxsize=32)
def _identifier(candidates: tuple[str, ...]) -> LanguageIdentifier | None:
    """The model restricted to the candidates it knows; loading it takes over a second, so it is done once."""
    model = _load_model()
    known = [language for language in candidates if language in model.labels]
    if not known:
        return None
    restricted = copy(model)
    restricted.set_languages(known)
    return restricted


@lru_cache(maxsize=1)
def _load_model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
