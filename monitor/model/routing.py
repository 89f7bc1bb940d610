"""Who gets what, when and by which channel: routes, subscribers and their addresses."""

from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.model.ids import SubscriberId
from monitor.model.paces import Pace
from monitor.model.restraint import Cap, Quiet, Updates
from monitor.model.rules import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a route asks of an alert; an empty tuple asks nothing. Rules and sources are shell patterns."""

    rules: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    tags: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    tier: tuple[int, ...] = ()
    actor: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who gets which alerts, and how soon. Per subscriber the first fitting route wins, unless it says go_on.

    `place` says where it stands ("config/routes.yaml:4"), for explanations.
    """

    when: Condition
    to: tuple[SubscriberId, ...]
    send: Pace
    max_stories: int | None = None
    go_on: bool = False
    update: Updates | None = None
    when_empty: Literal["skip", "proof"] = "skip"
    place: str | None = field(default=None, compare=False)


ChannelKind = Literal["email", "slack", "webhook", "apprise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAddress:
    """Where e-mail for a subscriber goes."""

    address: str
    kind: Literal["email"] = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWebhook:
    """An incoming webhook of Slack. Its URL is a secret, so it is kept out of every repr."""

    url: str = field(repr=False)
    kind: Literal["slack"] = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackBot:
    """A channel of Slack by its id, written to by an app: what follows up on a story stands in its thread."""

    token: str = field(repr=False)
    channel: str
    kind: Literal["slack"] = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedWebhook:
    """An endpoint that receives signed JSON.

    `secret` has the form of Standard Webhooks ("whsec_" and base64); while it is being replaced, the new one and the
    old one with a space between.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)
    kind: Literal["webhook"] = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppriseTarget:
    """Any service that Apprise knows, by its URL there, which holds secrets."""

    url: str = field(repr=False)
    kind: Literal["apprise"] = "apprise"


Address = EmailAddress | SlackWebhook | SlackBot | SignedWebhook | AppriseTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person or a place that gets alerts, by one or more channels."""

    id: SubscriberId
    addresses: tuple[Address, ...]
    timezone: ZoneInfo
    language: str = "en"
    quiet: Quiet | None = None
    cap: Cap | None = None

    def find_address(self, kind: ChannelKind) -> Address | None:
        """The subscriber's address on a channel, if they have one."""
        return next((address for address in self.addresses if address.kind == kind), None)
