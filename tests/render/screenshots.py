"""The pictures of the documentation, of the real renderers: `python -m tests.render.screenshots` draws them anew.

A digest as mail in light and dark and on a phone, an alert, a digest in Slack, and the pages of a subscriber as the
site serves them; docs/images/ keeps them.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.model import Digest
from monitor.ports import Transaction
from monitor.render.email import render_email
from monitor.render.page_links import PageLinks, PageTokens
from monitor.render.slack import render_slack
from monitor.route.digest import compose_digest
from tests.contract.stores import make_alert, store_story
from tests.render.block_kit import draw_slack
from tests.render.browser import draw, find_chromium, html_of, launch
from tests.render.samples import (
    ANA,
    MORNING,
    SENDER,
    arabic_story,
    make_digest,
    russian_story,
    strike_story,
    terminal_story,
)
from tests.web.site import open_town

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_PAGES = PageLinks("https://monitor.example.org", PageTokens(("a key for pictures only",)))


def draw_images(browser: Any, directory: Path) -> tuple[Path, ...]:
    """Write all of them; the files."""
    digest = make_digest(terminal_story(), strike_story(), russian_story(), arabic_story(), omitted=3)
    slack = draw_slack(render_slack(make_digest(terminal_story(), strike_story()), ANA, pages=_PAGES))
    with ThreadPoolExecutor() as beside:  # in this thread the browser's own loop is running
        settings, story = beside.submit(lambda: asyncio.run(_fetch_pages())).result()
    pictures = {
        "email.png": (_mail(make_digest(strike_story())), 640, "light"),
        "digest-light.png": (_mail(digest), 640, "light"),
        "digest-dark.png": (_mail(digest), 640, "dark"),
        "digest-phone.png": (_mail(digest), 360, "light"),
        "slack.png": (slack, 640, "light"),
        "settings.png": (settings, 640, "light"),
        "story-phone.png": (story, 360, "light"),
    }
    for name, (html, width, scheme) in pictures.items():
        page = draw(browser, html, width, scheme, scale=1.5)
        page.screenshot(path=directory / name, full_page=True)
        page.close()
    return tuple(directory / name for name in pictures)


def _mail(digest: Digest) -> str:
    return html_of(render_email(digest, ANA, sender=SENDER, pages=_PAGES))


async def _fetch_pages() -> tuple[str, str]:
    """The settings of a subscriber, and a story that they have found relevant, as a running site serves them."""
    told = terminal_story()
    with TemporaryDirectory() as directory:
        async with open_town(Path(directory), told=_tell) as town:
            story = town.links.story(ANA.id, told.id)
            await town.press(story, "relevant", rule=told.reasons[0].rule.id)
            settings = town.links.settings(ANA.id)
            await town.press(settings, "mute-rule", target=strike_story().reasons[0].rule.id)
            return (await town.get(settings)).text, (await town.get(story)).text


async def _tell(tx: Transaction) -> Digest:
    """As the service does: stories with their matches and alerts, and a digest of what is pending."""
    for told in (terminal_story(), strike_story(), arabic_story()):
        story = await store_story(tx, told.article)
        await tx.save_rules({reason.rule for reason in told.reasons}, MORNING)
        matches = [reason.match for reason in told.reasons]
        await tx.add_matches(matches)
        await tx.add_alerts([(make_alert(story, subscriber=ANA.id, due_at=MORNING), match) for match in matches])
    pending = await tx.list_pending_alerts(ANA.id, MORNING)
    digest = compose_digest(ANA.id, pending, window_start=MORNING, now=MORNING)
    await tx.add_digest(digest, [each.id for each in pending], [])
    return digest


if __name__ == "__main__":
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("no Chromium on the PATH")
    with launch(chromium) as started:
        for picture in draw_images(started, IMAGES):
            print(picture)
