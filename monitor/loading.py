"""Find a function by its address "package.module:name".

Two places name functions instead of importing them: the command table, so that `monitor --help` answers at
once, and the process pool, so that the main process never pays for the libraries only its workers use.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any


def load_function(address: str) -> Callable[..., Any]:
    """The function at `address`; ImportError or AttributeError when there is none."""
    module, _, name = address.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
