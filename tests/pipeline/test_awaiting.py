"""Which pages are waited for, and how often they are tried."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import FetchError, ParseError
from monitor.model import AwaitedPage, Entry, EntryKey, SourceId
from monitor.pipeline.awaiting import (
    MOST_PAGES,
    PATIENCE,
    Known,
    after_failed_page,
    find_page_parking,
    sort_teasers,
)
from tests.builders import NOON

HOUR = timedelta(hours=1)
NOTHING = Known(read_at={})


def make_entry(name: str, title: str | None = "A title") -> Entry:
    return Entry(
        source=SourceId("gazette"),
        key=EntryKey(name),
        url=f"https://example.org/{name}",
        title=title,
        summary=None,
        content=None,
        published=None,
        updated=None,
    )


TEASER = make_entry("teaser")
AWAITED = AwaitedPage(entry=TEASER, since=NOON, next_at=NOON, untold_until=NOON + PATIENCE, alerting=True)


def test_a_new_teaser_waits_and_a_whole_entry_does_not() -> None:
    whole = make_entry("whole")
    found = sort_teasers([TEASER, whole], {TEASER.key}, NOTHING, alerting=True, now=NOON)
    assert found.at_once == (whole,)
    assert found.awaited == (AWAITED,)


def test_a_backlog_is_stored_at_once_and_completed_later() -> None:
    found = sort_teasers([TEASER], {TEASER.key}, NOTHING, alerting=False, now=NOON)
    assert found.at_once == (TEASER,)
    assert found.awaited == (replace(AWAITED, untold_until=None, alerting=False),)


def test_beyond_the_most_pages_of_a_poll_teasers_are_what_their_feed_says() -> None:
    entries = [make_entry(str(number)) for number in range(MOST_PAGES + 5)]
    found = sort_teasers(entries, {entry.key for entry in entries}, NOTHING, alerting=True, now=NOON)
    assert [page.entry for page in found.awaited] == entries[:MOST_PAGES]
    assert found.at_once == tuple(entries[MOST_PAGES:])


@pytest.mark.parametrize(("alerting", "given_up"), [(True, 0), (False, 5)])
def test_entries_without_any_text_wait_in_any_case_and_those_of_a_backlog_are_never_news(
    alerting: bool, given_up: int
) -> None:
    entries = [make_entry(str(number), title=None) for number in range(MOST_PAGES + 5)]
    found = sort_teasers(entries, {entry.key for entry in entries}, NOTHING, alerting=alerting, now=NOON)
    assert found.at_once == ()
    assert [page.next_at for page in found.awaited] == [NOON] * MOST_PAGES + [None] * given_up
    assert {page.untold_until for page in found.awaited} == {None}


def test_an_article_of_the_whole_text_is_read_from_its_page_again_once_an_hour_at_most() -> None:
    for read_at, next_at in ((NOON - HOUR / 2, NOON + HOUR / 2), (NOON - 3 * HOUR, NOON)):
        known = Known(stored={TEASER.key}, read_at={TEASER.key: read_at})
        found = sort_teasers([TEASER], {TEASER.key}, known, alerting=True, now=NOON)
        assert found.at_once == ()
        assert [(page.next_at, page.untold_until) for page in found.awaited] == [(next_at, None)]


def test_a_changed_teaser_is_corrected_at_once_and_fetched_only_if_it_waits_anyway() -> None:
    for awaited, pages in (({TEASER.key}, 1), (set(), 0)):
        known = Known(stored={TEASER.key}, awaited=awaited, read_at={})
        found = sort_teasers([TEASER], {TEASER.key}, known, alerting=True, now=NOON)
        assert found.at_once == (TEASER,)
        assert len(found.awaited) == pages


def test_a_page_is_tried_four_times_within_a_day() -> None:
    page: AwaitedPage | None = AWAITED
    now, tries = NOON, 0
    while page is not None:
        tries += 1
        page = after_failed_page(page, FetchError("no"), now)
        if page is not None:
            assert page.next_at is not None
            assert page.untold_until is None
            assert page.next_at > now
            now = page.next_at
    assert tries == 4
    assert now - NOON < timedelta(hours=24)


def test_what_is_of_no_use_is_not_tried_again_and_an_entry_without_text_is_remembered() -> None:
    error = FetchError("gone", transient=False, status=410)
    assert after_failed_page(AWAITED, error, NOON) is None
    bare = replace(AWAITED, entry=make_entry("bare", title=None), untold_until=None)
    assert after_failed_page(bare, error, NOON) == replace(bare, next_at=None, attempts=1)


@pytest.mark.parametrize(("asked", "waits"), [(HOUR, HOUR), (timedelta(seconds=1), HOUR / 6), (90 * HOUR, 24 * HOUR)])
def test_a_server_is_never_asked_before_it_says_so_up_to_a_day(asked: timedelta, waits: timedelta) -> None:
    after = after_failed_page(AWAITED, FetchError("busy", status=503, retry_after=NOON + asked), NOON)
    assert after is not None
    assert after.next_at == NOON + waits


def test_only_a_429_parks_the_domain() -> None:
    assert find_page_parking(FetchError("x", status=503, retry_after=NOON + HOUR), NOON) is None
    assert find_page_parking(ParseError("x"), NOON) is None
    assert find_page_parking(FetchError("x", status=429), NOON) == NOON + HOUR / 4
    assert find_page_parking(FetchError("x", status=429, retry_after=NOON + HOUR), NOON) == NOON + HOUR
    assert find_page_parking(FetchError("x", status=429, retry_after=NOON + 90 * HOUR), NOON) == NOON + 24 * HOUR
