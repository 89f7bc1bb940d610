"""A query as analysts write it, to the clauses it stands for. Its language is monitor.text.query's."""

from monitor.match.actors import Vocabulary
from monitor.match.clauses import MOST_NEAR, AllOf, AnyOf, Clause, Lookup, Near, NoneOf, Within
from monitor.match.scope import PLACES, Scope
from monitor.match.terms import TermError, parse_term
from monitor.text.query import Query, QueryError, QueryField, QueryGroup, QueryNear, QueryNot, QueryTerm, parse_query


def expand_query(text: str, vocabulary: Vocabulary, path: str, scope: Scope) -> Clause:
    """The clauses of a query that stands at `path`; QueryError at the first place that cannot be read.

    Each has the column of the query at which it begins in its own path: "match.all[0].query:14".
    """
    return _Expansion(vocabulary, f"{path}.query" if path else "query").expand(parse_query(text, PLACES), scope)


class _Expansion:
    def __init__(self, vocabulary: Vocabulary, path: str) -> None:
        self._vocabulary = vocabulary
        self._path = path

    def expand(self, query: Query, scope: Scope) -> Clause:
        path = f"{self._path}:{query.column}"
        if isinstance(query, QueryTerm):
            return self._expand_term(query, path, scope)
        if isinstance(query, QueryNot):
            return NoneOf(path, (self.expand(query.part, scope),))
        if isinstance(query, QueryField):
            return self.expand(query.part, Scope(frozenset({query.field})))
        clauses = tuple(self.expand(part, scope) for part in query.parts)
        if isinstance(query, QueryNear):
            return self._expand_near(query, clauses, path)
        return _join(query, clauses, path)

    def _expand_term(self, query: QueryTerm, path: str, scope: Scope) -> Clause:
        try:
            term = parse_term(query.text)
        except TermError as error:
            raise QueryError(str(error), query.column) from error
        return Lookup(path, self._vocabulary.text_lexicon((term,)), scope, text=query.text)

    @staticmethod
    def _expand_near(query: QueryNear, clauses: tuple[Clause, ...], path: str) -> Clause:
        for part, clause in zip(query.parts, clauses, strict=True):
            if not clause.points:
                raise QueryError("NOT has no mention that anything could stand near to", part.column)
        if len(clauses) > MOST_NEAR:
            raise QueryError(
                f"expected at most {MOST_NEAR} parts in one chain of NEAR, found {len(clauses)}", query.column
            )
        return Near(path, clauses, Within("words", query.words), query.ordered)


def _join(query: QueryGroup, clauses: tuple[Clause, ...], path: str) -> Clause:
    return AllOf(path, clauses) if query.operator == "and" else AnyOf(path, clauses)
