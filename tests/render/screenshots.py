"""The pictures of the documentation, of the real renderers: `python -m tests.render.screenshots` draws them anew.

A digest as mail in light and dark and on a phone, an alert, and a digest in Slack; docs/images/ keeps them.
"""

from pathlib import Path
from typing import Any

from monitor.model import Digest
from monitor.render.email import render_email
from monitor.render.page_links import PageLinks, PageTokens
from monitor.render.slack import render_slack
from tests.render.block_kit import draw_slack
from tests.render.browser import draw, find_chromium, html_of, launch
from tests.render.samples import ANA, SENDER, arabic_story, make_digest, russian_story, strike_story, terminal_story

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_PAGES = PageLinks("https://monitor.example.org", PageTokens(("a key for pictures only",)))


def draw_images(browser: Any, directory: Path) -> tuple[Path, ...]:
    """Write all of them; the files."""
    digest = make_digest(terminal_story(), strike_story(), russian_story(), arabic_story(), omitted=3)
    slack = draw_slack(render_slack(make_digest(terminal_story(), strike_story()), ANA, pages=_PAGES))
    pictures = {
        "email.png": (_mail(make_digest(strike_story())), 640, "light"),
        "digest-light.png": (_mail(digest), 640, "light"),
        "digest-dark.png": (_mail(digest), 640, "dark"),
        "digest-phone.png": (_mail(digest), 360, "light"),
        "slack.png": (slack, 640, "light"),
    }
    for name, (html, width, scheme) in pictures.items():
        page = draw(browser, html, width, scheme, scale=1.5)
        page.screenshot(path=directory / name, full_page=True)
        page.close()
    return tuple(directory / name for name in pictures)


def _mail(digest: Digest) -> str:
    return html_of(render_email(digest, ANA, sender=SENDER, pages=_PAGES))


if __name__ == "__main__":
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no Chromium on the PATH")
    with launch(chromium) as started:
        for picture in draw_images(started, IMAGES):
            print(picture)
