"""Keep the garbage collector from looking for garbage where none is made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """While many objects are made that all stay: the collector would go through them again and again.

    Measured on 10,000 rules, it doubles the time to load them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
