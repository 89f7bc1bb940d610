"""The words of a Boolean query: where each begins, which of them are operators, and what is written as elsewhere.

What they come to together is monitor.text.query's.
"""

import re
from collections.abc import Callable, Collection, Iterator

from lark import Token

from monitor.errors import MonitorError
from monitor.text.suggest import did_you_mean, quoted_list

_DEEPEST = 50
_OPENING = '"“”„«»‟＂'
_SPACE_OR_BRACKET = re.compile(r"[\s()]")
_OPERATORS = {"AND": "_AND", "OR": "_OR", "NOT": "NOT"}
_NEAR = re.compile(r"O?NEAR/[0-9]{1,6}")
_FIELD = re.compile(r"([A-Za-z_]+):")
# How other products write an operator, and what to write here.
_FOREIGN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"and|or|not", re.IGNORECASE), lambda found: f'write "{found[0].upper()}"'),
    (re.compile(r"&&?"), lambda _: 'write "AND"'),
    (re.compile(r"\|\|?"), lambda _: 'write "OR"'),
    (re.compile(r"!"), lambda _: 'write "NOT"'),
    (re.compile(r"(?:near/?|[wn]/|[/~])([0-9]{1,6})", re.IGNORECASE), lambda found: f'write "NEAR/{found[1]}"'),
    (re.compile(r"(?:onear/?|adj/?|pre/|p/)([0-9]{1,6})", re.IGNORECASE), lambda found: f'write "ONEAR/{found[1]}"'),
    (re.compile(r"o?near(?:/.*)?", re.IGNORECASE), lambda _: 'write how many words may stand between, as in "NEAR/5"'),
)


class QueryError(MonitorError):
    """A query that cannot be read; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def cut_query(text: str, fields: Collection[str]) -> tuple[Token, ...]:
    """The words of a query, each with the name it has in the grammar and its column.

    QueryError at the first that no query can hold; `fields` are the names that may stand before a colon.
    """
    tokens = tuple(_iter_tokens(text))
    for token in tokens:
        if token.type == "FIELD" and token.value not in fields:
            known = f"; expected one of {quoted_list(fields)}" if fields else ""
            hint = did_you_mean(token.value, fields) or known
            raise QueryError(f'unknown field "{token.value}"{hint}', column_of(token))
        if token.type == "WORD":
            _check_word(token)
    _check_depth(tokens)
    return tokens


def column_of(token: Token) -> int:
    """Where a word begins, counted from 1."""
    return token.column or 1


def _iter_tokens(text: str) -> Iterator[Token]:
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        kind, word, end = _cut_one(text, place)
        yield Token(kind, word, column=place + 1)
        place = end


def _cut_one(text: str, start: int) -> tuple[str, str, int]:
    """The word that begins here: its name in the grammar, itself, and where it ends."""
    letter = text[start]
    if letter in "()":
        return "_OPEN" if letter == "(" else "_CLOSE", letter, start + 1
    if letter in _OPENING:
        return _cut_phrase(text, start)
    field = _FIELD.match(text, start)
    if field:
        return "FIELD", field[1], field.end()
    end = next((place for place in range(start, len(text)) if _ends_word(text[place])), len(text))
    word = text[start:end]
    return _OPERATORS.get(word) or ("NEAR" if _NEAR.fullmatch(word) else "WORD"), word, end


def _ends_word(letter: str) -> bool:
    return letter in _OPENING or _SPACE_OR_BRACKET.match(letter) is not None


def _cut_phrase(text: str, start: int) -> tuple[str, str, int]:
    """Any of the quotes closes a phrase, because word processors and people pair them in many ways."""
    end = next((place for place in range(start + 1, len(text)) if text[place] in _OPENING), None)
    if end is None:
        raise QueryError("a quote is opened here and never closed", start + 1)
    phrase = " ".join(text[start + 1 : end].split())
    if not phrase:
        raise QueryError("nothing stands between the quotes", start + 1)
    return "PHRASE", phrase, end + 1


def _check_word(token: Token) -> None:
    word = token.value
    for pattern, say in _FOREIGN:
        found = pattern.fullmatch(word)
        if found:
            raise QueryError(f'unknown operator "{word}"; {say(found)}', column_of(token))
    if word[0] in "-+!" or not any(letter.isalnum() for letter in word):
        raise QueryError(f'"{word}" is no word; write AND, OR or NOT between words', column_of(token))


def _check_depth(tokens: tuple[Token, ...]) -> None:
    """Refuse a nesting that nobody could read; what turns the tree into clauses goes as deep as it."""
    opened: list[int] = []
    waiting = 0
    for token in tokens:
        if token.type == "FIELD":
            waiting += 1
        elif token.type == "_OPEN":
            opened.append(waiting + 1)
            waiting = 0
        else:
            waiting = 0
            if token.type == "_CLOSE" and opened:
                opened.pop()
        if sum(opened) + waiting > _DEEPEST:
            raise QueryError(f"nested more than {_DEEPEST} levels deep", column_of(token))
