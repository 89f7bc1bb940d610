"""Names that an actor lacks: its inflections as patterns, and its names in the alphabets of other languages.

Proposals for a person to look at, made while a rule is written; matching itself guesses nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.match.nodes import Node
from monitor.match.terms import Term, TermError, parse_term
from monitor.match.written import WrittenTerm, iter_terms
from monitor.text.fold import fold_words
from monitor.text.transliteration import Script, script_of, transliterate

Spelling = str | dict[str, str | list[str]]
"""A name as it is written in YAML: a text, or a text with what it needs."""

_LEAST_STEM = 4
# The kinds of actors whose names are spelled, not translated, and of how many words at most.
_SOUNDS_ALIKE = {"person": 4, "place": 2, "state": 1, "armed-group": 2}
_SCRIPTS: Mapping[str, Script] = {
    "en": "latin", "ru": "cyrillic", "hy": "armenian", "ka": "georgian",
}  # fmt: skip
# The letters that inflection takes from the end of a name, one of them at most; what remains takes a `*`.
_ENDINGS: Mapping[str, str] = {
    "ru": "аяоеёиыйьуюэ", "uk": "аяоеєиіїйьую", "bg": "аяоеий", "sr": "aoeiаоеи", "ka": "იაე", "hy": "", "az": "",
    "tr": "", "kk": "", "pl": "aoeyią", "cs": "aoeyiáéíý", "el": "αοςηυιάόήίύ",
}  # fmt: skip
# What a Russian name of few letters becomes, for stems too short for a pattern.
_SHORT_FORMS = ("", "а", "у", "ом", "е")


@dataclass(frozen=True, slots=True)
class _Known:
    """The names that need no proposal any more: their words, and their patterns."""

    plain: set[tuple[str | None, ...]] = field(default_factory=set)
    patterns: list[Term] = field(default_factory=list)

    def add(self, term: Term) -> None:
        if term.is_pattern:
            self.patterns.append(term)
        self.plain.add((term.language, *(word.text + ("*" if word.kind == "prefix" else "") for word in term.words)))

    def covers(self, text: str, language: str) -> bool:
        """Whether the name, or all that its pattern would find, is found already."""
        words = tuple(f"{' '.join(fold_words(word))}{'*' if word.endswith('*') else ''}" for word in text.split())
        if (None, *words) in self.plain or (language, *words) in self.plain:
            return True
        bare = [word.rstrip("*") for word in words]
        return any(
            len(pattern.words) == len(bare)
            and pattern.language in (None, language)
            and all(part.fits(word) for part, word in zip(pattern.words, bare, strict=True))
            for pattern in self.patterns
        )


def suggest_spellings(node: Node, languages: Iterable[str]) -> dict[str, tuple[Spelling, ...]]:
    """By language what could be added to the names of an actor's definition, the likeliest first.

    Languages are those asked for and those the actor has names in already.
    """
    names = [name for name in iter_terms(node) if _parse(name.text, name.language)]
    known = _Known()
    for name in names:
        term = _parse(name.text, name.language)
        if term:
            known.add(term)
    wanted = dict.fromkeys([*(name.language for name in names if name.language), *languages])
    proper = _list_proper(node, names)
    found: dict[str, tuple[Spelling, ...]] = {}
    for language in wanted:
        spellings = tuple(_suggest(names, proper, language, known))
        if spellings:
            found[language] = spellings
    return _with_surnames(node, names, found, known)


def _list_proper(node: Node, names: Sequence[WrittenTerm]) -> list[str]:
    """The names that sound alike in every language. "Ministry of Defence" and "North Korea" are translated instead."""
    kind = node.value.get("kind") if isinstance(node.value, dict) else None
    if kind not in _SOUNDS_ALIKE:
        return []
    most_words = _SOUNDS_ALIKE[kind]
    plain = [name for name in names if not _is_pattern(name.text) and not name.is_conditional]
    first = next((language for language in ("en", *(name.language for name in plain)) if _has(plain, language)), None)
    return [
        name.text
        for name in plain
        if name.language == first and len(name.text.split()) <= most_words and not _is_abbreviation(name.text)
    ]


def _has(names: Sequence[WrittenTerm], language: str | None) -> bool:
    return any(name.language == language for name in names)


def _suggest(names: Sequence[WrittenTerm], proper: Sequence[str], language: str, known: _Known) -> Iterator[str]:
    for spelling in dict.fromkeys(_iter_spellings(names, proper, language)):
        for form in _inflect(spelling, language):
            term = _parse(form, language)
            if term is not None and not known.covers(form, language):
                known.add(term)
                yield form


def _iter_spellings(names: Sequence[WrittenTerm], proper: Sequence[str], language: str) -> Iterator[str]:
    """The plain names of a language; where it has none, the proper ones of another in its alphabet."""
    own = [name.text for name in names if name.language == language]
    yield from (text for text in own if not _is_pattern(text))
    script = _SCRIPTS.get(language)
    if script is not None and not own:
        for text in proper:
            yield from transliterate(text, script)


def _inflect(name: str, language: str) -> tuple[str, ...]:
    """The name as a pattern over its forms; the forms themselves where it is short; as it is where nothing changes."""
    endings = _ENDINGS.get(language)
    if endings is None or _is_abbreviation(name):
        return (name,)
    words = name.split()
    if len(words) == 1 and language in ("ru", "uk") and len(_stem(name, endings)) < _LEAST_STEM:
        ends_hard = name[-1].casefold() not in endings
        return tuple(name + ending for ending in _SHORT_FORMS) if ends_hard else (name,)
    return (" ".join(_open(word, endings) for word in words),)


def _open(word: str, endings: str) -> str:
    stem = _stem(word, endings)
    return f"{stem}*" if len(stem) >= _LEAST_STEM and stem[-1].isalnum() else word


def _stem(word: str, endings: str) -> str:
    return word[:-1] if word[-1].casefold() in endings else word


def _with_surnames(
    node: Node, names: Sequence[WrittenTerm], found: dict[str, tuple[Spelling, ...]], known: _Known
) -> dict[str, tuple[Spelling, ...]]:
    """For a person who acts for somebody, the surname where that somebody is named as well."""
    actors = _list_principals(node)
    if not actors or node.value.get("kind") != "person":
        return found
    extended = dict(found)
    for name in names:
        words = name.text.split()
        language = name.language
        # Where the article is of another language the whole name is enough to begin with.
        if language is None or len(words) < 2 or _is_pattern(name.text):
            continue
        for surname in _inflect(words[-1], language):
            term = _parse(surname, language)
            if term and len(words[-1]) >= _LEAST_STEM and not known.covers(surname, language):
                known.add(term)
                extended[language] = (*extended.get(language, ()), {"text": surname, "needs": actors})
    return extended


def _list_principals(node: Node) -> list[str]:
    offices = node.value.get("acts_for") if isinstance(node.value, dict) else None
    found = [office.get("actor") for office in offices if isinstance(office, dict)] if isinstance(offices, list) else []
    return list(dict.fromkeys(actor for actor in found if isinstance(actor, str)))


def _parse(text: str, language: str | None) -> Term | None:
    try:
        return parse_term(text, language)
    except TermError:
        return None


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _is_abbreviation(text: str) -> bool:
    """Capitals of an alphabet that has small letters too: they do not inflect, and have other letters elsewhere."""
    return text.isupper() and script_of(text.replace(".", "")) != "georgian" and len(text) <= 6
