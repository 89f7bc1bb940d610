"""What every importer hands back: actors and rules to look over, what could not be taken, and all of it as YAML."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.errors import Problem
from monitor.text.fold import fold_words
from monitor.text.transliteration import to_latin
from monitor.text.yaml_writing import Value, write_yaml

FindFault = Callable[[str], str | None]
"""Says what is wrong with a term, or None; the rules of terms are monitor.match's."""

# Stands for names of no language beside names that have one; plain words count in every article anyway.
_ANY_LANGUAGE = "mul"

_LONGEST_ID = 60


class Name(NamedTuple):
    """A name with its language, where one is known."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class DraftOffice:
    """Whom an actor acts for, with days as "2003-10-31"."""

    actor: str
    role: str | None = None
    first_on: str | None = None
    last_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftActor:
    """An actor to look over. `line` is where it came from."""

    id: str
    kind: str
    names: tuple[Name, ...]
    ids: tuple[tuple[str, str], ...] = ()
    part_of: tuple[str, ...] = ()
    offices: tuple[DraftOffice, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRule:
    """A rule to look over, and as what it was written."""

    id: str
    title: str
    match: Value
    written: str
    line: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What could be taken, and a warning for each thing that could not."""

    actors: tuple[DraftActor, ...] = ()
    rules: tuple[DraftRule, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Intake:
    """Collects while a file is read: gives out ids, and keeps what could not be taken with its line."""

    file: str
    find_fault: FindFault
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    _repeats: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, message: str, column: int = 0) -> None:
        """Something was not taken."""
        self.problems.append(Problem(self.file, line, column, f"not taken: {message}", "warning"))

    def give_id(self, text: str, otherwise: str) -> str:
        """An id made of a text, that nothing else in the file has."""
        wanted = slug(text) or otherwise
        free = wanted
        while free in self.ids:
            self._repeats[wanted] += 1
            free = f"{wanted}-{self._repeats[wanted] + 1}"
        self.ids.add(free)
        return free

    def take_names(self, names: Iterable[Name], line: int) -> tuple[Name, ...]:
        """The names that can be looked for, each once: those that differ only in case or accents are one."""
        kept: dict[tuple[str, ...], Name] = {}
        for name in names:
            text = " ".join(_printable(name.text).split())
            fault = self.find_fault(text) if text else "an empty name"
            if fault:
                self.refuse(line, fault)
            else:
                key = (*fold_words(text), *((text, name.language or "") if is_pattern(text) else ()))
                kept.setdefault(key, Name(text, name.language))
        return tuple(kept.values())


def slug(text: str) -> str:
    """Lower-case Latin words with hyphens; empty when there is no letter or digit that can be one."""
    plain = unicodedata.normalize("NFKD", to_latin(text)).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))
    short = "-".join(words)[: _LONGEST_ID + 1]
    return short.rpartition("-")[0] if len(short) > _LONGEST_ID and "-" in short else short[:_LONGEST_ID]


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return "*" in name or "?" in name


def write_drafts(imported: Imported) -> str:
    """A rule file; each rule has above it what it was made of."""
    text = "version: 1\n"
    if imported.actors:
        text += write_yaml({"actors": {actor.id: _actor_document(actor) for actor in imported.actors}}, blocks=2)
    if imported.rules:
        text += "rules:\n" + "".join(_write_rule(rule) for rule in imported.rules)
    return text


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _actor_document(actor: DraftActor) -> dict[str, Value]:
    document: dict[str, Value] = {"kind": actor.kind}
    if actor.ids:
        codes: dict[str, list[str]] = {}
        for catalogue, code in actor.ids:
            codes.setdefault(catalogue, []).append(code)
        document["ids"] = {catalogue: found[0] if len(found) == 1 else found for catalogue, found in codes.items()}
    if actor.names:
        document["names"] = _names_document(actor.names)
    if actor.part_of:
        document["part_of"] = actor.part_of[0] if len(actor.part_of) == 1 else list(actor.part_of)
    if actor.offices:
        document["acts_for"] = [_office_document(office) for office in actor.offices]
    return document


def _names_document(names: Iterable[Name]) -> Value:
    """By language; a plain list where none has one. A pattern of no language is one of each language there is."""
    kept = list(names)
    spoken = list(dict.fromkeys(name.language for name in kept if name.language))
    if not spoken:
        return [name.text for name in kept]
    by_language: dict[str, list[str]] = {}
    for name in kept:
        is_open = name.language is None and is_pattern(name.text)
        for language in spoken if is_open else [name.language or _ANY_LANGUAGE]:
            by_language.setdefault(language, []).append(name.text)
    return dict(by_language)


def _office_document(office: DraftOffice) -> dict[str, Value]:
    parts = {"actor": office.actor, "role": office.role, "from": office.first_on, "to": office.last_on}
    return {key: part for key, part in parts.items() if part}


def _write_rule(rule: DraftRule) -> str:
    document = write_yaml(
        {rule.id: {"title": rule.title, "status": "draft", "match": rule.match}},
        blocks=2,
    )
    lines = [f"# line {rule.line}: {' '.join(_printable(rule.written).split())}", *document.splitlines()]
    return "".join(f"  {line}\n" for line in lines)
