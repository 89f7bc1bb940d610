"""The page of an e-mail as a browser lays it out. Skipped where there is no Chromium."""

import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from monitor.model import Digest
from monitor.render.email import render_email
from tests.builders import make_article
from tests.render.samples import ANA, SENDER, full_digest, make_digest, make_story, strike_story

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 8

# The contrast of every text that is seen, by WCAG 2: the lowest, with its words.
_LOWEST_CONTRAST = """() => {
  const parse = text => { const p = text.match(/[\\d.]+/g).map(Number); return p.length > 3 ? p : [...p, 1]; };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let lowest = {ratio: 99, text: ""}, seen = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.getClientRects().length) continue;
    seen += 1;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < lowest.ratio) lowest = {ratio, text};
  }
  return {...lowest, seen};
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if path is None:
        pytest.skip(f"no Chromium on the PATH (looked for {', '.join(_CHROMIUM)})")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


def _page_of(browser: Any, digest: Digest, width: int, scheme: str) -> Any:
    message = message_from_bytes(render_email(digest, ANA, sender=SENDER), policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("html",))
    assert part is not None
    page = browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme)
    page.route("**/*", lambda route: route.abort())  # nothing is fetched, and nothing is missed
    page.set_content(part.get_content())
    return page


@pytest.mark.parametrize("width", [320, 360, 600, 1200])
def test_nothing_runs_over_the_edge(browser: Any, width: int) -> None:
    long = make_article(
        f"{_LONG_WORD} dam {_LONG_WORD}", title=_LONG_WORD, source=_LONG_WORD, url=f"https://{'a.' * 60}org/"
    )
    for digest in (
        full_digest(omitted=3, test=True),
        make_digest(strike_story()),
        make_digest(make_story(long, ("a", "dam"))),
    ):
        page = _page_of(browser, digest, width, "light")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("Math.max(...[...document.querySelectorAll('td')].map(e => e.offsetWidth))") <= max(
            width, 600
        )
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(browser: Any, scheme: str) -> None:
    page = _page_of(browser, full_digest(omitted=3, test=True), 600, scheme)
    lowest = page.evaluate(_LOWEST_CONTRAST)
    assert lowest["seen"] > 40
    assert lowest["ratio"] >= 4.5, lowest["text"]
    dark = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert (dark == "rgb(30, 28, 25)") == (scheme == "dark")
    page.close()


def test_a_mention_is_marked_by_more_than_its_colour(browser: Any) -> None:
    page = _page_of(browser, full_digest(), 600, "light")
    weights = page.evaluate("[...document.querySelectorAll('mark')].map(e => Number(getComputedStyle(e).fontWeight))")
    assert weights
    assert min(weights) >= 700
    page.close()


def test_an_arabic_story_runs_from_right_to_left(browser: Any) -> None:
    page = _page_of(browser, full_digest(), 600, "light")
    assert page.evaluate("getComputedStyle(document.querySelector('h2[lang=ar]')).direction") == "rtl"
    page.close()
