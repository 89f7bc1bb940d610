"""Boolean queries as analysts write them, to a tree; what the tree means for an article is not known here.

    query    = and, { "OR", and }
    and      = not, { "AND", not | "NOT", not }
    not      = "NOT", not | near
    near     = operand, { ("NEAR/n" | "ONEAR/n"), operand }
    operand  = word | '"', phrase, '"' | "(", query, ")" | field, ":", operand

AND binds tighter than OR, NOT before both, and NEAR tightest of all. `a NOT b` is `a AND NOT b`. Operators are written
in capitals. Two words side by side are an error, because one product reads them as OR, the next as AND and the third
as a phrase. NEAR/n means at most n words between; ONEAR/n keeps the order.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, NamedTuple

from monitor.errors import MonitorError
from monitor.text.suggest import did_you_mean, quoted_list

_DEEPEST = 50
_OPENING = '"“”„«»‟＂'
_SPACE_OR_BRACKET = re.compile(r"[\s()]")
_NEAR = re.compile(r"(O?)NEAR/([0-9]{1,6})")
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


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word, or a phrase that stood in quotes; `*` and `?` are as written."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class QueryGroup:
    """Two parts or more joined by one operator."""

    operator: Literal["and", "or"]
    parts: "tuple[Query, ...]"
    column: int


@dataclass(frozen=True, slots=True)
class QueryNot:
    """What must not hold."""

    part: "Query"
    column: int


@dataclass(frozen=True, slots=True)
class QueryNear:
    """Parts of which one mention each stands with at most `words` words between neighbours."""

    parts: "tuple[Query, ...]"
    words: int
    ordered: bool
    column: int


@dataclass(frozen=True, slots=True)
class QueryField:
    """A part that is looked for in one field only."""

    field: str
    part: "Query"
    column: int


Query = QueryTerm | QueryGroup | QueryNot | QueryNear | QueryField


def parse_query(text: str, fields: Collection[str] = ()) -> Query:
    """The tree of a query; QueryError at the first place that cannot be read.

    `fields` are the names that may stand before a colon; with a name that is not among them the query is refused.
    """
    tokens = _cut(text)
    if not tokens:
        raise QueryError("the query is empty", 1)
    parser = _Parser(tokens, fields, _Token("end", "", len(text) + 1))
    query = parser.read_or()
    parser.expect_end()
    return query


_Kind = Literal["word", "phrase", "operator", "near", "open", "close", "field", "end"]


class _Token(NamedTuple):
    kind: _Kind
    text: str
    column: int


def _cut(text: str) -> list[_Token]:
    """The tokens of a query, without an end."""
    tokens: list[_Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token, place = _cut_one(text, place)
        tokens.append(token)
    return tokens


def _cut_one(text: str, start: int) -> tuple[_Token, int]:
    letter = text[start]
    if letter in "()":
        return _Token("open" if letter == "(" else "close", letter, start + 1), start + 1
    if letter in _OPENING:
        return _cut_phrase(text, start)
    field = _FIELD.match(text, start)
    if field:
        return _Token("field", field[1], start + 1), field.end()
    end = _end_of_word(text, start)
    word = text[start:end]
    kind: _Kind = "operator" if word in ("AND", "OR", "NOT") else "near" if _NEAR.fullmatch(word) else "word"
    return _Token(kind, word, start + 1), end


def _cut_phrase(text: str, start: int) -> tuple[_Token, int]:
    """Any of the quotes closes a phrase, because word processors and people pair them in many ways."""
    end = next((place for place in range(start + 1, len(text)) if text[place] in _OPENING), None)
    if end is None:
        raise QueryError("a quote is opened here and never closed", start + 1)
    phrase = " ".join(text[start + 1 : end].split())
    if not phrase:
        raise QueryError("nothing stands between the quotes", start + 1)
    return _Token("phrase", phrase, start + 1), end + 1


def _end_of_word(text: str, start: int) -> int:
    for place in range(start, len(text)):
        if text[place] in _OPENING or _SPACE_OR_BRACKET.match(text[place]):
            return place
    return len(text)


class _Parser:
    """One function for each line of the grammar."""

    def __init__(self, tokens: list[_Token], fields: Collection[str], end: _Token) -> None:
        self._tokens = [*tokens, end]
        self._fields = fields
        self._place = 0
        self._depth = 0

    def _peek(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._peek()
        self._place += 1
        return token

    def _takes(self, operator: str) -> bool:
        """Whether the operator comes next; it is taken then."""
        if self._peek().kind != "operator" or self._peek().text != operator:
            return False
        self._place += 1
        return True

    def read_or(self) -> Query:
        column = self._peek().column
        parts = [self._read_and()]
        while self._takes("OR"):
            parts.append(self._read_and())
        return parts[0] if len(parts) == 1 else QueryGroup("or", tuple(parts), column)

    def _read_and(self) -> Query:
        column = self._peek().column
        parts = [self._read_not()]
        while self._takes("AND") or (self._peek().kind, self._peek().text) == ("operator", "NOT"):
            parts.append(self._read_not())
        return parts[0] if len(parts) == 1 else QueryGroup("and", tuple(parts), column)

    def _read_not(self) -> Query:
        column = self._peek().column
        count = 0
        while self._takes("NOT"):
            count += 1
        part = self._read_near()
        return QueryNot(part, column) if count % 2 else part

    def _read_near(self) -> Query:
        column = self._peek().column
        query = self._read_operand()
        while self._peek().kind == "near":
            found = _NEAR.fullmatch(self._take().text)
            words, ordered = (int(found[2]), bool(found[1])) if found else (0, False)
            part = self._read_operand()
            # `a NEAR/5 b NEAR/5 c` is one chain; with another distance the first two are taken together.
            same = isinstance(query, QueryNear) and (query.words, query.ordered, query.column) == (
                words, ordered, column,
            )  # fmt: skip
            before = query.parts if isinstance(query, QueryNear) and same else (query,)
            query = QueryNear((*before, part), words, ordered, column)
        return query

    def _read_operand(self) -> Query:
        token = self._take()
        if token.kind in ("word", "phrase"):
            return self._read_term(token)
        if token.kind == "open":
            return self._read_bracket(token)
        if token.kind == "field":
            return self._read_field(token)
        self._place -= 1
        raise QueryError(_say_missing(token), token.column)

    def _read_term(self, token: _Token) -> QueryTerm:
        if token.kind == "word":
            hint = _foreign_hint(token.text)
            if hint:
                raise QueryError(f'unknown operator "{token.text}"; {hint}', token.column)
            if token.text[0] in "-+!" or not any(letter.isalnum() for letter in token.text):
                raise QueryError(f'"{token.text}" is no word; write AND, OR or NOT between words', token.column)
        self._check_neighbour(token)
        return QueryTerm(token.text, token.column)

    def _check_neighbour(self, token: _Token) -> None:
        """After a term comes an operator, a closing bracket or the end."""
        follower = self._peek()
        if follower.kind in ("operator", "near", "close", "end"):
            return
        hint = _foreign_hint(follower.text) if follower.kind == "word" else ""
        if hint:
            raise QueryError(f'unknown operator "{follower.text}"; {hint}', follower.column)
        raise QueryError(
            f'no operator after "{token.text}"; write AND, OR or NEAR/n between, or put a phrase in quotes',
            follower.column,
        )

    def _read_bracket(self, opening: _Token) -> Query:
        self._descend(opening)
        query = self.read_or()
        if self._peek().kind != "close":
            raise QueryError(self._say_unexpected("a bracket is opened here and never closed"), opening.column)
        closing = self._take()
        self._depth -= 1
        if self._peek().kind in ("word", "phrase", "open", "field"):
            self._check_neighbour(closing)
        return query

    def _read_field(self, token: _Token) -> Query:
        if token.text not in self._fields:
            known = f"; expected one of {quoted_list(self._fields)}" if self._fields else ""
            raise QueryError(
                f'unknown field "{token.text}"{did_you_mean(token.text, self._fields) or known}', token.column
            )
        self._descend(token)
        part = self._read_operand()
        self._depth -= 1
        return QueryField(token.text, part, token.column)

    def _descend(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError(f"nested more than {_DEEPEST} levels deep", token.column)

    def _say_unexpected(self, otherwise: str) -> str:
        return otherwise if self._peek().kind in ("end", "close") else f'unexpected "{self._peek().text}"'

    def expect_end(self) -> None:
        token = self._peek()
        if token.kind == "close":
            raise QueryError("a bracket is closed here that was never opened", token.column)
        if token.kind != "end":
            raise QueryError(f'unexpected "{token.text}"', token.column)


def _say_missing(token: _Token) -> str:
    if token.kind == "end":
        return "the query ends where a word, a phrase or a bracket was expected"
    if token.kind == "close":
        return "the bracket closes where a word, a phrase or a bracket was expected"
    return f'found the operator "{token.text}" where a word, a phrase or a bracket was expected'


def _foreign_hint(word: str) -> str:
    """What to write instead of an operator of another product; empty for an ordinary word."""
    for pattern, say in _FOREIGN:
        found = pattern.fullmatch(word)
        if found:
            return say(found)
    return ""
