"""One structured line per unit of work on stderr: for people on a terminal, JSON where something else reads it."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from monitor.cli.options import printable


def configure_logs() -> None:
    """Set up logging for this process. What publishers and peers wrote never reaches a line raw."""
    is_terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
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
