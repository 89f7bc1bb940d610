"""The exceptions and located problems of the service.

    MonitorError
    ├── ConfigError      settings or YAML files that cannot be used; carries every problem at once
    ├── InputError       a file or directory that a command was given and cannot be read
    ├── FetchError       a feed or page that did not arrive
    ├── ParseError       bytes that are not what they claim to be
    ├── StoreError       the database refused, is locked or is missing
    └── DeliveryError    a channel that did not accept a message

Callers branch on the type and on typed fields, never on the text. Messages are lower case, name the thing, what
was found and what was expected, and carry no secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in something a person wrote or a publisher sent, with its place.

    `file` may also be the name of a record ("dump.jsonl:17"); line and column count from 1, 0 is unknown. A note says
    how something was understood, which is worth a look and nothing to mend.
    """

    file: str
    line: int
    column: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        prefix = "" if self.level == "error" else f"{self.level}: "
        return f"{place}: {prefix}{self.message}" if place else f"{prefix}{self.message}"


class MonitorError(Exception):
    """The root: whatever the service raises on purpose."""


class ConfigError(MonitorError):
    """Files a person wrote cannot be used; `problems` holds all of them, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(MonitorError):
    """A path given to a command cannot be read, or holds nothing to read."""


class FetchError(MonitorError):
    """A feed did not arrive. `transient`: the next try may succeed, not before `retry_after` where one was named."""

    def __init__(
        self,
        message: str,
        *,
        transient: bool = True,
        status: int | None = None,
        retry_after: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.transient = transient
        self.status = status
        self.retry_after = retry_after


class ParseError(MonitorError):
    """Bytes that are not what was expected, such as an HTML page where a feed should be."""


class StoreError(MonitorError):
    """The database cannot be opened, is in use by another service, or refused a statement."""


class DeliveryError(MonitorError):
    """A channel did not accept a message.

    `permanent`: trying again is useless (refused recipient, HTTP 410); otherwise it is retried, not before
    `retry_after` when the peer named an instant. `disables`: the address itself is no good any more, and nothing is
    to go there until an operator says so.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: datetime | None = None,
        disables: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent or disables
        self.disables = disables
        self.retry_after = retry_after
