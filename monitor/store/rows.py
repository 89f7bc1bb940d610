"""Statements on one open transaction: the two dialects' only differences, and errors in our own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from itertools import batched
from typing import Any, TypeVar
