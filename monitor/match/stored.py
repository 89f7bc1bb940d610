"""Compiled rules as bytes, and back: what every article needs is read at once, the rest when it is asked for.

The bytes are pickles of which only the value classes of this package are ever built, so that damaged or foreign bytes
can do no more than fail. Each rule's clauses are a pickle of their own, as are the longer lists of terms that many
rules share: of ten thousand rules an article needs ten.
"""

import builtins
import copyreg
import datetime
import pickle
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from io import BytesIO
from typing import Any

from monitor.match.clauses import Lookup
from monitor.match.deferred import DeferredLexicon, StoredTerm
from monitor.match.lexicon import Alias, Lexicon, restore_single
from monitor.match.matcher import slots_of
from monitor.match.pause import paused_collection
from monitor.match.rules import CompiledRule, Prepared, RuleBody, RuleSet
from monitor.match.scope import DEFAULT_SCOPE, Scope
from monitor.match.terms import Term, WordPattern
from monitor.model import Rule

# Aliases; of shorter lists each rule has its own copy, as that is read sooner than a common one is found.
_WORTH_SHARING = 8
_PACKAGES = ("monitor.match.", "monitor.model.", "monitor.errors")


@paused_collection()
def prepare_rules(rule_set: RuleSet) -> RuleSet:
    """The set with what its index knows, which both the dump and whoever matches by it would work out again."""
    active = rule_set.active
    return replace(rule_set, prepared=Prepared(active, slots_of(rule_set)))


@paused_collection()
def dump_rules(rule_set: RuleSet) -> bytes:
    """The set with its index."""
    shared: dict[Lexicon, int] = {}
    bodies = [_dump(compiled.body.get(), shared) for compiled in rule_set.rules]
    lexicons: list[bytes] = []
    while len(lexicons) < len(shared):  # each may name further ones
        lexicons.append(_dump(list(shared)[len(lexicons)], shared, whole=True))
    rules = [
        (each.id, each.version, each.title, each.why, each.owner, each.tags, each.status, each.severity)
        for each in (compiled.rule for compiled in rule_set.rules)
    ]
    slots = slots_of(rule_set)
    rule_set.table.classes_of([])  # numbers the classes that can be foreseen
    main = (rules, rule_set.problems, rule_set.refused, rule_set.table, slots)
    vocabulary = (dict(rule_set.actors), dict(rule_set.concepts))
    parts = [pickle.dumps(main, 5), pickle.dumps(vocabulary, 5), *bodies, *lexicons]
    return b"".join([array("Q", [len(parts), *map(len, parts)]).tobytes(), *parts])


@paused_collection()
def restore_rules(data: bytes) -> RuleSet:
    """What was dumped. Any exception whatever: these bytes are something else."""
    shelf = _Shelf(data)
    rules, problems, refused, table, slots = shelf.read(0)
    shelf.first_lexicon = 2 + len(rules)
    compiled = []
    for number, (id_, version, title, why, owner, tags, status, severity) in enumerate(rules, start=2):
        rule = Rule(
            id=id_,
            version=version,
            title=title,
            why=why,
            owner=owner,
            tags=tags,
            status=status,
            severity=severity,
        )
        compiled.append(CompiledRule(rule, table, _StoredBody(shelf, number)))
    restored = RuleSet(
        rules=tuple(compiled),
        problems=problems,
        actors=_StoredMapping(shelf, 0),
        concepts=_StoredMapping(shelf, 1),
        refused=refused,
        table=table,
    )
    return replace(restored, prepared=Prepared(restored.active, slots))


# How the values that rules have by the hundred thousand are taken apart: by themselves they take ten times as long.


def restore_lookup(path: str, term: StoredTerm, scope: Scope, *more: Any) -> Lookup:
    """A lookup of one term that asks for nothing besides its words, as most are."""
    text, bound, languages, concept, actor = more or (term[0], *_USUAL)
    return Lookup(path, DeferredLexicon(term, bound, languages), scope, text, concept, actor)


# Neither language nor exactness, no languages, and neither concept nor actor.
_USUAL = ((None, False), (), None, None)


def _reduce_lookup(value: Lookup) -> tuple[Any, ...]:
    lexicon = value.lexicon
    alias = lexicon.aliases[0]
    written, patterns, language, exact = alias.term.written, alias.term.words, alias.term.language, alias.term.exact
    words = [(pattern.kind, pattern.text) for pattern in patterns if not pattern.forms]
    is_plain = len(words) == len(patterns) and len(lexicon.aliases) == 1
    if not is_plain or alias.periods or alias.needs is not None or alias.unless is not None:
        return Lookup, (value.path, lexicon, value.scope, value.text, value.concept, value.actor)
    ((phrase,),) = lexicon.phrases.values()
    said = (value.path, (written, words, phrase.atoms, phrase.anchor), value.scope)
    more = (value.text, (language, exact), lexicon.languages, value.concept, value.actor)
    return restore_lookup, said if more == (written, *_USUAL) else said + more


def _reduce_lexicon(value: Lexicon) -> tuple[Any, ...]:
    if len(value.aliases) == 1:
        ((phrase,),) = value.phrases.values()
        return restore_single, (value.aliases[0], phrase.atoms, value.languages)
    return Lexicon, (value.aliases, value.phrases, value.required, value.certain, value.languages)


