"""Which pages are waited for, how long, and how often they are tried. Pure.

a teaser is found ──▶ waits for its page ──▶ read from it: an article of the whole text
                        │ five minutes, or the first failure
                        ▼
                      an article of the teaser ──▶ its page is tried three times more, over a day ──▶ completed
                                                                                                └──▶ given up
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.errors import FetchError, MonitorError
from monitor.model import AwaitedPage, Entry, EntryKey

MOST_PAGES = 100
"""Of so many entries of one poll are pages fetched, the newest; the others are what their feed tells of them."""

PATIENCE = timedelta(minutes=5)
"""How long an entry waits for its page before it becomes an article without it."""

PAGE_LEASE = timedelta(minutes=5)
"""How long a fetcher may hold a page: longer than fetching, parsing and storing take together."""

THROTTLED = 429

# After the first try. Pages that answer with an error come back, if they do, within the hour or by the next day.
_AGAIN_AFTER = (timedelta(minutes=10), timedelta(hours=2), timedelta(hours=20))
# Feeds that change their teasers at each poll must not make us fetch their pages at each.
_SHORTEST_BETWEEN_READINGS = timedelta(hours=1)
_LONGEST_RETRY_AFTER = timedelta(days=1)
_PARKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of the entries of a poll: those that articles were stored of, those whose pages are waited
    for, and when articles were last read from pages.
    """

    stored: Collection[EntryKey] = ()
    awaited: Collection[EntryKey] = ()
    read_at: Mapping[EntryKey, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The entries of a poll: those to make articles of at once, and the pages to wait for."""

    at_once: tuple[Entry, ...]
    awaited: tuple[AwaitedPage, ...] = ()


def sort_teasers(
    entries: Sequence[Entry], teasers: Collection[EntryKey], known: Known, *, alerting: bool, now: datetime
) -> Sorted:
    """What becomes of the new and changed entries of a poll, the newest of which stand first.

    A new teaser waits for its page. What nobody hears of (the backlog of a first poll) is an article at once and
    completed later; what is beyond `MOST_PAGES` is an article of its teaser, and one without any text is left for the
    next poll, or of a backlog remembered as given up: it must not be news then. An article that was read from its page
    is read from it again when its entry changes: the teaser would be taken for a correction of the whole text.
    """
    at_once: list[Entry] = []
    awaited: list[AwaitedPage] = []
    for entry in entries:
        page = AwaitedPage(entry=entry, since=now, next_at=now, alerting=alerting)
        if entry.key in known.read_at and entry.key in teasers:
            next_at = max(now, known.read_at[entry.key] + _SHORTEST_BETWEEN_READINGS)
            awaited.append(replace(page, next_at=next_at))
            continue
        is_new_teaser = entry.key in teasers and entry.key not in known.stored
        has_room = len(awaited) < MOST_PAGES
        if is_new_teaser and not has_text(entry):
            if has_room or not alerting:
                awaited.append(page if has_room else replace(page, next_at=None))
        elif is_new_teaser and alerting and has_room:
            awaited.append(replace(page, untold_until=now + PATIENCE))
        else:
            at_once.append(entry)
            if entry.key in known.awaited or (is_new_teaser and has_room):
                awaited.append(page)
    return Sorted(at_once=tuple(at_once), awaited=tuple(awaited))


def has_text(entry: Entry) -> bool:
    """Whether an article can be made of an entry without its page; one of a plain sitemap has but an address."""
    return bool(entry.title or entry.summary or entry.content)


def after_failed_page(page: AwaitedPage, error: MonitorError, now: datetime) -> AwaitedPage | None:
    """How to go on when a page was not had; None: it is not waited for any more, and the article stays as it is.

    An entry without any text is remembered as given up, so that it is not taken for a new one again.
    """
    attempts = page.attempts + 1
    is_final = attempts > len(_AGAIN_AFTER) or (isinstance(error, FetchError) and not error.transient)
    if is_final:
        return None if has_text(page.entry) else replace(page, next_at=None, untold_until=None, attempts=attempts)
    next_at = now + _AGAIN_AFTER[attempts - 1]
    if isinstance(error, FetchError) and error.retry_after is not None:
        next_at = max(next_at, min(error.retry_after, now + _LONGEST_RETRY_AFTER))
    return replace(page, next_at=next_at, untold_until=None, attempts=attempts)


def find_page_parking(error: MonitorError, now: datetime) -> datetime | None:
    """Until when the whole domain of a page is to be left alone: a 429 counts what was asked of all of it together."""
    if not isinstance(error, FetchError) or error.status != THROTTLED:
        return None
    asked = error.retry_after or now + _PARKED_FOR
    return min(asked, now + _LONGEST_RETRY_AFTER)
