"""Links of subscribers' pages: nobody makes one for somebody else, and old ones outlive a change of the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import DigestId, StoryId, SubscriberId
from monitor.render.page_links import Page, PageLinks, PageTokens

ANA = SubscriberId("ana")
TOKENS = PageTokens(["k" * 32])
PAGES = [
    Page("settings", ANA),
    Page("unsubscribe", ANA),
    Page("digest", ANA, "d1"),
    Page("story", ANA, "s/1"),
    Page("feed", ANA),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.kind)
def test_a_token_opens_the_page_it_was_made_for_and_no_other(page: Page) -> None:
    token = TOKENS.seal(page)
    assert TOKENS.open(token, page.kind) == page
    assert [kind for kind in ("settings", "unsubscribe", "digest", "story", "feed") if TOKENS.open(token, kind)] == [
        page.kind
    ]  # type: ignore[arg-type]


def test_a_token_that_was_changed_opens_nothing() -> None:
    token = TOKENS.seal(PAGES[0])
    changed = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token) - 1)
    ]
    assert [each for each in changed if TOKENS.open(each, "settings")] == []


@given(st.text(max_size=60))
def test_any_other_text_opens_nothing(text: str) -> None:
    assert TOKENS.open(text, "settings") is None


def test_the_first_key_signs_and_the_others_still_open() -> None:
    old, new = PageTokens(["o" * 32]), PageTokens(["n" * 32, "o" * 32])
    assert new.open(old.seal(PAGES[0]), "settings") == PAGES[0]
    assert PageTokens(["n" * 32]).open(new.seal(PAGES[0]), "settings") == PAGES[0]
    assert old.open(new.seal(PAGES[0]), "settings") is None


def test_links_stand_below_the_public_address() -> None:
    links = PageLinks("https://news.example.org/monitor/", TOKENS)
    assert links.settings(ANA) == f"https://news.example.org/monitor/settings/{TOKENS.seal(PAGES[0])}"
    assert links.feed(ANA, "atom").endswith(".atom")
    assert links.digest(ANA, DigestId("d1")) != links.digest(ANA, DigestId("d2"))
    assert links.story(ANA, StoryId("s/1")).count("/") == 5
    assert links.is_secure
    assert not PageLinks("http://localhost:8600", TOKENS).is_secure
