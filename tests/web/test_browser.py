"""The pages in a browser: accessible, readable on a phone and in the dark, and working without scripts.

Skipped where there is no Chromium.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Daily
from tests.builders import NOON, make_article
from tests.web.site import ANA, FLOOD, Town, open_town, story_of, tell

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-playwright-python is not installed")

pytestmark = pytest.mark.browser

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BAD = ("serious", "critical")
_LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 6


@asynccontextmanager
async def _open_browser() -> AsyncIterator[Any]:
    path = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if path is None:
        pytest.skip(f"no Chromium on the PATH (looked for {', '.join(_CHROMIUM)})")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            await browser.close()


async def _fill(town: Town) -> dict[str, str]:
    """Every page with as much on it as there can be; their addresses by name."""
    async with town.site.store.transaction() as tx:
        long = make_article(f"{_LONG_WORD} dam.", title=_LONG_WORD, source="wire", key="long", language="en")
        arabic = make_article("أعلن عمال الشحن الإضراب.", title="عمال الميناء", source="al-marsa", language="ar")
        digest = await tell(tx, long, arabic, at=NOON + timedelta(days=1))
        await tx.add_mute(ANA.id, "rule", "wire", NOON)
        await tx.add_mute(ANA.id, "story", story_of(long), NOON)
    settings, story = town.links.settings(ANA.id), town.links.story(ANA.id, story_of(FLOOD))
    await town.press(settings, "quiet", **{"from": "22:00", "to": "07:00", "unless": "high"})
    await town.press(story, "relevant", rule="gazette")
    return {
        "settings": settings,
        "settings, done": f"{settings}?done=pause",
        "digest": town.links.digest(ANA.id, digest.id),
        "story": story,
        "muted story": town.links.story(ANA.id, story_of(long)),
        "unsubscribe": town.links.unsubscribe(ANA.id),
        "wrong link": settings[:-3],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_finding_of_axe_nor_runs_over_the_edge_of_a_phone(scheme: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town, _open_browser() as browser:
            pages = await _fill(town)
            page = await browser.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            for name, address in pages.items():
                await page.goto(address)
                found = (await axe.Axe().run(page)).response
                assert len(found["passes"]) > 10, "axe has looked"
                assert [each["help"] for each in found["violations"] if each["impact"] in _BAD] == [], name
                assert await page.evaluate("document.documentElement.scrollWidth") <= 320, name
                background = await page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
                assert (background == "rgb(30, 28, 25)") == (scheme == "dark"), name
            # That one answers 404 the browser says by itself; of a stylesheet that the policy refuses it would, too.
            assert [each for each in complaints if "404" not in each] == []

    asyncio.run(scenario())


def test_a_reader_without_scripts_sets_a_pace_mutes_and_unsubscribes(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town, _open_browser() as browser:
            page = await browser.new_page(java_script_enabled=False)
            await page.goto(town.links.digest(ANA.id, town.digest.id))
            await page.get_by_role("link", name="Relevant or not? Mute this story or its rule: Orsa").click()
            await page.get_by_role("button", name="Not relevant").click()
            await page.get_by_text("Noted: not relevant").wait_for()
            await page.get_by_role("button", name="Mute the rule “About gazette”").click()
            await page.get_by_role("link", name="Everything else that you can change").click()
            await page.get_by_text("Rule: About gazette").wait_for()
            await page.get_by_label("once a day, together").check()
            await page.get_by_label("At", exact=True).fill("18:30")
            for day in ("Saturday", "Sunday"):
                await page.get_by_label(day).uncheck()
            await page.get_by_role("button", name="Save").first.click()
            await page.get_by_text("The next messages come at that pace").wait_for()
            await page.get_by_role("link", name="Unsubscribe from everything").click()
            await page.get_by_role("button", name="Unsubscribe").click()
            await page.get_by_role("heading", name="You have unsubscribed").wait_for()
            chosen = await town.choices()
            assert chosen.unsubscribed_at == NOON
            assert chosen.muted_rules == {"gazette"}
            assert isinstance(chosen.pace, Daily)
            assert (f"{chosen.pace.at:%H:%M}", chosen.pace.days) == ("18:30", {0, 1, 2, 3, 4})

    asyncio.run(scenario())


def test_no_page_asks_another_server_for_anything(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town, _open_browser() as browser:
            page = await browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            pages = await _fill(town)
            for address in pages.values():
                await page.goto(address)
            assert len(asked) >= len(pages)
            # The icon of a site is what browsers ask for by themselves.
            assert {url for url in asked if not url.startswith(town.address)} == set()
            assert set(asked) - {f"{town.address}/favicon.ico"} == set(pages.values())

    asyncio.run(scenario())
