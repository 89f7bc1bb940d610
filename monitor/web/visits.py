"""Who comes to a page, by the token in its address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from babel.dates import format_datetime
from starlette.requests import Request

from monitor.model import ChannelKind, Subscriber
from monitor.pipeline import Plan
from monitor.ports import Store
from monitor.render.page_links import Page, PageKind, PageLinks, PageTokens
from monitor.render.views import LANGUAGE
from monitor.web.errors import PageError
from monitor.web.forms import FormSeals
from monitor.web.metrics import Meters
from monitor.web.vitals import Vitals

_CHANNELS: Mapping[ChannelKind, str] = {
    "email": "e-mail",
    "slack": "Slack",
    "webhook": "webhook",
    "apprise": "Apprise",
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the pages work with. `plan` gives the configuration that is in force now, `keys` sign and verify links.

    `rules` counts the rules in force; `password` is what strangers need for the metrics.
    """

    store: Store
    plan: Callable[[], Plan]
    clock: Callable[[], datetime]
    keys: Sequence[str] = field(repr=False)
    public_url: str | None = None
    password: str | None = field(default=None, repr=False)
    rules: Callable[[], int] = lambda: 0
    meters: Meters = field(default_factory=Meters)
    vitals: Vitals = field(default_factory=Vitals)

    @cached_property
    def tokens(self) -> PageTokens:
        """What the addresses of pages hold."""
        return PageTokens(self.keys)

    @cached_property
    def seals(self) -> FormSeals:
        """What the forms of pages hold."""
        return FormSeals(self.keys)

    @cached_property
    def nearby(self) -> PageLinks:
        """Addresses of pages as seen from a page, whatever name and path this site is reached under."""
        return PageLinks("..", self.tokens)

    @property
    def path(self) -> str:
        """The path that the pages lie below, as the outside sees it; empty at the root."""
        return urlsplit(self.public_url).path.rstrip("/") if self.public_url else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A subscriber at one of their pages."""

    site: Site
    page: Page
    token: str
    subscriber: Subscriber
    now: datetime

    @property
    def seal(self) -> str:
        """For the forms of this page."""
        return self.site.seals.seal(self.page, self.now)

    def tell(self, at: datetime) -> str:
        """An instant by the subscriber's clock."""
        local = at.astimezone(self.subscriber.timezone).replace(tzinfo=None)
        return format_datetime(local, "EEEE d MMMM y, HH:mm", locale=LANGUAGE)


def open_visit(site: Site, request: Request, kind: PageKind) -> Visit:
    """PageError where the token opens nothing, or the subscriber is none any more."""
    token = request.path_params["token"]
    page = site.tokens.open(token, kind)
    if page is None:
        raise PageError(
            404,
            "This link does not work",
            "Parts of it may have been lost on the way: some mail programs cut long links. Open it from the message "
            "itself, or copy the whole of it.",
            "If that does not help, ask whoever runs this Media Monitor for a new one.",
        )
    subscriber = site.plan().subscribers.get(page.subscriber)
    if subscriber is None:
        raise PageError(
            404,
            "This link leads nowhere any more",
            "The subscription that it was made for has ended: no more messages are sent to it, and nothing can be "
            "changed here.",
            "If messages still come, write to whoever runs this Media Monitor.",
        )
    return Visit(site=site, page=page, token=token, subscriber=subscriber, now=site.clock())


def name_channels(subscriber: Subscriber) -> str:
    """How a subscriber is reached, without the addresses."""
    return ", ".join(_CHANNELS[address.kind] for address in subscriber.addresses)
