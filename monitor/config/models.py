"""The shape of sources, subscribers and routes as an operator writes them (format version 1).

Only shapes: ids that must exist elsewhere, values that stand in the environment and the conversion to monitor.model
are the matter of monitor.config.assembly. `later` names the keys of the format that this version does not act on.
"""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitor.config.checks import (
    check_email,
    check_header_name,
    check_header_value,
    check_not_blank,
    check_slack_channel,
    check_slack_token,
    check_url,
    check_webhook_secret,
    describe_found,
    read_country,
    read_day,
    read_duration,
    read_interval,
    read_language,
    read_time,
    read_timezone,
    read_weekly,
)
from monitor.config.secrets import is_reference
from monitor.config.shapes import Shape, one_of
from monitor.model import FullText, Severity, SourceKind
from monitor.sources.fields import PARTS
from monitor.text.durations import format_duration
from monitor.text.suggest import quoted_list

SECTIONS = ("sources", "subscribers", "routes", "operators", "silences", "tests")
"""What files other than the settings hold."""

SOURCE_KINDS: tuple[SourceKind, ...] = get_args(SourceKind)
"""What a source can be, each with its key; a source has exactly one of them."""

PACES = ("now", "hourly", "every", "daily", "weekly")
"""The ways a route can send; a route has exactly one of them."""


def _as_tuple(value: Any) -> Any:
    """One word where a list is asked for is a list of one."""
    return tuple(value) if isinstance(value, list) else (value,)


def _read_pace(value: Any) -> Any:
    """`adaptive`, which is what a source without any pace gets, or an interval."""
    return None if value is None or value == "adaptive" else read_interval(value)


def _refuse_later(*words: str) -> BeforeValidator:
    """Refuse words of the format that a coming version understands."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and value in words:
            raise ValueError(f'"{value}" is not available yet in this version')
        return value

    return BeforeValidator(check)


def _check_true(value: bool) -> bool:
    if not value:
        raise ValueError("found false, expected true (or leave the key out)")
    return value


def _check_whole_hours(interval: timedelta) -> timedelta:
    hours = interval / timedelta(hours=1)
    if hours != int(hours) or not 1 <= hours <= 24:
        found = format_duration(interval)
        raise ValueError(
            f'found "{found}", expected whole hours from "1h" to "24h" (for longer, use "daily" or "weekly")'
        )
    return interval


def _check_not_empty(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("found an empty list, expected at least one")
    return values


def _unless_elsewhere(check: Callable[[str], str]) -> AfterValidator:
    """Check what stands in the file; what stands elsewhere is checked when it has been looked up."""
    return AfterValidator(lambda text: text if is_reference(text) else check(text))


def _check_fixed_texts(language: str) -> str:
    if language != "en":
        raise ValueError(f'"{language}" is not available yet in this version: messages are in English')
    return language


Word = Annotated[str, AfterValidator(check_not_blank)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_as_tuple)]
Url = Annotated[str, _unless_elsewhere(check_url)]
HeaderValue = Annotated[str, _unless_elsewhere(check_header_value)]
Language = Annotated[str, BeforeValidator(read_language)]
Languages = Annotated[tuple[Language, ...], BeforeValidator(_as_tuple)]
SeverityWord = Annotated[str, BeforeValidator(one_of(severity.value for severity in Severity))]
Tier = Annotated[int, Field(ge=1)]
Day = Annotated[int, BeforeValidator(read_day)]
WebhookSecret = Annotated[str, _unless_elsewhere(check_webhook_secret)]
Flag = Annotated[bool, AfterValidator(_check_true)]


class SourceShape(Shape):
    """One of `sources:`."""

    feed: Url | None = None
    sitemap: Url | None = None
    archive: Word | None = None
    tags: Words = ()
    tier: Tier | None = None
    language: Language | None = None
    country: Annotated[str, BeforeValidator(read_country)] | None = None
    every: Annotated[timedelta | None, BeforeValidator(_read_pace)] = None
    full_text: Annotated[FullText, BeforeValidator(one_of(get_args(FullText)))] = "auto"
    alert_backlog: bool = False
    paused: bool = False
    headers: dict[Annotated[str, AfterValidator(check_header_name)], HeaderValue] = Field(default_factory=dict)
    fields: dict[Annotated[str, BeforeValidator(one_of(PARTS))], Word] = Field(default_factory=dict)

    @model_validator(mode="after")
    def check_kind(self) -> "SourceShape":
        given = [kind for kind in SOURCE_KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            found = quoted_list(given) if given else "none"
            raise ValueError(f"found {found}, expected one of {quoted_list(SOURCE_KINDS)}")
        if self.archive is None and self.fields:
            raise ValueError('"fields" goes with "archive" only')
        for key in ("headers", "full_text"):
            if self.archive is not None and key in self.model_fields_set:
                raise ValueError(f'"{key}" goes with "feed" and "sitemap" only')
        return self

    @property
    def kind(self) -> SourceKind:
        """Which of the three it is."""
        return "archive" if self.archive is not None else "sitemap" if self.sitemap is not None else "feed"


class SlackShape(Shape):
    """`slack:` of a subscriber: an incoming webhook, or an app's token with the channel it writes to."""

    webhook: Url | None = None
    token: Annotated[str, _unless_elsewhere(check_slack_token)] | None = None
    channel: Annotated[str, AfterValidator(check_slack_channel)] | None = None

    @model_validator(mode="after")
    def check_kind(self) -> "SlackShape":
        given = (self.webhook is not None, self.token is not None, self.channel is not None)
        if given not in ((True, False, False), (False, True, True)):
            raise ValueError('expected either "webhook", or "token" and "channel"')
        return self


