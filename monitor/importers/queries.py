"""A list of Boolean queries to draft rules: one a line, with a name before a tab where there is one.

Empty lines and lines that begin with `#` are passed over. The language of the queries is monitor.text.query's.
"""

from collections.abc import Collection, Iterator, Sequence

from monitor.importers.drafts import DraftRule, FindFault, Imported, Intake
from monitor.text.query import (
    Query,
    QueryError,
    QueryField,
    QueryGroup,
    QueryNear,
    QueryNot,
    QueryTerm,
    parse_query,
)
from monitor.text.yaml_writing import Value

_LONGEST_TITLE = 80


def import_queries(text: str, file: str, find_fault: FindFault, fields: Collection[str]) -> Imported:
    """The rules that the queries come to. `fields` are the places that may stand before a colon."""
    intake = Intake(file, find_fault)
    rules = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, query, offset = _part(line)
        try:
            match = _convert(parse_query(query, fields), intake)
        except QueryError as error:
            intake.refuse(number, str(error), offset + error.column)
            continue
        title = name or _shorten(query)
        rules.append(
            DraftRule(
                id=intake.give_id(name or _name_of(query), "query"),
                title=title,
                match=match,
                written=query,
                line=number,
            )
        )
    return Imported(rules=tuple(rules), problems=tuple(intake.problems))


def _part(line: str) -> tuple[str, str, int]:
    """Name, query, and how many characters stand before the query."""
    name, tab, query = line.partition("\t")
    return (name.strip(), query, len(name) + 1) if tab and name.strip() else ("", line, 0)


def _shorten(query: str) -> str:
    whole = " ".join(query.split())
    return whole if len(whole) <= _LONGEST_TITLE else f"{whole[: _LONGEST_TITLE - 1]}…"


def _name_of(query: str) -> str:
    """The first words of a query without its operators."""
    words = query.replace("(", " ").replace(")", " ").replace('"', " ").split()
    return " ".join([word for word in words if word not in ("AND", "OR", "NOT") and "NEAR/" not in word][:6])


def _convert(query: Query, intake: Intake) -> Value:
    """The clause of a query; QueryError where a rule cannot say what it says."""
    if not _requires(query):
        raise QueryError("nothing must be present, so nearly every article would match", query.column)
    return _clause_of(query, intake)


def _requires(query: Query) -> bool:
    """Whether some word must be there for the query to hold."""
    if isinstance(query, QueryTerm):
        return True
    if isinstance(query, QueryNot):
        return False
    if isinstance(query, QueryField):
        return _requires(query.part)
    needed = (_requires(part) for part in query.parts)
    return all(needed) if isinstance(query, QueryGroup) and query.operator == "or" else any(needed)


def _clause_of(query: Query, intake: Intake) -> Value:
    if isinstance(query, QueryTerm):
        fault = intake.find_fault(query.text)
        if fault:
            raise QueryError(fault, query.column)
        return query.text
    if isinstance(query, QueryNot):
        return {"none": [_clause_of(query.part, intake)]}
    if isinstance(query, QueryField):
        return _limit(_clause_of(query.part, intake), query.field)
    if isinstance(query, QueryNear):
        return _near_of(query, intake)
    if query.operator == "or":
        return {"any": [_clause_of(part, intake) for part in query.parts]}
    return {"all": list(_iter_joined(query.parts, intake))}


def _near_of(query: QueryNear, intake: Intake) -> Value:
    for part in query.parts:
        if not _points(part):
            raise QueryError("NOT has no mention that anything could stand near to", part.column)
    near: dict[str, Value] = {
        "near": [_clause_of(part, intake) for part in query.parts],
        "within": f"{query.words} word{'' if query.words == 1 else 's'}",
    }
    return near | {"order": "given"} if query.ordered else near


def _points(query: Query) -> bool:
    """Whether a part of NEAR is free of NOT."""
    if isinstance(query, QueryTerm):
        return True
    if isinstance(query, QueryNot):
        return False
    return all(_points(part) for part in ((query.part,) if isinstance(query, QueryField) else query.parts))


def _iter_joined(parts: Sequence[Query], intake: Intake) -> Iterator[Value]:
    """The parts of AND, with all that must not hold in one `none`."""
    refused = [_clause_of(part.part, intake) for part in parts if isinstance(part, QueryNot)]
    yield from (_clause_of(part, intake) for part in parts if not isinstance(part, QueryNot))
    if refused:
        yield {"none": refused}


def _limit(clause: Value, place: str) -> Value:
    """A clause that is looked for in one place only; an inner place wins over an outer one, as it does in a rule."""
    if isinstance(clause, str):
        return {"text": clause, "in": place}
    return {**clause, "in": clause.get("in", place)} if isinstance(clause, dict) else clause
