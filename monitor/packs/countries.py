"""Country actors in the operator's languages: names from the Unicode CLDR, by Babel, and from tables of our own.

It writes YAML for a person to keep in git: every name can be struck out or given a condition there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.packs.atlas import Atlas, choose_countries, cldr_version, country_id, fold_name, load_atlas
from monitor.packs.codes import COUNTRIES, TERRITORIES
from monitor.packs.names import inflect, is_too_short
from monitor.packs.region import ALSO, AMBIGUOUS, CAPITALS, NEIGHBOURS, Capital
from monitor.text.fold import fold_words
from monitor.text.yaml_writing import quote

_WIDTH = 118
_HEADER = """\
# Countries and territories: the names of the Unicode CLDR {cldr} and additions of Media Monitor. Trim and correct it.
# A name that is also a common word needs another name of its country in the article. A plain name counts in articles
# of every language and stands under the first that has it; one with "*" counts in articles of its own language.
version: 1
"""
# Those that share the Latin alphabet mostly share the English name of a city, too.
_OTHER_SCRIPTS = frozenset(("ar", "bg", "el", "fa", "he", "hi", "hy", "ja", "ka", "kk", "ko", "ru", "sr", "uk", "zh"))


def country_actors(
    languages: Sequence[str], only: Collection[str] | None = None, *, taken: Collection[str] = ()
) -> str:
    """The actors as the text of a rule file, by their ids; behind them the capitals of those we know well.

    `only` takes ISO alpha-2 codes. Actors whose ids are `taken`, because another file has them, are left out.
    InputError for a language or a country that is not known, and for no language at all.
    """
    atlas = load_atlas(languages)
    chosen = _sort_by_id(choose_countries(only))
    words = {
        language: frozenset(word for names in by_code.values() for name in names for word in fold_words(name))
        for language, by_code in atlas.items()
    }
    pack = _Pack(atlas, words, frozenset({country_id(code) for code in chosen} | set(taken)))
    lines: list[str] = []
    for code in chosen:
        if country_id(code) not in taken:
            lines += _write_country(code, pack)
    for capital in CAPITALS:
        if capital.country in chosen and capital.id not in taken:
            lines += _write_capital(capital, atlas)
    body = ["actors:", *lines] if lines else ["actors: {}"]
    return _HEADER.format(cldr=cldr_version()) + "".join(f"{line}\n" for line in body)


def list_ids(only: Collection[str] | None = None) -> tuple[str, ...]:
    """The ids of the actors that `country_actors` writes when none is taken, in its order."""
    chosen = _sort_by_id(choose_countries(only))
    return (*map(country_id, chosen), *(capital.id for capital in CAPITALS if capital.country in chosen))


@dataclass(frozen=True, slots=True)
class _Pack:
    """What all actors of a pack are written with: all folded words of names, by language, and the ids there will be."""

    atlas: Atlas
    words: Mapping[str, Collection[str]]
    ids: Collection[str]


@dataclass(slots=True)
class _Names:
    """The names of one actor as they gather, each once: a plain one under the first language that has it."""

    by_language: dict[str, list[str]] = field(default_factory=dict)
    too_short: list[str] = field(default_factory=list)
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, term: str, language: str) -> None:
        key = (fold_name(term), language) if "*" in term else (fold_name(term),)
        if key not in self._seen:
            self._seen.add(key)
            self.by_language.setdefault(language, []).append(term)


def _write_country(code: str, pack: _Pack) -> list[str]:
    names = _gather(code, pack)
    codes = COUNTRIES[code]
    pairs = [("iso2", codes.iso2), ("iso3", codes.iso3), ("m49", codes.m49)]
    vouching = [country_id(other) for other in (code, *NEIGHBOURS.get(code, ())) if country_id(other) in pack.ids]
    return [
        *_write_remarks(names.too_short, _list_longer(code, pack.atlas)),
        f"  {country_id(code)}:",
        f"    kind: {'place' if code in TERRITORIES else 'state'}",
        f"    ids: {{{', '.join(f'{key}: {quote(value)}' for key, value in pairs if value)}}}",
        *_write_names(names, AMBIGUOUS.get(code, frozenset()), vouching),
    ]


def _write_capital(capital: Capital, atlas: Atlas) -> list[str]:
    names = _Names()
    for language in atlas:
        shared = () if language in _OTHER_SCRIPTS else capital.names["en"]
        for term in capital.names.get(language, shared):
            names.add(term, language)
    if not names.by_language:
        names.by_language["en"] = [*capital.names["en"]]
    part_of = f"    part_of: {country_id(capital.country)}"
    return [f"  {capital.id}:", "    kind: place", part_of, "    metonym: true", *_write_names(names)]


def _gather(code: str, pack: _Pack) -> _Names:
    """What finds a country: in each language CLDR's name with its cases, and our own additions."""
    names = _Names()
    for language, cldr in pack.atlas.items():
        _gather_in(names, code, language, cldr.get(code, ()), pack.words[language])
    if not names.by_language:  # an actor must have a name: the one that English and many others share
        _gather_in(names, code, "en", load_atlas(["en"])["en"][code], ())
    return names