class WebhookShape(Shape):
    """`webhook:` of a subscriber."""

    url: Url
    secret: Annotated[tuple[WebhookSecret, ...], BeforeValidator(_as_tuple), AfterValidator(_check_not_empty)]


class QuietShape(Shape):
    """`quiet:` of a subscriber."""

    start: Annotated[time, BeforeValidator(read_time)] = Field(alias="from")
    end: Annotated[time, BeforeValidator(read_time)] = Field(alias="to")
    unless: SeverityWord | None = None

    @model_validator(mode="after")
    def check_length(self) -> "QuietShape":
        if self.start == self.end:
            raise ValueError(f'"from" and "to" are both {self.start:%H:%M}, expected two different times')
        return self


class CapShape(Shape):
    """`cap:` of a subscriber."""

    per_hour: Annotated[int, Field(ge=1)]


class SubscriberShape(Shape):
    """One of `subscribers:`."""

    email: Annotated[str, _unless_elsewhere(check_email)] | None = None
    slack: SlackShape | None = None
    webhook: WebhookShape | None = None
    apprise: Word | None = None
    timezone: Annotated[ZoneInfo, BeforeValidator(read_timezone)] | None = None
    language: Annotated[Language, AfterValidator(_check_fixed_texts)] = "en"
    quiet: QuietShape | None = None
    cap: CapShape | None = None

    @model_validator(mode="after")
    def check_channels(self) -> "SubscriberShape":
        if self.email is None and self.slack is None and self.webhook is None and self.apprise is None:
            raise ValueError('has no channel, expected one or more of "email", "slack", "webhook", "apprise"')
        return self


class WhenShape(Shape):
    """`when:` of a route; what is left out asks nothing."""

    rules: Words = ()
    severity: Annotated[tuple[SeverityWord, ...], BeforeValidator(_as_tuple)] = ()
    tags: Words = ()
    source: Words = ()
    source_tags: Words = ()
    language: Languages = ()
    tier: Annotated[tuple[Tier, ...], BeforeValidator(_as_tuple)] = ()
    actor: Words = ()


class SendShape(Shape):
    """`send:` of a route: one pace, with what belongs to it."""

    now: Flag | None = None
    hold: Annotated[timedelta, BeforeValidator(read_duration)] = timedelta(0)
    hourly: Flag | None = None
    every: Annotated[timedelta, BeforeValidator(read_interval), AfterValidator(_check_whole_hours)] | None = None
    daily: Annotated[time, BeforeValidator(read_time)] | None = None
    days: Annotated[tuple[Day, ...], AfterValidator(_check_not_empty), BeforeValidator(_as_tuple)] | None = None
    weekly: Annotated[tuple[int, time], BeforeValidator(read_weekly)] | None = None
    max_stories: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def check_pace(self) -> "SendShape":
        given = [pace for pace in PACES if getattr(self, pace) is not None]
        if len(given) != 1:
            found = quoted_list(given) if given else "no pace"
            raise ValueError(f"found {found}, expected one of {quoted_list(PACES)}")
        for key, pace in (("hold", "now"), ("days", "daily")):
            if key in self.model_fields_set and pace not in given:
                raise ValueError(f'"{key}" goes with "{pace}" only')
        return self


def _check_send(value: Any) -> Any:
    if not isinstance(value, dict | SendShape):
        raise ValueError(f'{describe_found(value)}, expected a pace such as {{now: true}} or {{daily: "07:30"}}')
    return value


class UpdateShape(Shape):
    """`update:` of a route."""

    corrections: bool = False
    more_sources: Annotated[int, Field(ge=1)] | None = None
    min_gap: Annotated[timedelta, BeforeValidator(read_duration)] = timedelta(0)

    @model_validator(mode="after")
    def check_use(self) -> "UpdateShape":
        if not self.corrections and self.more_sources is None:
            raise ValueError('found no kind of update, expected "corrections: true", "more_sources: 5" or both')
        return self


class RouteShape(Shape):
    """One of `routes:`."""

    when: WhenShape = WhenShape()
    to: Annotated[tuple[Word, ...], AfterValidator(_check_not_empty), BeforeValidator(_as_tuple)]
    send: Annotated[SendShape, BeforeValidator(_check_send)]
    go_on: bool = Field(default=False, alias="continue")
    when_empty: Annotated[Literal["skip", "proof"], BeforeValidator(one_of(["skip", "proof"]))] = "skip"
    update: UpdateShape | None = None

    @model_validator(mode="after")
    def check_proof(self) -> "RouteShape":
        if self.when_empty == "proof" and self.send.now:
            raise ValueError('"when_empty: proof" goes with a planned digest; a route that sends now is never empty')
        return self
