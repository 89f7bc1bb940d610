"""Many numbers or keys as one parameter, in the same words on both databases: a JSON list that a statement takes apart.

A thousand parameters cost SQLAlchemy and the driver more than looking the numbers up costs the database, and a row of
parameters for each number of a list that is inserted more than its insertion.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    Text,
    cast,
    column,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from monitor.store.columns import shorten_key


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


class _part_of(FunctionElement[str]):  # noqa: N801 - as `_elements_of`
    """The text at a place of a list that is an element of a list."""

    inherit_cache = True
    name = "part_of"
    type = Text()


@compiles(_part_of, "sqlite")
def _part_in_sqlite(element: _part_of, compiler: SQLCompiler, **options: Any) -> str:
    value, place = element.clauses
    return f"json_extract({compiler.process(value, **options)}, '$[' || {compiler.process(place, **options)} || ']')"


@compiles(_part_of, "postgresql")
def _part_in_postgres(element: _part_of, compiler: SQLCompiler, **options: Any) -> str:
    value, place = element.clauses
    return f"(CAST({compiler.process(value, **options)} AS JSON) ->> {compiler.process(place, **options)})"


def pack_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """The value of a parameter that `pairs_in` reads, each pair once and in order."""
    return json.dumps(sorted(set(pairs)))


def pairs_in(packed: BindParameter[str]) -> Subquery:
    """A row for each pair, with the columns `one` and `other`."""
    value = _elements_of(packed).table_valued(column("value", Text)).c.value
    parts = (_part_of(value, literal_column(place)).label(name) for place, name in (("0", "one"), ("1", "other")))
    return select(*parts).subquery()


def pack_numbers(numbers: Iterable[int]) -> str:
    """The value of a parameter that `numbers_in` reads, each number once and in rising order."""
    return json.dumps(sorted(set(numbers)))


def numbers_in(packed: BindParameter[str], *others: ColumnElement[Any]) -> Select[Any]:
    """A row for each number, with the same `others` in front of it."""
    return select(*others, cast(_values_in(packed), BigInteger))


def is_among(of: ColumnElement[int], packed: BindParameter[str]) -> ColumnElement[bool]:
    """Whether a column has one of the numbers of a parameter, however many they are."""
    return of.in_(numbers_in(packed))


def pack_keys(keys: Iterable[str]) -> str:
    """The value of a parameter that `is_key_among` reads, as columns of keys keep them."""
    return json.dumps(sorted(map(shorten_key, set(keys))))


def is_key_among(of: ColumnElement[str], packed: BindParameter[str]) -> ColumnElement[bool]:
    """Whether a column has one of the keys of a parameter, however many they are."""
    return of.in_(select(_values_in(packed)))


def _values_in(packed: BindParameter[str]) -> ColumnElement[str]:
    return _elements_of(packed).table_valued(column("value", Text), joins_implicitly=True).c.value
