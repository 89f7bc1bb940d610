"""Warnings about rules that load and yet are probably not what was meant.

Pure: it looks at a rule set and at the definitions it came from, and never at an article. What concerns names is
monitor.match.lint_names'.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby

from monitor.errors import Problem
from monitor.match.clauses import AnyOf, AtLeast, Clause, Lookup, NoneOf
from monitor.match.files import Definitions
from monitor.match.lint_names import Used, find_doubtful_names
from monitor.match.nodes import Node
from monitor.match.rules import CompiledRule, RuleSet
from monitor.match.terms import Term, WordPattern
from monitor.match.written import list_used
from monitor.text.common_words import FREQUENT

# So many rules without examples in one file are told one by one; more together.
_MOST_ONE_BY_ONE = 3
# Whose frequent words count for a rule that names no language.
_LANGUAGES_OF_NONE = ("en", "ru")
# A longer row of frequent words, such as "to be or not to be", is a saying or a title.
_MOST_IN_A_ROW = 2


def find_warnings(rule_set: RuleSet, definitions: Definitions, detectable: Collection[str] = ()) -> tuple[Problem, ...]:
    """What deserves a second look, in the order of the files. `definitions` are those the rule set was made of.

    `detectable` are the languages that an article may be found to be in, where they are known.
    """
    used = list_used(definitions)
    found = [problem for check in _CHECKS for problem in check(rule_set, definitions, used)]
    found.extend(_find_undetected(rule_set, definitions, detectable) if detectable else ())
    return tuple(sorted(dict.fromkeys(found)))


Check = Callable[[RuleSet, Definitions, Used], Iterator[Problem]]


def _find_unused(_: RuleSet, definitions: Definitions, used: Used) -> Iterator[Problem]:
    """Only in files that hold rules: one with nothing but actors and concepts is a library, made to be picked from."""
    with_rules = {node.document.file for node in definitions.rules.values()}
    for kind, nodes in (("actor", definitions.actors), ("concept", definitions.concepts)):
        for name, node in nodes.items():
            if (kind, name) not in used and node.document.file in with_rules:
                yield _warn_at_key(node, f'{kind} "{name}" is used by no rule')


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
    if isinstance(clause, AtLeast):
        terms_of_parts = [term for part in clause.clauses if (term := _find_frequent(part, frequent))]
        return terms_of_parts[0] if len(terms_of_parts) >= clause.least else None
    needed = [_find_frequent(part, frequent) for part in clause.needed_parts if not isinstance(part, NoneOf)]
    return needed[0] if needed and all(needed) else None


def _is_frequent(term: Term, frequent: frozenset[str]) -> bool:
    """Whether it stands in nearly every article: of words in a row at most two do, as in "of the"."""
    return len(term.words) <= _MOST_IN_A_ROW and all(_fits_frequent(word, frequent) for word in term.words)


def _fits_frequent(word: WordPattern, frequent: frozenset[str]) -> bool:
    if word.kind == "word":
        return word.text in frequent
    return word.kind != "stem" and any(word.fits(other) for other in frequent)


def _find_undetected(rule_set: RuleSet, definitions: Definitions, detectable: Collection[str]) -> Iterator[Problem]:
    """Rules for articles in languages that no article is ever found to be in."""
    for compiled in rule_set.rules:
        languages = compiled.where.languages
        node = definitions.rules.get(compiled.rule.id)
        if node is not None and compiled.rule.status != "off" and languages and not {*languages} & {*detectable}:
            yield _warn(
                node.child("where").child("language"),
                f"{node.subject}: no article is found to be in {_or(languages)}, only in {', '.join(detectable)}; "
                'name it among the "languages" of monitor.yaml',
            )


def _find_foreign(rule_set: RuleSet, definitions: Definitions, _: Used) -> Iterator[Problem]:
    """Rules that need patterns of a language whose articles they pass over."""
    for compiled in rule_set.rules:
        node = definitions.rules.get(compiled.rule.id)
        lookup = _find_foreign_lookup(compiled) if compiled.where.languages else None
        if lookup is not None and node is not None and compiled.rule.status != "off":
            languages = sorted({alias.term.language or "" for alias in lookup.lexicon.aliases})
            yield _warn(
                node.child("where"),
                f"{node.subject}: it looks only at articles in {_or(compiled.where.languages)}, and all that "
                f"{lookup.describe()} finds there are patterns of {_or(languages)}, which count in no other language",
            )


def _find_foreign_lookup(compiled: CompiledRule) -> Lookup | None:
    """A clause that is needed and can hold at most where the language is unknown."""
    waiting: list[Clause] = [compiled.clause]
    while waiting:
        clause = waiting.pop()
        waiting.extend(clause.needed_parts)
        if isinstance(clause, Lookup) and all(
            alias.term.language not in (None, *compiled.where.languages) for alias in clause.lexicon.aliases
        ):
            return clause
    return None


def _or(names: Iterable[str]) -> str:
    return " or ".join(names)


_CHECKS: tuple[Check, ...] = (_find_unused, find_doubtful_names, _find_untested, _find_too_frequent, _find_foreign)


def _warn(node: Node, message: str) -> Problem:
    return node.document.problem(node.path, message, warning=True)


def _warn_at_key(node: Node, message: str) -> Problem:
    return node.document.problem(node.path, message, at_key=True, warning=True)
