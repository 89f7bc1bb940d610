"""The shape of silences and of the tests of routes, as an operator writes them, with the words of tests."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from monitor.config.checks import describe_found, read_timezone
from monitor.config.models import Language, SeverityWord, Word, Words
from monitor.config.shapes import Shape
from monitor.route.cases import Expectation, Kind
from monitor.text.suggest import did_you_mean

_KINDS: tuple[Kind, ...] = ("now", "digest", "held", "nothing")
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2})(?::(\d{2}))?(Z)?(?: (\S+))?")
_AT = 'an instant such as "2026-03-29T19:10:00Z", or a local time with its zone such as "2026-03-29 23:10 Asia/Yerevan"'
_UNTIL = 'a day such as 2026-12-01, an instant such as "2026-12-01T18:00:00Z", or "2026-12-01 18:00"'


def read_instant(value: object) -> datetime:
    """An instant: in UTC with a `Z`, or a local time with its zone; a repeated or skipped one as in digests."""
    moment = _read_clock(value, _AT)
    if moment.tzinfo is None:
        raise ValueError(f"{describe_found(value)}, which names no time zone; expected {_AT}")
    return _to_utc(moment, value)


def read_moment(text: str, timezone: ZoneInfo) -> datetime:
    """As `read_instant`, with a local time that names no zone read in this one."""
    moment = _read_clock(text, _AT)
    return _to_utc(moment if moment.tzinfo else moment.replace(tzinfo=timezone), text)


def _to_utc(moment: datetime, written: object) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{describe_found(written)}, which is outside the calendar; expected {_AT}") from error


def read_end(value: object) -> datetime:
    """The end of a silence: the beginning of a day, or a moment; naive where it goes by the service's own zone."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return _read_clock(f"{value} 00:00", _UNTIL)
    return _read_clock(value, _UNTIL)


def read_expectation(value: object) -> Expectation:
    """`now`, `nothing`, `digest DATE TIME` or `held DATE TIME`."""
    kind, _, clock = value.partition(" ") if isinstance(value, str) else ("", "", "")
    expected = 'expected "now", "nothing", "digest 2026-03-30 07:30" or "held 2026-03-30 07:00"'
    known = next((each for each in _KINDS if each == kind), None)
    if known is None:
        raise ValueError(f"{describe_found(value)}, {expected}{did_you_mean(kind.lower(), _KINDS)}")
    if known in ("now", "nothing"):
        if clock:
            raise ValueError(f'{describe_found(value)}: "{known}" takes no time')
        return Expectation(known)
    moment = _CLOCK.fullmatch(clock)
    if not moment or moment[3] or moment[4] or moment[5]:
        raise ValueError(f"{describe_found(value)}, {expected} (by the clock of the subscriber, without a zone)")
    return Expectation(known, f"{_read_clock(clock, expected.removeprefix('expected ')):%Y-%m-%d %H:%M}")


class SilenceShape(Shape):
    """One of `silences:`."""

    rule: Word | None = None
    source: Word | None = None
    story: Word | None = None
    until: Annotated[datetime, BeforeValidator(read_end)]
    reason: Word

    @model_validator(mode="after")
    def check_target(self) -> "SilenceShape":
        if self.rule is None and self.source is None and self.story is None:
            raise ValueError('names nothing to silence, expected one or more of "rule", "source", "story"')
        return self


class GivenShape(Shape):
    """`given:` of a test."""

    rule: Word
    severity: SeverityWord | None = None
    tags: Words | None = None
    source: Word | None = None
    language: Language | None = None
    actor: Words = ()
    at: Annotated[datetime, BeforeValidator(read_instant)]


def _check_expectations(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{describe_found(value)}, expected a mapping from subscriber to what they get")
    return value


class CaseShape(Shape):
    """One of `tests:`."""

    given: GivenShape
    expect: Annotated[
        dict[str, Annotated[Expectation, BeforeValidator(read_expectation)]], BeforeValidator(_check_expectations)
    ] = Field(default_factory=dict)
    nobody_else: bool = False

    @model_validator(mode="after")
    def check_use(self) -> "CaseShape":
        if not self.expect and not self.nobody_else:
            raise ValueError('expects nothing, expected "expect:" with a subscriber, or "nobody_else: true"')
        return self


def _read_clock(value: object, expected: str) -> datetime:
    """What a text says, aware where it names a zone."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{describe_found(value)}, expected {expected}")
    day, clock, seconds, utc, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day} {clock.zfill(5)}:{seconds or '00'}")
    except ValueError as error:
        raise ValueError(f"{describe_found(value)}, which is no time of any calendar; expected {expected}") from error
    if utc and zone:
        raise ValueError(f"{describe_found(value)}, which names two time zones; expected {expected}")
    return moment.replace(tzinfo=UTC if utc else _read_zone(zone))


def _read_zone(name: str | None) -> ZoneInfo | None:
    return None if name is None else read_timezone(name)
