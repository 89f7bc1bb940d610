"""Signs of life: when the scheduler of this process last ticked, by a clock that nobody sets."""

from collections.abc import Callable
from time import monotonic


class Vitals:
    """`clock` counts seconds, from whenever."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._ticked = clock()

    async def tick(self) -> None:
        """The scheduler says that it is there."""
        self._ticked = self._clock()

    def silent_for(self) -> float:
        """Seconds since it last did, or since the start."""
        return self._clock() - self._ticked
