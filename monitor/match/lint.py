"""Warnings about rules that load and yet are probably not what was meant.

Pure: it looks at a rule set and at the definitions it came from, and never at an article. A definition that no rule
uses can do no harm, so the names of actors are judged only where a rule asks for them.
"""

from collections.abc import Callable, Iterator
from itertools import groupby

from monitor.errors import Problem
from monitor.match.clauses import AnyOf, Clause, Lookup, NoneOf
from monitor.match.files import Definitions
from monitor.match.nodes import Node
from monitor.match.rules import RuleSet
from monitor.match.terms import Term, TermError, parse_term
from monitor.match.written import WrittenTerm, iter_terms, list_used, parents_of
from monitor.text.common_words import FREQUENT, MISTAKEN

# So many rules without examples in one file are told one by one; more together.
_MOST_ONE_BY_ONE = 3
# Whose frequent words count for a rule that names no language.
_LANGUAGES_OF_NONE = ("en", "ru")


def find_warnings(rule_set: RuleSet, definitions: Definitions) -> tuple[Problem, ...]:
    """What deserves a second look, in the order of the files. `definitions` are those the rule set was made of."""
    used = list_used(definitions)
    found = [problem for check in _CHECKS for problem in check(rule_set, definitions, used)]
    return tuple(sorted(dict.fromkeys(found)))


Used = set[tuple[str, str]]
Check = Callable[[RuleSet, Definitions, Used], Iterator[Problem]]


def _find_unused(_: RuleSet, definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Only in files that hold rules: one with nothing but actors and concepts is a library, made to be picked from."""
    with_rules = {node.document.file for node in definitions.rules.values()}
    for kind, nodes in (("actor", definitions.actors), ("concept", definitions.concepts)):
        for name, node in nodes.items():
            if (kind, name) not in used and node.document.file in with_rules:
                yield _warn_at_key(node, f'{kind} "{name}" is used by no rule')


def _find_collisions(_: RuleSet, definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Two actors with one name: whoever is meant, both are found."""
    first: dict[tuple[str, ...], list[tuple[str, WrittenTerm]]] = {}
    for actor, name, term in _iter_names(definitions):
        if name.is_conditional:
            continue
        words = tuple(f"{word.kind}:{word.text}" for word in term.words)
        others = first.setdefault(words, [])
        for other, written in others:
            if _collide(definitions, (actor, other), (name, written), used):
                place = f"{written.node.document.file}:{written.node.place()[0]}"
                yield _warn(
                    name.node,
                    f'"{name.text}" is also a name of actor "{other}" ({place}); '
                    'tell them apart with "needs:", or keep it with one of them',
                )
                break
        others.append((actor, name))


def _collide(
    definitions: Definitions, actors: tuple[str, str], names: tuple[WrittenTerm, WrittenTerm], used: Used
) -> bool:
    one, other = actors
    return (
        one != other
        and any(("actor", actor) in used for actor in actors)
        and _share_language(*names)
        and one not in parents_of(definitions, other)
        and other not in parents_of(definitions, one)
    )


def _share_language(one: WrittenTerm, other: WrittenTerm) -> bool:
    """A pattern belongs to its language; plain words are looked for everywhere."""
    if "*" not in one.text and "?" not in one.text:
        return True
    return one.language == other.language or None in (one.language, other.language)


def _find_mistaken(_: RuleSet, definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Names that are common words."""
    for actor, name, term in _iter_names(definitions):
        if ("actor", actor) not in used or name.is_conditional or term.is_pattern or len(term.words) > 1:
            continue
        languages = _languages_of(term.words[0].text, name.language)
        if languages:
            yield _warn(
                name.node,
                f'"{name.text}" alone is also a common word or another name ({", ".join(languages)}); '
                f"say when it counts: {{text: {name.text}, {_condition_for(name.text)}}}",
            )


def _condition_for(name: str) -> str:
    """Letters in capitals are told from a word by their case, everything else by its company."""
    return "exact: true" if name.isupper() else "needs: [ids of actors]"


def _languages_of(word: str, language: str | None) -> list[str]:
    """The languages in which a folded word is common; of an alphabet that others share, all are looked at."""
    lists = (*MISTAKEN.items(), *FREQUENT.items())
    return sorted({other for other, words in lists if other in (language or other, "en") and word in words})


def _find_untested(rule_set: RuleSet, definitions: Definitions, _: Used) -> Iterator[Problem]:
    untested = [
        definitions.rules[compiled.rule.id]
        for compiled in rule_set.rules
        if not compiled.tests and compiled.rule.status != "off" and compiled.rule.id in definitions.rules
    ]
    untested.sort(key=lambda node: (node.document.file, node.place()))
    for _file, group in groupby(untested, key=lambda node: node.document.file):
        nodes = list(group)
        if len(nodes) > _MOST_ONE_BY_ONE:
            yield _warn_at_key(
                nodes[0], f"this rule and {len(nodes) - 1} others of this file have no examples{_ADVICE}"
            )
        else:
            for node in nodes:
                yield _warn_at_key(node, f"{node.subject} has no examples{_ADVICE}")


_ADVICE = '; add "tests:" with a "hit" and a "miss"'


def _find_too_frequent(rule_set: RuleSet, definitions: Definitions, _: Used) -> Iterator[Problem]:
    """Rules that a word of nearly every article is enough for."""
    for compiled in rule_set.rules:
        languages = compiled.where.languages or compiled.languages or _LANGUAGES_OF_NONE
        term = _find_frequent(compiled.clause, frozenset().union(*(FREQUENT.get(name, ()) for name in languages)))
        node = definitions.rules.get(compiled.rule.id)
        if term is not None and node is not None and compiled.rule.status != "off":
            yield _warn(
                node.child("match"),
                f'{node.subject}: "{term.written}" is enough for it to match, and stands in nearly every article',
            )


def _find_frequent(clause: Clause, frequent: frozenset[str]) -> Term | None:
    """A term of very frequent words that is all the clause needs; None when it needs more."""
    if isinstance(clause, Lookup):
        terms = (alias.term for alias in clause.lexicon.aliases if not alias.is_conditional and not alias.term.exact)
        return next((term for term in terms if _is_frequent(term, frequent)), None)
    if isinstance(clause, AnyOf):
        found = (_find_frequent(part, frequent) for part in clause.clauses)
        return next(filter(None, found), None)
    needed = [_find_frequent(part, frequent) for part in clause.needed_parts if not isinstance(part, NoneOf)]
    return needed[0] if needed and all(needed) else None


def _is_frequent(term: Term, frequent: frozenset[str]) -> bool:
    return all(word.kind == "word" and word.text in frequent for word in term.words)


_CHECKS: tuple[Check, ...] = (_find_unused, _find_collisions, _find_mistaken, _find_untested, _find_too_frequent)


def _iter_names(definitions: Definitions) -> Iterator[tuple[str, WrittenTerm, Term]]:
    """Every name of every actor that can be looked for."""
    for actor, node in definitions.actors.items():
        for name in iter_terms(node):
            try:
                yield actor, name, parse_term(name.text, name.language)
            except TermError:
                continue


def _warn(node: Node, message: str) -> Problem:
    return node.document.problem(node.path, message, warning=True)


def _warn_at_key(node: Node, message: str) -> Problem:
    return node.document.problem(node.path, message, at_key=True, warning=True)
