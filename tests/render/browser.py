"""Mails and other pages as a real browser draws them, for tests and for the pictures of the documentation."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from shutil import which
from typing import Any

from monitor.model import Digest
from monitor.render.email import render_email
from tests.render.samples import ANA, SENDER

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The path of a browser that can be driven, if there is one."""
    return next(filter(None, map(which, _CHROMIUM)), None)


@contextmanager
def launch(path: str) -> Iterator[Any]:
    """Chromium until the end of the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def html_of(message: bytes) -> str:
    """The page of a mail."""
    parsed = message_from_bytes(message, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    part = parsed.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def draw(browser: Any, html: str, width: int, scheme: str, *, scale: float = 1) -> Any:
    """A page that shows it, and fetches nothing."""
    page = browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme, device_scale_factor=scale)
    page.route("**/*", lambda route: route.abort())
    page.set_content(html)
    return page


def draw_mail(browser: Any, digest: Digest, width: int, scheme: str) -> Any:
    """A page that shows the mail of a digest."""
    return draw(browser, html_of(render_email(digest, ANA, sender=SENDER)), width, scheme)


def draw_in_forced_dark(browser: Any, html: str, width: int) -> Any:
    """As by a client that knows no dark mode of ours: it takes our styles away and turns the colours round itself."""
    head, _, rest = html.partition("<style>")
    bare = head.replace('content="light dark"', 'content="light"') + rest.partition("</style>")[2]
    page = draw(browser, bare, width, "light", scale=2)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setAutoDarkModeOverride", {"enabled": True})
    return page
