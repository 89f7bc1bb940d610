"""What every store keeps of pages that are waited for: turns, leases, and whom to leave alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.model import AwaitedPage, Entry, EntryKey, Image, Page, SourceId
from monitor.parse.packing import pack_page
from monitor.parse.stamps import stamp_of
from monitor.ports import PageClaim, Transaction
from tests.builders import NOON, make_article
from tests.contract.stores import MINUTE, in_store, in_transaction

GAZETTE = SourceId("gazette")
DAY = timedelta(days=1)


def make_entry(name: str, **fields: Any) -> Entry:
    parts: dict[str, Any] = {
        "source": GAZETTE,
        "key": EntryKey(name),
        "url": f"https://news.example.org/{name}",
        "title": f"About {name}",
        "summary": None,
        "content": None,
        "published": None,
        "updated": None,
    }
    return Entry(**parts | fields)


def make_page(name: str, **fields: Any) -> AwaitedPage:
    progress = {key: fields.pop(key) for key in ("next_at", "untold_until", "alerting", "attempts") if key in fields}
    return AwaitedPage(**{"entry": make_entry(name, **fields), "since": NOON, "next_at": NOON} | progress)


async def claim(tx: Transaction, *, room: Callable[[str], int] = lambda _domain: 10, **fields: Any) -> list[PageClaim]:
    now = fields.get("now", NOON)
    limit = fields.get("limit", 10)
    known = fields.get("known", {GAZETTE})
    return list(await tx.claim_pages(known, now, limit=limit, lease=MINUTE, room=room))


def names(claims: list[PageClaim] | tuple[PageClaim, ...]) -> list[str]:
    return [each.awaited.entry.key for each in claims]


def test_an_entry_comes_back_as_it_was_with_however_long_a_key(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        page = make_page(
            "ключ " * 400,
            url="https://example.org/1",
            title='A "title"\nof two lines',
            summary="<p>\x00x</p>",
            authors=("Ann", "Ben"),
            images=(Image(caption="A picture", credit=None),),
            language="en",
            untold_until=NOON + MINUTE,
            alerting=True,
            attempts=2,
        )
        await tx.await_pages([page])
        [claimed] = await claim(tx)
        assert claimed.awaited == page

    in_transaction(store_url, scenario)


def test_what_an_article_waits_for_goes_first_then_the_newest(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("older one"), make_page("older two", untold_until=NOON + MINUTE)])
        await tx.await_pages([make_page("newer one"), make_page("newer two", untold_until=NOON + MINUTE)])
        assert names(await claim(tx)) == ["newer two", "older two", "newer one", "older one"]

    in_transaction(store_url, scenario)


def test_each_domain_is_asked_for_its_room_once_and_gets_no_more(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page(f"org {n}") for n in range(3)])
        await tx.await_pages([make_page(f"net {n}", url=f"https://a.example.net/{n}") for n in range(3)])
        asked: list[str] = []

        def room(domain: str) -> int:
            asked.append(domain)
            return 1 if domain == "example.org" else 0

        assert names(await claim(tx, room=room)) == ["org 0"]
        assert asked == ["example.net", "example.org"]
        assert names(await claim(tx, limit=1)) == ["net 0"]

    in_transaction(store_url, scenario)


def test_a_page_is_leased_to_one_and_taken_over_when_the_lease_ends(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("a")])
        [first] = await claim(tx)
        assert await claim(tx, now=NOON + MINUTE / 2) == []
        [second] = await claim(tx, now=NOON + MINUTE)
        assert not await tx.finish_page(first, None)
        assert await tx.finish_page(second, None)
        assert await tx.count_awaited() == 0
        assert not await tx.finish_page(second, None)

    in_transaction(store_url, scenario)


def test_leases_of_a_killed_service_are_released(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("a")])
        [first] = await claim(tx)
        await tx.release_leases()
        assert not await tx.finish_page(first, None)
        assert names(await claim(tx)) == ["a"]

    in_transaction(store_url, scenario)


def test_how_far_a_page_has_come_is_kept(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("a", untold_until=NOON + MINUTE)])
        [claimed] = await claim(tx)
        later = replace(claimed.awaited, next_at=NOON + DAY, untold_until=None, attempts=1)
        assert await tx.finish_page(claimed, later)
        assert await claim(tx, now=NOON + DAY / 2) == []
        [again] = await claim(tx, now=NOON + DAY)
        assert again.awaited == later

    in_transaction(store_url, scenario)


def test_a_changed_entry_keeps_its_turn_and_one_that_was_given_up_gets_a_new_one(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("a"), make_page("b")])
        claims = {each.awaited.entry.key: each for each in await claim(tx)}
        later = replace(claims[EntryKey("a")].awaited, next_at=NOON + DAY, attempts=1)
        given_up = replace(claims[EntryKey("b")].awaited, next_at=None, attempts=4)
        await tx.finish_page(claims[EntryKey("a")], later)
        await tx.finish_page(claims[EntryKey("b")], given_up)
        assert await tx.count_awaited() == 1
        changed = [make_page(name, title="Changed", next_at=NOON + 2 * DAY) for name in ("a", "b")]
        await tx.await_pages(changed)
        stamps = await tx.find_awaited(GAZETTE, [EntryKey("a"), EntryKey("b"), EntryKey("c")])
        assert stamps == {page.entry.key: stamp_of(page.entry) for page in changed}
        assert await tx.find_said([(GAZETTE, key) for key in stamps]) == {
            (GAZETTE, key): stamp for key, stamp in stamps.items()
        }
        found = {each.awaited.entry.key: each.awaited for each in await claim(tx, now=NOON + 3 * DAY)}
        assert found[EntryKey("a")] == replace(changed[0], next_at=NOON + DAY, attempts=1)
        assert found[EntryKey("b")] == changed[1]

    in_transaction(store_url, scenario)


def test_the_entries_that_are_no_articles_yet_are_those_that_wait_or_were_given_up(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([make_article("A teaser.", source="gazette", key="told")])
        waiting = [make_page("waits", untold_until=NOON), make_page("told"), make_page("given up", next_at=None)]
        await tx.await_pages([*waiting, make_page("other", source=SourceId("herald"))])
        entries = (waiting[0].entry, waiting[2].entry)
        assert await tx.list_waiting_entries(GAZETTE) == entries
        assert await tx.list_waiting_entries(GAZETTE, limit=1) == entries[:1]
        assert await tx.list_waiting_entries(SourceId("third")) == ()

    in_transaction(store_url, scenario)


def test_pages_of_sources_that_are_not_asked_for_are_passed_over(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        other = SourceId("herald")
        await tx.await_pages([make_page("a", source=other, untold_until=NOON), make_page("b", untold_until=NOON)])
        assert names(await claim(tx)) == ["b"]
        assert await tx.claim_untold({SourceId("third")}, NOON, limit=9, lease=MINUTE) == ()
        assert names(await tx.claim_untold({other}, NOON, limit=9, lease=MINUTE)) == ["a"]
        assert await tx.count_awaited(other) == 1

    in_transaction(store_url, scenario)


def test_what_has_waited_long_enough_is_given_out_whenever_its_page_is_due(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages(
            [
                make_page("waited", untold_until=NOON, next_at=NOON + DAY),
                make_page("waits", untold_until=NOON + MINUTE),
                make_page("told"),
            ]
        )
        assert names(await tx.claim_untold({GAZETTE}, NOON, limit=9, lease=MINUTE)) == ["waited"]
        assert await tx.list_waiting_domains() == ("example.org",)

    in_transaction(store_url, scenario)


def test_a_parked_domain_is_left_alone_until_then_and_never_for_less(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("a"), make_page("b", url="https://example.net/b")])
        await tx.park_domain("example.org", NOON + DAY)
        await tx.park_domain("example.org", NOON + MINUTE)
        assert names(await claim(tx)) == ["b"]
        await tx.await_pages([make_page("c")])
        assert await claim(tx, now=NOON + DAY - MINUTE, known={GAZETTE}, limit=1, room=lambda d: int("org" in d)) == []
        assert names(await claim(tx, now=NOON + DAY, room=lambda d: 9 * ("org" in d))) == ["c", "a"]

    in_transaction(store_url, scenario)


def test_pages_that_are_waited_for_in_vain_are_thrown_away_and_those_given_up_are_remembered(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.await_pages([make_page("a"), make_page("b")])
        await tx.park_domain("example.org", NOON)
        assert await tx.purge_awaited(NOON, 10) == 0
        assert await tx.purge_awaited(NOON + MINUTE, 1) == 1
        assert await tx.purge_awaited(NOON + MINUTE, 10) == 1
        assert await tx.count_awaited() == 0
        await tx.await_pages([make_page("c", next_at=None)])
        assert await tx.purge_awaited(NOON + MINUTE, 10) == 0
        assert list(await tx.find_awaited(GAZETTE, [EntryKey("c")])) == ["c"]

    in_transaction(store_url, scenario)


def test_a_first_reading_of_a_page_is_told_from_a_later_one(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([make_article("A body.", source="gazette", key=key) for key in ("a", "b")])
        keys = [EntryKey("a"), EntryKey("b")]
        assert await tx.find_pages_read(GAZETTE, keys) == {}
        assert await tx.mark_pages_read(GAZETTE, keys[:1], NOON) == {"a"}
        assert await tx.mark_pages_read(GAZETTE, keys, NOON + MINUTE) == {"b"}
        assert await tx.find_pages_read(GAZETTE, keys) == dict.fromkeys(keys, NOON + MINUTE)

    in_transaction(store_url, scenario)


def test_a_page_is_kept_with_its_entry_and_both_come_back(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        article = make_article("A body.", source="gazette", key="a")
        await tx.add_articles([article])
        page = Page(url="https://example.org/a", content_type="text/html", data=b"<p>\n\x00\xff</p>\n")
        entry = make_entry("a", page=page)
        await tx.keep_pages({article.id: pack_page(entry)}, NOON)
        [kept] = (await tx.list_kept_pages(since=NOON, source=None, after=0, limit=9)).pages
        assert kept.page == entry

    in_transaction(store_url, scenario)


def test_the_stamp_of_an_entry_says_nothing_of_its_page() -> None:
    page = Page(url="https://example.org/a", content_type=None, data=b"x")
    assert stamp_of(make_entry("a", page=page)) == stamp_of(make_entry("a"))
    assert stamp_of(make_entry("a")) != stamp_of(make_entry("a", title="Other"))


def test_two_services_never_hold_one_page(store_url: str) -> None:
    async def scenario(database: Any) -> None:
        async with database.transaction() as tx:
            await tx.await_pages([make_page(f"p{n}") for n in range(6)])
        async with database.transaction() as tx:
            first = names(await claim(tx, limit=3))
        async with database.transaction() as tx:
            second = names(await claim(tx, limit=9))
        assert sorted(first + second) == [f"p{n}" for n in range(6)]

    in_store(store_url, scenario)


def test_pages_that_were_tried_in_vain_are_counted_by_source(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        pages = [make_page("a", attempts=1), make_page("b", attempts=3, next_at=None), make_page("c")]
        await tx.await_pages(pages)
        assert await tx.count_unread_pages() == {GAZETTE: 2}

    in_transaction(store_url, scenario)
