"""Clauses that hold for no article are refused with the reason; what only looks like it is not."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from monitor.match.rules import load_rules
from monitor.model import Article
from tests.match.naive import NaiveArticle, evaluate
from tests.match.strategies import VOCABULARY, articles, clauses

_VOCABULARY = """
concepts:
  duel: [duel, "sword fight*"]
  sport: {terms: {en: ["fenc*", duel]}}
actors:
  ruritania: {kind: state, names: [Ruritania]}
"""


def _problems(match: str) -> list[str]:
    text = f"version: 1{_VOCABULARY}rules:\n  r: {{match: {match}}}\n"
    return [f"{problem.column}: {problem.message}" for problem in load_rules([("x.yaml", text)]).problems]


@pytest.mark.parametrize(
    ("match", "column", "words"),
    [
        ("{all: [king, {none: [king]}]}", 14, '"king" is asked for, and "king" must not be there'),
        ("{all: [the king, {none: [queen, 'kin*']}]}", 14, '"the king" is asked for, and "kin*" must not'),
        ("{all: ['kingd*', {none: ['king*']}]}", 14, '"kingd*" is asked for'),
        ("{all: [{concept: duel}, {none: [{concept: duel}]}]}", 14, "concept duel is asked for"),
        ("{all: [{near: [{actor: ruritania}, king], within: sentence}, {none: [Ruritania]}]}", 14, "actor ruritania"),
        ("{any: [queen, {all: [king, {none: [{any: [king, duke]}]}]}]}", 28, "this can never hold"),
        ("{near: [{text: king, in: title}, {text: crown, in: body}], within: sentence}", 14, "in different places"),
        ("{text: king, not_near: {of: [king], within: sentence}}", 14, 'every mention of "king" is near itself'),
        ("{text: king Rudolf, not_near: {words: [Rudolf], within: 2 words}}", 14, 'is one of "Rudolf"'),
        ("{text: king of the mountains, in: first 3 words}", 14, "has 4 words"),
        ("{any: [queen, {query: 'king AND NOT king'}]}", 36, '"king" is asked for'),
        ("{times: 2, of: {all: [king, {none: [king]}]}}", 29, '"king" is asked for'),
        ("{all: [{at_least: 2, of: [king, queen]}, {none: [queen]}]}", 14, '"queen" must not be there'),
    ],
)
def test_a_clause_that_can_never_hold_is_refused(match: str, column: int, words: str) -> None:
    (problem,) = _problems(match)
    assert problem.startswith(f"{column}: ")
    assert words in problem


@pytest.mark.parametrize(
    "match",
    [
        "{all: [king, {none: [the king]}]}",
        "{all: [king, {none: [{text: king, in: title}]}]}",
        "{all: [{text: king, in: author}, {none: [king]}]}",
        "{all: [{any: [king, queen]}, {none: [king]}]}",
        "{all: ['king*', {none: [king]}]}",
        "{all: [{concept: duel}, {none: [{concept: sport}]}]}",
        "{all: [king, {none: [{text: king, not_near: {words: [chess], within: sentence}}]}]}",
        "{all: [king, {none: [{all: [king, queen]}]}]}",
        "{near: [{text: king, in: title}, {any: [{text: duke, in: body}, {text: earl, in: lead}]}], within: 3 words}",
        "{text: king, not_near: {of: [{text: king, in: author}], within: sentence}}",
        "{text: king, not_near: {of: [king of hearts], within: 0 words}}",
        "{text: king of the mountains, in: [title, first 3 words]}",
        "{all: [king, {none: [{text: King, exact: true}]}]}",
        "{all: [{at_least: 1, of: [king, queen]}, {none: [queen]}]}",
        "{all: [{score: [{text: king, points: 2}, {text: queen, points: 2}], at_least: 2}, {none: [queen]}]}",
        "{query: 'king AND NOT title:king'}",
    ],
)
def test_a_clause_that_may_hold_is_not(match: str) -> None:
    assert _problems(match) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked=clauses, other=clauses, article=articles())
def test_what_is_refused_holds_for_no_article(asked: Any, other: Any, article: Article) -> None:
    naive = NaiveArticle(article)
    for match in (
        {"all": [asked, {"none": [other]}]},
        {"all": [asked, {"none": [asked]}]},
        {"near": [asked, other], "within": "3 words"},
    ):
        text = json.dumps({**VOCABULARY, "rules": {"r": {"match": match}}})
        column = text.index('{"r": {"match": ') + len('{"r": {"match": ') + 1
        refused = [problem for problem in load_rules([("x.json", text)]).problems if "never hold" in problem.message]
        if any(problem.column == column for problem in refused):
            assert evaluate(match, naive, VOCABULARY) is None
