"""Boolean queries as analysts write them, to a tree; what the tree means for an article is not known here.

AND binds tighter than OR, NOT before both, and NEAR tightest of all. `a NOT b` is `a AND NOT b`. Operators are written
in capitals. Two words side by side are an error, because one product reads them as OR, the next as AND and the third
as a phrase. NEAR/n means at most n words between; ONEAR/n keeps the order.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args
from lark.lexer import Lexer

from monitor.text.query_words import QueryError, column_of, cut_query

__all__ = [
    "Query",
    "QueryError",
    "QueryField",
    "QueryGroup",
    "QueryNear",
    "QueryNot",
    "QueryTerm",
    "parse_query",
]

# What begins with an underscore is left out of the tree. The words are cut by monitor.text.query_words.
_GRAMMAR = """
    ?start: either
    ?either: both (_OR both)*
    ?both: one (_AND one | negation)*
    ?one: negation | near
    negation: NOT one
    ?near: operand (NEAR operand)*
    ?operand: WORD -> term
            | PHRASE -> term
            | FIELD operand -> field
            | _OPEN either _CLOSE
    %declare _OR _AND NOT NEAR WORD PHRASE FIELD _OPEN _CLOSE
"""


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
    tokens = cut_query(text, fields)
    if not tokens:
        raise QueryError("the query is empty", 1)
    try:
        return cast(Query, _PARSER.parse(tokens))
    except UnexpectedInput as error:
        raise _explain(error, tokens, len(text) + 1) from None


class _Handed(Lexer):
    """Hands on the words as they were cut."""

    def __init__(self, _: Any) -> None:
        """A lexer is made with the terminals of its grammar; these need none."""

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override]  # the library's own simple form
        yield from data


@v_args(inline=True)
class _Tree(Transformer[Token, Query]):
    """One method for each line of the grammar that makes something of its parts."""

    def either(self, *parts: Query) -> Query:
        return QueryGroup("or", parts, parts[0].column)

    def both(self, *parts: Query) -> Query:
        return QueryGroup("and", parts, parts[0].column)

    def negation(self, operator: Token, part: Query) -> Query:
        return part.part if isinstance(part, QueryNot) else QueryNot(part, column_of(operator))

    def near(self, first: Query, *others: Token | Query) -> Query:
        """`a NEAR/5 b NEAR/5 c` is one chain; with another distance the first two are taken together."""
        chains: list[tuple[str, list[Query]]] = []
        for operator, part in zip(others[::2], others[1::2], strict=True):
            if not chains or chains[-1][0] != operator:
                chains.append((str(operator), []))
            chains[-1][1].append(part)  # type: ignore[arg-type]  # every other one is an operator
        query = first
        for name, parts in chains:
            query = QueryNear((query, *parts), int(name.partition("/")[2]), name.startswith("O"), first.column)
        return query

    def term(self, token: Token) -> Query:
        return QueryTerm(token.value, column_of(token))

    def field(self, name: Token, part: Query) -> Query:
        return QueryField(name.value, part, column_of(name))


_PARSER = Lark(_GRAMMAR, parser="lalr", lexer=_Handed, transformer=_Tree())


def _explain(error: UnexpectedInput, tokens: Sequence[Token], end: int) -> QueryError:
    """What is wrong in words, and where. `end` is the column after the last letter."""
    found = error.token if isinstance(error, UnexpectedToken) and error.token.type != "$END" else None
    column = column_of(found) if found else end
    if isinstance(error, UnexpectedToken) and "WORD" in error.expected:
        return QueryError(_say_missing(found), column)
    if found is None:
        return QueryError("a bracket is opened here and never closed", _last_open(tokens))
    if found.type == "_CLOSE":
        return QueryError("a bracket is closed here that was never opened", column)
    before = tokens[next(place for place, token in enumerate(tokens) if token is found) - 1]
    advice = "write AND, OR or NEAR/n between, or put a phrase in quotes"
    return QueryError(f'no operator after "{before}"; {advice}', column)


def _last_open(tokens: Sequence[Token]) -> int:
    opened: list[int] = []
    for token in tokens:
        if token.type == "_OPEN":
            opened.append(column_of(token))
        elif token.type == "_CLOSE" and opened:
            opened.pop()
    return opened[-1] if opened else 1


def _say_missing(found: Token | None) -> str:
    wanted = "where a word, a phrase or a bracket was expected"
    if found is None:
        return f"the query ends {wanted}"
    return f"the bracket closes {wanted}" if found.type == "_CLOSE" else f'found the operator "{found}" {wanted}'
