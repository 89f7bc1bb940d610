"""Which page answers at which address, and what every answer goes through."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.web.choices import change_choices, show_choices
from monitor.web.digests import show_digest
from monitor.web.errors import FAILURES
from monitor.web.feeds import show_atom, show_json_feed
from monitor.web.guards import below, bounded, secured
from monitor.web.probes import show_health, show_metrics, show_readiness
from monitor.web.stories import change_story, show_story
from monitor.web.unsubscribe import show_unsubscribe, unsubscribe
from monitor.web.visits import Site

__all__ = ["Site", "create_app"]

_Page = Callable[[Site, Request], Awaitable[Response]]

_PAGES: tuple[tuple[str, str, _Page], ...] = (
    ("GET", "/settings/{token}", show_choices),
    ("POST", "/settings/{token}", change_choices),
    ("GET", "/unsubscribe/{token}", show_unsubscribe),
    ("POST", "/unsubscribe/{token}", unsubscribe),
    ("GET", "/digest/{token}", show_digest),
    ("GET", "/story/{token}", show_story),
    ("POST", "/story/{token}", change_story),
    ("GET", "/feed/{token}.atom", show_atom),
    ("GET", "/feed/{token}.json", show_json_feed),
    ("GET", "/healthz", show_health),
    ("GET", "/readyz", show_readiness),
    ("GET", "/metrics", show_metrics),
)


def create_app(site: Site, *, patience: float = 10.0) -> ASGIApp:
    """The whole site as an ASGI application. Of a body something has to come within so many seconds."""
    routes = [Route(path, partial(page, site), methods=[method]) for method, path, page in _PAGES]
    app = Starlette(routes=routes, exception_handlers=FAILURES)
    return secured(below(site.path, bounded(app, patience)))
