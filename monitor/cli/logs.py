"""One structured line per unit of work on stderr: for people on a terminal, JSON where something else reads it."""

import logging
import os
import sys
from time import monotonic

import structlog
from structlog.typing import EventDict, WrappedLogger

from monitor.cli.options import printable

# What a step says each time it runs for as long as its cause is there, and how long in seconds it then keeps quiet.
_RECURRING = frozenset(
    {
        "step failed",
        "step crashed",
        "digest not composed",
    }
)
_QUIET = 600.0


def configure_logs() -> None:
    """Set up logging for this process. What publishers and peers wrote never reaches a line raw."""
    renderer = (
        structlog.dev.ConsoleRenderer(colors=not os.environ.get("NO_COLOR"))
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _Repeats(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _leave_out_empty,
            _escape_controls,
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=_open_logger,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


def _open_logger(*_: object) -> structlog.PrintLogger:
    """On stderr as it is now: an embedding program may have put another in its place."""
    return structlog.PrintLogger(sys.stderr)


def _leave_out_empty(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if value is not None}


def _escape_controls(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {
        key: printable(value).replace("\n", "\\n") if isinstance(value, str) else value for key, value in event.items()
    }


class _Repeats:
    """Drops a complaint that was logged within the last ten minutes already: steps come back every second, and what
    stays wrong would bury everything else.
    """

    def __init__(self) -> None:
        self._logged_at: dict[tuple[str, ...], float] = {}

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        if event["event"] not in _RECURRING:
            return event
        key = tuple(str(event.get(name)) for name in ("event", "step", "subscriber", "error"))
        now = monotonic()
        if now - self._logged_at.get(key, -_QUIET) < _QUIET:
            raise structlog.DropEvent
        self._logged_at[key] = now
        return event
