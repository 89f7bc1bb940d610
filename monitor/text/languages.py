"""The codes of languages, and what somebody meant who wrote another: a country's code, or the language's name."""

import re
from collections.abc import Mapping

# ISO 639-1, the two-letter codes.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_CODES.split())
"""Of two letters; those of three letters belong to languages that have none of two."""

# No longer codes, and still found in other people's lists.
_FORMER = frozenset({"bh", "in", "iw", "ji", "jw", "mo", "sh"})

_FORM = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8})*")
_MEANT: Mapping[str, str] = {
    wrong: code
    for code, wrongs in {
        "ar": "arabic",
        "az": "azerbaijani azeri",
        "be": "belarusian by",
        "bg": "bulgarian",
        "cs": "czech cz",
        "da": "danish dk",
        "de": "german deutsch",
        "el": "greek gr",
        "en": "english gb us",
        "es": "spanish",
        "fa": "persian farsi ir",
        "fr": "french",
        "he": "hebrew il",
        "hi": "hindi",
        "hy": "armenian",
        "it": "italian",
        "ja": "japanese jp",
        "ka": "georgian ge",
        "kk": "kazakh kz",
        "ko": "korean kp",
        "nl": "dutch",
        "no": "norwegian",
        "pl": "polish",
        "pt": "portuguese",
        "ro": "romanian md",
        "ru": "russian",
        "sr": "serbian rs",
        "sv": "swedish",
        "tr": "turkish",
        "uk": "ukrainian ua",
        "vi": "vietnamese vn",
        "zh": "chinese cn hk",
    }.items()
    for wrong in wrongs.split()
}


def find_language_fault(code: str) -> str | None:
    """Why a text is no code of a language, with what was meant where that is known; None for "en", "pt-BR", "ckb"."""
    written = code.strip().lower()
    language = written.replace("_", "-").split("-", 1)[0]
    if not _FORM.fullmatch(written):
        fault = f'"{code}" is not a language code such as "en" or "ru"'
    elif len(language) == len("en") and language not in LANGUAGES | _FORMER:
        fault = f'no language has the code "{language}"'
    else:
        return None
    return fault + suggest_language(code)


def suggest_language(code: str) -> str:
    """` (did you mean "ka"?)` for "ge" or "Georgian", or the empty string; append it to a message."""
    meant = _MEANT.get(code.strip().lower().replace("_", "-").split("-", 1)[0])
    return f' (did you mean "{meant}"?)' if meant else ""
