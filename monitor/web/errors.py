"""What goes wrong, as a plain page that says what to do; what we did wrong goes to the log, without addresses."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from monitor.errors import StoreError
from monitor.web.rendering import render_page

_log = structlog.get_logger()


class PageError(Exception):
    """A request that is answered with a plain page: what is the matter, and what the reader can do."""

    def __init__(self, status: int, title: str, *advice: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.advice = advice


_UNREADABLE = PageError(
    400, "This could not be read", "Nothing was changed. Go back, load the page again, and try once more."
)
_REFUSALS = {
    404: PageError(
        404, "There is no such page", "Pages are opened by the links in your messages; each has an address of its own."
    ),
    405: PageError(405, "This address is not used that way", "Open it by the link in your message."),
    408: PageError(408, "This took too long", "Nothing was changed. Please press the button once more."),
    413: PageError(413, "This was too much", "Nothing was changed. The forms of these pages are small."),
}
_AWAY = PageError(
    503, "Not available at the moment", "Nothing was changed. Please try again in a few minutes: the link stays good."
)
_BROKEN = PageError(
    500, "Something went wrong here", "It has been written down for the operator. Please try again later."
)


def _show(refusal: PageError) -> Response:
    return render_page("refusal.html", refusal.status, title=refusal.title, advice=refusal.advice)


async def _show_refusal(_request: Request, error: Exception) -> Response:
    return _show(error if isinstance(error, PageError) else _BROKEN)


async def _show_http_error(_request: Request, error: Exception) -> Response:
    """What the framework found: no such address, no such method, a form that is none."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    response = _show(_REFUSALS.get(status, _UNREADABLE))
    response.headers.update(getattr(error, "headers", None) or {})
    return response


async def _show_away(request: Request, error: Exception) -> Response:
    _log.error("page not shown", page=_page_of(request), error=str(error))
    return _show(_AWAY)


async def _show_broken(request: Request, error: Exception) -> Response:
    _log.error("page crashed", page=_page_of(request), exc_info=error)
    return _show(_BROKEN)


async def _say_nothing(_request: Request, _error: Exception) -> Response:
    """Nobody is there any more to read it."""
    return Response(status_code=400)


def _page_of(request: Request) -> str:
    """The first part of the path: the rest is a key."""
    return request.url.path.strip("/").partition("/")[0]


FAILURES: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    PageError: _show_refusal,
    HTTPException: _show_http_error,
    StoreError: _show_away,
    ClientDisconnect: _say_nothing,
    Exception: _show_broken,
}
"""What answers to each kind of error."""
