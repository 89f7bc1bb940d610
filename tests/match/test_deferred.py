"""Terms of stored rules, put together when asked for: the same as those that were compiled, in every respect."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.match.clauses import Lookup
from monitor.match.deferred import DeferredLexicon
from monitor.match.lexicon import Lexicon
from monitor.match.rules import RuleSet, load_rules
from monitor.match.stored import dump_rules, restore_rules

_TERMS = {
    "a word": "harbour",
    "two words": "harbour strike",
    "three words": "the harbour strike",
    "a beginning": "harbo*",
    "a letter left open": "harb?ur",
    "as displayed": {"text": "C+", "exact": True},
    "a phrase as displayed": {"text": "Port of Call", "exact": True},
    "a pattern of one language": {"concept": "ports"},
    "in the title": {"text": "harbour", "in": "title"},
}


def _load(term: Any) -> RuleSet:
    rules = {"one": {"match": {"all": ["anchor", term]}}}
    rule_set = load_rules(
        [("rules.json", json.dumps({"concepts": {"ports": {"terms": {"en": ["harbo*"]}}}, "rules": rules}))]
    )
    assert not rule_set.problems
    return rule_set


def _lexicons(rule_set: RuleSet) -> Iterator[Lexicon]:
    for part in rule_set.rules[0].clause.iter_tree():
        if isinstance(part, Lookup):
            yield part.lexicon


def _describe(lexicon: Lexicon) -> tuple[Any, ...]:
    phrases = {
        atom: [(phrase.term, phrase.atoms, phrase.anchor, phrase.alias is None) for phrase in found]
        for atom, found in lexicon.phrases.items()
    }
    aliases = [(alias.term, alias.periods, alias.needs, alias.unless) for alias in lexicon.aliases]
    return lexicon.sole, lexicon.headword, lexicon.languages, lexicon.required, lexicon.certain, phrases, aliases


@pytest.mark.parametrize("term", _TERMS.values(), ids=_TERMS)
def test_a_stored_term_is_the_compiled_one(term: Any) -> None:
    compiled = _load(term)
    stored = list(_lexicons(restore_rules(dump_rules(compiled))))
    assert all(isinstance(lexicon, DeferredLexicon) for lexicon in stored)
    assert [_describe(lexicon) for lexicon in stored] == [_describe(lexicon) for lexicon in _lexicons(compiled)]