def _gather_in(names: _Names, code: str, language: str, cldr: Sequence[str], words: Collection[str]) -> None:
    primary = language.partition("-")[0]
    own = ALSO.get(code, {}).get(primary, ())
    for name in cldr:
        if is_too_short(name):
            names.too_short.append(f"{name} ({language})")
            continue
        is_ambiguous = fold_name(name) in AMBIGUOUS.get(code, ())
        for term in (name,) if is_ambiguous else inflect(name, primary, words):
            if not any(_covers(wide, term) for wide in own):
                names.add(term, language)
    for term in own:
        names.add(term, language)


def _write_remarks(too_short: Sequence[str], longer: Sequence[str]) -> Iterator[str]:
    if too_short:
        yield f"  # Left out, too short to be told from other words: {', '.join(too_short)}."
    if longer:
        yield f"  # Its name also stands in those of {', '.join(longer)}."


def _write_names(names: _Names, ambiguous: Collection[str] = (), vouching: Sequence[str] = ()) -> Iterator[str]:
    if names.by_language:
        yield "    names:"
    for language, terms in names.by_language.items():
        written = [
            f"{{text: {quote(term)}, needs: [{', '.join(vouching)}]}}" if fold_name(term) in ambiguous else quote(term)
            for term in terms
        ]
        yield from _wrap(f"      {quote(language)}: [", written)


def _wrap(line: str, parts: Sequence[str]) -> Iterator[str]:
    """A list in brackets, over several lines when it is long."""
    for number, part in enumerate(parts, 1):
        piece = f"{part}{']' if number == len(parts) else ','}"
        if len(line) + len(piece) >= _WIDTH:
            yield line
            line = " " * 8 + piece
        else:
            line += piece if line.endswith("[") else f" {piece}"
    yield line


def _list_longer(code: str, atlas: Atlas) -> list[str]:
    """The countries whose name, in the first language, holds the name of this one."""
    first = next(iter(atlas.values()))
    if code not in first:
        return []
    name = f" {fold_name(first[code][0])} "
    return sorted(
        country_id(other)
        for other, names in first.items()
        if other != code and f" {fold_name(names[0])} " != name and name in f" {fold_name(names[0])} "
    )


def _sort_by_id(codes: Collection[str]) -> list[str]:
    return sorted(codes, key=country_id)


def _covers(wide: str, term: str) -> bool:
    """Whether `wide` finds all that `term` does: a pattern of its beginning, or the same."""
    if not wide.endswith("*"):
        return wide == term
    return fold_name(term.removesuffix("*")).startswith(fold_name(wide.removesuffix("*")))
