"""Rules as the service knows them, and what they found in an article."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal, NamedTuple

from monitor.model.ids import ArticleId, RuleId

_LEAST_ASKED = 20
_SLOW_MILLISECONDS = 5.0


class Severity(Enum):
    """How much a rule's match matters, in rising order."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return list(Severity).index(self)


RuleStatus = Literal["live", "draft", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is said about a rule; its compiled clauses live in monitor.match. `version` is the hash of its content."""

    id: RuleId
    version: str
    title: str
    why: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    status: RuleStatus = "live"
    severity: Severity = Severity.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """A rule whose newest definition did not load: `version` is the last good one, still live; None: none ever was."""

    rule: RuleId
    version: str | None
    problem: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUsage:
    """How often the index let an article through to a rule, how often it matched, and the time all that took."""

    rule: RuleId
    asked: int
    matched: int
    nanoseconds: int

    @property
    def mean_milliseconds(self) -> float:
        """Of one article."""
        return self.nanoseconds / self.asked / 1e6 if self.asked else 0.0

    @property
    def is_slow(self) -> bool:
        """Whether it takes more than a rule should, and not just once."""
        return self.asked >= _LEAST_ASKED and self.mean_milliseconds > _SLOW_MILLISECONDS


class Mention(NamedTuple):
    """Where a clause found its words: `article.text_of(field)[start:end] == text`, always.

    A tuple, because an article may have hundreds: as a dataclass each takes ten times as long to make.
    """

    clause: str
    field: str
    start: int
    end: int
    text: str
    term: str
    concept: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule holds for an article."""

    rule: RuleId
    version: str
    article: ArticleId
    severity: Severity
    score: int | None = None
    mentions: tuple[Mention, ...] = ()
