"""What countries are called as the Unicode CLDR has it, without what nobody prints, and the ids made of it."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from monitor.errors import InputError
from monitor.packs.codes import COUNTRIES
from monitor.packs.names import list_printed
from monitor.packs.region import IDS, PRINTED
from monitor.text.fold import fold_words
from monitor.text.languages import suggest_language
from monitor.text.suggest import did_you_mean

# CLDR's remark in brackets is a second name here, and something to leave out everywhere else.
_TWO_NAMED = frozenset({"CI", "MM", "TL"})

_SHORT = {"en": (("St. ", "Saint "), (" & ", " and ")), "ru": (("о-ва", "острова"),)}

Atlas = Mapping[str, Mapping[str, tuple[str, ...]]]
"""By language and by ISO alpha-2 code the names, the first of them the usual one."""


def load_atlas(languages: Sequence[str]) -> Atlas:
    """The names in these languages, in their order; InputError for one that CLDR does not know, and for none at all."""
    if not languages:
        raise InputError("no language given; expected at least one, such as en")
    locales = {str(locale).replace("_", "-"): locale for locale in map(_find_locale, languages)}
    return {language: _list_names(language, locale.territories) for language, locale in locales.items()}


def cldr_version() -> str:
    """Which CLDR the names are of."""
    return str(get_global("cldr")["version"])


def country_id(code: str) -> str:
    """The id of the country's actor, from its English name."""
    english = Locale("en").territories[code].replace("&", "and")
    return IDS.get(code) or "-".join(re.findall(r"[a-z0-9]+", fold_name(english)))


def choose_countries(only: Collection[str] | None) -> Collection[str]:
    """The alpha-2 codes asked for, of any case; all for None. InputError for one that is none."""
    if only is None:
        return COUNTRIES.keys()
    wanted = {code.strip().upper() for code in only}
    for code in sorted(wanted - COUNTRIES.keys()):
        hint = did_you_mean(code, COUNTRIES) or '; expected a code of two letters such as "AM"'
        raise InputError(f'unknown country "{code}"{hint}')
    return wanted


def fold_name(name: str) -> str:
    """The name as rules compare it."""
    return " ".join(fold_words(name))


def _find_locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        hint = suggest_language(language)
        raise InputError(f'"{language}" is no language that the Unicode CLDR has names in{hint}') from error


def _list_names(language: str, cldr: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    names = {code: cldr[code] for code in COUNTRIES if cldr.get(code, code) != code}
    shared = Counter(fold_name(list_printed(name, both=False)[0]) for name in names.values())
    return {
        code: PRINTED.get(code, {}).get(language) or _clean(code, language, name, shared)
        for code, name in names.items()
    }


def _clean(code: str, language: str, name: str, shared: Mapping[str, int]) -> tuple[str, ...]:
    printed = list_printed(name, both=code in _TWO_NAMED)
    if shared[fold_name(printed[0])] > 1:
        return (name,)  # 刚果（金） and 刚果（布）: the remark is the difference
    return tuple(dict.fromkeys([*printed, *(_spell_out(each, language) for each in printed)]))


def _spell_out(name: str, language: str) -> str:
    for short, whole in _SHORT.get(language, ()):
        name = name.replace(short, whole)
    return name
