"""Checked definitions → the sources, subscribers and routes that the service works with.

Here the definitions meet each other, the settings and the environment: ids that do not exist, rules that no pattern
fits, variables that are not set. No file is read but those that `file:` names.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.config.cases import CaseShape, SilenceShape
from monitor.config.checks import (
    check_email,
    check_header_value,
    check_not_blank,
    check_slack_token,
    check_url,
    check_webhook_secret,
)
from monitor.config.documents import Definitions
from monitor.config.models import QuietShape, RouteShape, SendShape, SourceShape, SubscriberShape, UpdateShape
from monitor.config.references import check_patterns, check_reach
from monitor.config.secrets import Secrets, describe_missing, describe_reference, is_reference
from monitor.config.settings import Settings
from monitor.config.shapes import Definition
from monitor.errors import Problem
from monitor.model import (
    Address,
    AppriseTarget,
    Cap,
    Condition,
    Daily,
    EmailAddress,
    Every,
    Now,
    Pace,
    Quiet,
    Route,
    Severity,
    SignedWebhook,
    Silence,
    SlackBot,
    SlackWebhook,
    Source,
    SourceId,
    StoryId,
    Subscriber,
    SubscriberId,
    Updates,
)
from monitor.sources.paths import explain_address, hide_secrets, is_address, is_pattern
from monitor.text.durations import format_duration
from monitor.text.yaml import Path as KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the configuration says, and what is wrong with it; with an error in `problems` it is not to be used."""

    sources: tuple[Source, ...] = ()
    subscribers: Mapping[SubscriberId, Subscriber]
    routes: tuple[Route, ...] = ()
    operators: tuple[SubscriberId, ...] = ()
    silences: tuple[Silence, ...] = ()
    cases: tuple[Definition[CaseShape], ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """A value that may stand elsewhere: its check, and what `monitor check` takes when it is not set."""

    check: Callable[[str], str]
    placeholder: str
    secret: bool = False


_DEFAULT_INTERVAL = timedelta(minutes=15)
_FEED = _Kind(check_url, "https://placeholder.invalid/")
_EMAIL = _Kind(check_email, "placeholder@placeholder.invalid")
_WEBHOOK = _Kind(check_url, "https://placeholder.invalid/")
_SLACK = _Kind(check_url, "https://placeholder.invalid/", secret=True)
_SLACK_TOKEN = _Kind(check_slack_token, "xoxb-placeholder", secret=True)
_APPRISE = _Kind(check_not_blank, "json://placeholder.invalid/", secret=True)
_SECRET = _Kind(check_webhook_secret, "whsec_" + "A" * 32, secret=True)
_HEADER = _Kind(check_header_value, "placeholder")
_SECRET_HEADER = _Kind(check_header_value, "placeholder", secret=True)
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


def assemble(
    definitions: Definitions, settings: Settings, secrets: Secrets, *, strict: bool, rule_ids: Collection[str] | None
) -> Config:
    """Everything that is sound; `problems` holds those of the definitions too, in file order.

    `strict`: a variable that is not set is an error; else a warning, and a harmless placeholder takes its place.
    `rule_ids`: what patterns in `when.rules` are held against; None leaves them unchecked.
    """
    assembler = _Assembler(settings, secrets, strict=strict)
    sources = [assembler.assemble_source(each) for each in definitions.sources.values() if each]
    subscribers = [assembler.assemble_subscriber(each) for each in definitions.subscribers.values() if each]
    routes = [assembler.assemble_route(each) for each in definitions.routes]
    silences = [assembler.assemble_silence(each) for each in definitions.silences]
    problems = [*definitions.problems, *assembler.problems, *check_patterns(definitions, rule_ids)]
    if not any(problem.level == "error" for problem in problems):
        problems += check_reach(definitions)
    return Config(
        sources=tuple(filter(None, sources)),
        subscribers={each.id: each for each in subscribers if each},
        routes=tuple(routes),
        operators=tuple(dict.fromkeys(SubscriberId(each.name) for each in definitions.operators)),
        silences=tuple(silences),
        cases=tuple(definitions.cases),
        problems=tuple(sorted(problems)),
    )


class _Assembler:
    """Converts definitions one by one, and gathers what is wrong with them."""

    def __init__(self, settings: Settings, secrets: Secrets, *, strict: bool) -> None:
        self.problems: list[Problem] = []
        self._settings = settings
        self._secrets = secrets
        self._strict = strict

    def assemble_source(self, source: Definition[SourceShape]) -> Source | None:
        shape = source.shape
        address = self._find_address(source)
        headers = {name: self._resolve_header(source, name, value) for name, value in shape.headers.items()}
        if address is None or None in headers.values():
            return None
        return Source(
            id=SourceId(str(source.path[-1])),
            kind=shape.kind,
            address=address,
            tags=shape.tags,
            tier=shape.tier,
            language=shape.language,
            country=shape.country,
            every=self._find_interval(source),
            adaptive=shape.every is None and shape.kind != "archive",
            full_text=shape.full_text,
            alert_backlog=shape.alert_backlog,
            paused=shape.paused,
            headers={name: value for name, value in headers.items() if value is not None},
            fields=shape.fields,
        )

    def assemble_subscriber(self, subscriber: Definition[SubscriberShape]) -> Subscriber | None:
        shape = subscriber.shape
        found = (
            self._find_email(subscriber),
            self._find_slack(subscriber),
            self._find_webhook(subscriber),
            self._find_apprise(subscriber),
        )
        addresses = tuple(address for address in found if address)
        if not addresses:
            return None
        return Subscriber(
            id=SubscriberId(str(subscriber.path[-1])),
            addresses=addresses,
            timezone=shape.timezone or self._settings.timezone,
            language=shape.language,
            quiet=_quiet_of(shape.quiet),
            cap=Cap(per_hour=shape.cap.per_hour) if shape.cap else None,
        )

    def assemble_silence(self, silence: Definition[SilenceShape]) -> Silence:
        shape = silence.shape
        until = shape.until if shape.until.tzinfo else shape.until.replace(tzinfo=self._settings.timezone)
        return Silence(
            id=_place_of(silence),
            rule=shape.rule,
            source=shape.source,
            story=StoryId(shape.story) if shape.story else None,
            until=until.astimezone(UTC),
            reason=shape.reason,
        )

    def assemble_route(self, route: Definition[RouteShape]) -> Route:
        shape, when = route.shape, route.shape.when
        for number, subscriber in enumerate(shape.to):
            if subscriber in shape.to[:number]:
                self._report(route, ("to", number), f'"{subscriber}" stands twice', warning=True)
        return Route(
            when=Condition(
                rules=when.rules,
                severity=tuple(Severity(word) for word in when.severity),
                tags=when.tags,
                source=when.source,
                source_tags=when.source_tags,
                language=when.language,
                tier=when.tier,
                actor=when.actor,
            ),
            to=tuple(dict.fromkeys(SubscriberId(subscriber) for subscriber in shape.to)),
            send=_pace_of(shape.send),
            max_stories=shape.send.max_stories,
            go_on=shape.go_on,
            update=_updates_of(shape.update),
            when_empty=shape.when_empty,
            place=_place_of(route),
        )

    def _find_interval(self, source: Definition[SourceShape]) -> timedelta:
        shortest, every = self._settings.poll.minimum, source.shape.every
        if every is None:
            return max(_DEFAULT_INTERVAL, shortest)
        if every < shortest:
            limit = format_duration(shortest)
            message = f"found {format_duration(every)}; poll.minimum is {limit}, so it is polled every {limit}"
            self._report(source, ("every",), message, warning=True)
        return max(every, shortest)

    def _find_address(self, source: Definition[SourceShape]) -> str | None:
        kind = source.shape.kind
        if kind == "archive":
            return self._find_archive(source)
        return self._resolve(source, (kind,), getattr(source.shape, kind), _FEED)

    def _find_archive(self, source: Definition[SourceShape]) -> str | None:
        text = source.shape.archive or ""
        if is_address(text):
            wrong = explain_address(text)
            if wrong:
                self._report(source, ("archive",), f"found {hide_secrets(text)}; {wrong}")
            return None if wrong else text
        if not Path(text).exists() and not is_pattern(text):
            self._report(source, ("archive",), f'no such file or directory: "{text}"', warning=True)
        return text

    def _find_email(self, subscriber: Definition[SubscriberShape]) -> Address | None:
        address = self._resolve(subscriber, ("email",), subscriber.shape.email, _EMAIL)
        return EmailAddress(address=address) if address else None

    def _find_slack(self, subscriber: Definition[SubscriberShape]) -> Address | None:
        slack = subscriber.shape.slack
        if slack is None:
            return None
        if slack.channel is not None:
            token = self._resolve(subscriber, ("slack", "token"), slack.token, _SLACK_TOKEN)
            return SlackBot(token=token, channel=slack.channel) if token else None
        url = self._resolve(subscriber, ("slack", "webhook"), slack.webhook, _SLACK)
        return SlackWebhook(url=url) if url else None

    def _find_webhook(self, subscriber: Definition[SubscriberShape]) -> Address | None:
        webhook = subscriber.shape.webhook
        if webhook is None:
            return None
        url = self._resolve(subscriber, ("webhook", "url"), webhook.url, _WEBHOOK)
        is_list = len(webhook.secret) > 1
        secrets = [
            self._resolve(
                subscriber, ("webhook", "secret", number) if is_list else ("webhook", "secret"), each, _SECRET
            )
            for number, each in enumerate(webhook.secret)
        ]
        whole = [secret for secret in secrets if secret]
        return SignedWebhook(url=url, secret=" ".join(whole)) if url and len(whole) == len(secrets) else None

    def _find_apprise(self, subscriber: Definition[SubscriberShape]) -> Address | None:
        url = self._resolve(subscriber, ("apprise",), subscriber.shape.apprise, _APPRISE)
        return AppriseTarget(url=url) if url else None

    def _resolve_header(self, source: Definition[SourceShape], name: str, value: str) -> str | None:
        kind = _SECRET_HEADER if name.lower() in _SECRET_HEADERS else _HEADER
        return self._resolve(source, ("headers", name), value, kind)

    def _resolve(self, definition: Definition[Any], where: KeyPath, text: str | None, kind: _Kind) -> str | None:
        """`text`, which its shape has checked, or what it refers to; None when that is wrong, and then reported."""
        if text is None:
            return None
        if is_reference(text):
            return self._look_up(definition, where, text, kind)
        if kind.secret or _holds_password(text):
            message = 'a secret stands in the file itself; write "env:NAME" or "file:PATH"'
            self._report(definition, where, message, warning=True)
        return text

    def _look_up(self, definition: Definition[Any], where: KeyPath, reference: str, kind: _Kind) -> str | None:
        try:
            value = self._secrets.find(reference)
        except ValueError as error:
            self._report(definition, where, str(error))
            return None
        name = describe_reference(reference)
        if value is None:
            self._report(definition, where, describe_missing(reference), warning=not self._strict)
            return None if self._strict else kind.placeholder
        try:
            return kind.check(value)
        except ValueError as error:
            self._report(definition, where, f"{name}: {error}")
            return None

    def _report(self, definition: Definition[Any], where: KeyPath, message: str, *, warning: bool = False) -> None:
        self.problems.append(definition.problem(where, message, warning=warning))


def _pace_of(send: SendShape) -> Pace:
    if send.daily is not None:
        return Daily(send.daily, frozenset(send.days or range(7)))
    if send.weekly is not None:
        day, at = send.weekly
        return Daily(at, frozenset({day}))
    if send.every is not None:
        return Every(send.every // timedelta(hours=1))
    return Every(1) if send.hourly else Now(send.hold)


def _quiet_of(shape: QuietShape | None) -> Quiet | None:
    if shape is None:
        return None
    return Quiet(start=shape.start, end=shape.end, unless=Severity(shape.unless) if shape.unless else None)


def _updates_of(shape: UpdateShape | None) -> Updates | None:
    if shape is None:
        return None
    return Updates(corrections=shape.corrections, more_sources=shape.more_sources, min_gap=shape.min_gap)


def _place_of(definition: Definition[Any]) -> str:
    line, _ = definition.document.position(definition.path)
    return f"{definition.document.file}:{line}"


def _holds_password(text: str) -> bool:
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False
