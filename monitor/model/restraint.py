"""What holds alerts back: quiet hours, caps, silences of operators, and what subscribers chose for themselves."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from monitor.model.ids import RuleId, StoryId, SubscriberId
from monitor.model.paces import Pace
from monitor.model.rules import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours, by the subscriber's clock, in which nothing goes at once. `start` later than `end`: over midnight.

    What is at least as severe as `unless` breaks through.
    """

    start: time
    end: time
    unless: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """How many messages at most may go at once within an hour; digests that are planned do not count."""

    per_hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """What a subscriber hears of a story that they know: corrections, and one update at so many more sources.

    `min_gap` is the least time between two messages about one story.
    """

    corrections: bool = False
    more_sources: int | None = None
    min_gap: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Matches that alert nobody until an instant. Rules and sources are shell patterns; None fits everything.

    `id` is the row's number ("3"), or where it stands in the files ("config/silences.yaml:7").
    """

    id: str
    rule: str | None = None
    source: str | None = None
    story: StoryId | None = None
    until: datetime
    reason: str
    ended_at: datetime | None = None


MuteKind = Literal["rule", "story"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a subscriber set on their own pages. It only ever narrows what the operator's files give them.

    `pace` makes everything wait for its windows; `quiet` comes on top of the operator's quiet hours.
    """

    subscriber: SubscriberId
    unsubscribed_at: datetime | None = None
    paused_until: datetime | None = None
    pace: Pace | None = None
    quiet: Quiet | None = None
    muted_rules: frozenset[RuleId] = frozenset()
    muted_stories: frozenset[StoryId] = frozenset()

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing is to be sent at this moment."""
        return self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceMark:
    """What a reader said of a story that they got: newer marks of the same story and rule replace older ones."""

    subscriber: SubscriberId
    story: StoryId
    rule: RuleId
    relevant: bool
    marked_at: datetime
