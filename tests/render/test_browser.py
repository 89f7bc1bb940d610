"""The page of an e-mail as a browser lays it out. Skipped where there is no Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.render.email import render_email
from monitor.render.slack import render_slack
from tests.builders import make_article
from tests.render.block_kit import draw_slack
from tests.render.browser import draw, draw_in_forced_dark, draw_mail, find_chromium, html_of, launch
from tests.render.pixels import lowest_contrast
from tests.render.samples import (
    ANA,
    SENDER,
    full_digest,
    huge_digest,
    make_digest,
    make_story,
    strike_story,
)
from tests.render.screenshots import IMAGES, draw_images

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser

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
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on the PATH")
    with launch(path) as launched:
        yield launched


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
        page = draw_mail(browser, digest, width, "light")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("Math.max(...[...document.querySelectorAll('td')].map(e => e.offsetWidth))") <= max(
            width, 600
        )
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(browser: Any, scheme: str) -> None:
    page = draw_mail(browser, full_digest(omitted=3, test=True), 600, scheme)
    lowest = page.evaluate(_LOWEST_CONTRAST)
    assert lowest["seen"] > 40
    assert lowest["ratio"] >= 4.5, lowest["text"]
    dark = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert (dark == "rgb(30, 28, 25)") == (scheme == "dark")
    page.close()


def test_a_mention_is_marked_by_more_than_its_colour(browser: Any) -> None:
    page = draw_mail(browser, full_digest(), 600, "light")
    weights = page.evaluate("[...document.querySelectorAll('mark')].map(e => Number(getComputedStyle(e).fontWeight))")
    assert weights
    assert min(weights) >= 700
    page.close()


def test_an_arabic_story_runs_from_right_to_left(browser: Any) -> None:
    page = draw_mail(browser, full_digest(), 600, "light")
    assert page.evaluate("getComputedStyle(document.querySelector('h2[lang=ar]')).direction") == "rtl"
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 600])
def test_five_hundred_stories_are_a_page_that_can_be_read_to_its_end(browser: Any, width: int, scheme: str) -> None:
    page = draw_mail(browser, huge_digest(), width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_LOWEST_CONTRAST)["ratio"] >= 4.5
    headings = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(e => [e.tagName, e.innerText.trim()])")
    assert [name for name, _ in headings] == ["H1", *["H2"] * (len(headings) - 1)]
    assert all(text for _, text in headings)
    assert headings[0][1] == "537 stories"
    shown = len(headings) - 1
    text = page.evaluate("document.body.innerText")
    assert f"{500 - shown} more, left out here" in text
    assert "37 more, over the number of stories set for this digest" in text
    assert text.rstrip().endswith("ask the operator of this Media Monitor.")
    assert page.evaluate("document.documentElement.lang") == "en"
    languages = page.evaluate("[...document.querySelectorAll('h2')].map(e => e.lang)")
    assert set(languages) == {"en", "ru", "ar"}
    page.close()


@pytest.mark.parametrize("width", [360, 600])
def test_every_text_is_readable_where_a_client_turns_the_colours_round_itself(browser: Any, width: int) -> None:
    html = html_of(render_email(full_digest(omitted=37, test=True), ANA, sender=SENDER))
    page = draw_in_forced_dark(browser, html, width)
    ratio, words, seen = lowest_contrast(page, scale=2)
    assert seen > 40
    assert ratio >= 4.5, words
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_every_picture_of_the_documentation_can_be_drawn_anew(browser: Any, tmp_path: Path) -> None:
    drawn = draw_images(browser, tmp_path)
    assert {path.name for path in drawn} == {path.name for path in IMAGES.iterdir()}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_a_slack_message_is_drawn_whole_from_its_blocks(browser: Any) -> None:
    page = draw(browser, draw_slack(render_slack(full_digest(omitted=3), ANA)), 600, "light")
    text = page.evaluate("document.body.innerText")
    for words in ("7 stories: 1 critical, 1 high, 1 medium, 1 low, 3 more", "Why you get this: Strikes at seaports"):
        assert words in text
    assert not set(text) & set("*<>|"), "all of Slack's markup has been understood"
    assert page.evaluate("[...document.querySelectorAll('blockquote b')].map(e => e.innerText)")[:2] == [
        "Norsund terminal",
        "gas leak",
    ]
    page.close()
