"""Many whole numbers as one parameter, in the same words on both databases: a JSON list that a statement takes apart.

A thousand parameters cost SQLAlchemy and the driver more than looking the numbers up costs the database, and a row of
parameters for each number of a list that is inserted more than its insertion.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Select, Text, cast, column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _elements_of(FunctionElement[Any]):  # noqa: N801 - written as what it is, a function of SQL
    """The elements of a JSON list, as rows with the column `value`."""

    inherit_cache = True
    name = "elements_of"


@compiles(_elements_of, "sqlite")
def _in_sqlite(element: _elements_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_elements_of, "postgresql")
def _in_postgres(element: _elements_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


def pack_numbers(numbers: Iterable[int]) -> str:
    """The value of a parameter that `numbers_in` reads, each number once and in rising order."""
    return json.dumps(sorted(set(numbers)))


def numbers_in(packed: BindParameter[str], *others: ColumnElement[Any]) -> Select[Any]:
    """A row for each number, with the same `others` in front of it."""
    value = _elements_of(packed).table_valued(column("value", Text), joins_implicitly=True).c.value
    return select(*others, cast(value, BigInteger))


def is_among(of: ColumnElement[int], packed: BindParameter[str]) -> ColumnElement[bool]:
    """Whether a column has one of the numbers of a parameter, however many they are."""
    return of.in_(numbers_in(packed))