def _reduce_alias(value: Alias) -> tuple[Any, ...]:
    depends = value.periods or value.is_conditional
    return Alias, (value.term, value.periods, value.needs, value.unless) if depends else (value.term,)


def _reduce_term(value: Term) -> tuple[Any, ...]:
    return Term, (value.written, value.words, value.language, value.exact)


def _reduce_pattern(value: WordPattern) -> tuple[Any, ...]:
    return WordPattern, (value.kind, value.text, *((value.forms, value.language) if value.forms else ()))


def _reduce_scope(value: Scope) -> tuple[Any, ...]:
    return (restore_default_scope, ()) if value is DEFAULT_SCOPE else (Scope, tuple(value))


def restore_default_scope() -> Scope:
    """The one scope that is told by what it is, not by what it holds."""
    return DEFAULT_SCOPE


def find_lexicon(number: int) -> Lexicon:
    """Stands in the bytes for a list that many rules share; whoever reads them puts a function of their own here."""
    raise NotImplementedError(number)


_REDUCERS: dict[type, Callable[[Any], Any]] = {
    Alias: _reduce_alias,
    Term: _reduce_term,
    WordPattern: _reduce_pattern,
    Lookup: _reduce_lookup,
    Scope: _reduce_scope,
}
_PLAIN: Mapping[tuple[str, str], Callable[..., Any]] = {
    (each.__module__, each.__name__): each
    for each in (
        *(restore_single, restore_lookup, restore_default_scope, builtins.frozenset, builtins.set),
        *(datetime.date, datetime.datetime, datetime.timedelta, datetime.timezone),
    )
}


class _Pickler(pickle.Pickler):
    """Leaves out the lists that are common to many rules, and names them instead."""

    def __init__(self, stream: BytesIO, shared: dict[Lexicon, int], whole: Any) -> None:
        super().__init__(stream, protocol=5)
        self.dispatch_table = {**copyreg.dispatch_table, **_REDUCERS, Lexicon: self._reduce_lexicon}
        self._shared = shared
        self._whole = whole

    def _reduce_lexicon(self, value: Lexicon) -> tuple[Any, ...]:
        if value is self._whole or len(value.aliases) < _WORTH_SHARING:
            return _reduce_lexicon(value)
        return find_lexicon, (self._shared.setdefault(value, len(self._shared)),)


def _dump(value: Any, shared: dict[Lexicon, int], *, whole: bool = False) -> bytes:
    stream = BytesIO()
    _Pickler(stream, shared, value if whole else None).dump(value)
    return stream.getvalue()


class _Unpickler(pickle.Unpickler):
    """Builds value classes of this package and nothing else."""

    def __init__(self, stream: BytesIO, shelf: "_Shelf") -> None:
        super().__init__(stream)
        self._shelf = shelf

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) == (find_lexicon.__module__, find_lexicon.__name__):
            return self._shelf.lexicon
        plain = _PLAIN.get((module_name, global_name))
        if plain is not None:
            return plain
        if module_name.startswith(_PACKAGES):
            found = getattr(import_module(module_name), global_name, None)
            if isinstance(found, type) and found.__module__ == module_name:
                return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of compiled rules")


class _Shelf:
    """The parts of one dump; a list of terms is read the first time a rule needs it."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        (count,) = array("Q", data[:8])
        lengths = array("Q", data[8 : 8 * (count + 1)])
        self._ends = array("Q", _iter_ends(8 * (count + 1), lengths))
        self._lengths = lengths
        self._lexicons: dict[int, Lexicon] = {}
        self._vocabulary: tuple[Mapping[str, Any], ...] | None = None
        self.first_lexicon = 0

    def read(self, number: int) -> Any:
        end = self._ends[number]
        return _Unpickler(BytesIO(self._data[end - self._lengths[number] : end]), self).load()

    def lexicon(self, number: int) -> Lexicon:
        found = self._lexicons.get(number)
        if found is None:
            found = self._lexicons[number] = self.read(self.first_lexicon + number)
        return found

    @property
    def vocabulary(self) -> tuple[Mapping[str, Any], ...]:
        if self._vocabulary is None:
            self._vocabulary = self.read(1)
        return self._vocabulary


def _iter_ends(start: int, lengths: Iterable[int]) -> Iterator[int]:
    for length in lengths:
        start += length
        yield start


class _StoredBody:
    """A rule's body, read when it is first asked for."""

    __slots__ = ("_body", "_number", "_shelf")

    def __init__(self, shelf: _Shelf, number: int) -> None:
        self._shelf = shelf
        self._number = number
        self._body: RuleBody | None = None

    def get(self) -> RuleBody:
        if self._body is None:
            self._body = self._shelf.read(self._number)
        return self._body


class _StoredMapping(Mapping[str, Any]):
    """The actors or the concepts, read when first asked for."""

    def __init__(self, shelf: _Shelf, place: int) -> None:
        self._shelf = shelf
        self._place = place

    def __getitem__(self, key: str) -> Any:
        return self._shelf.vocabulary[self._place][key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shelf.vocabulary[self._place])

    def __len__(self) -> int:
        return len(self._shelf.vocabulary[self._place])
