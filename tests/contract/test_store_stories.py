"""What recent stories are recognised by, versions, kept pages and retention, on both databases."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from monitor.model import (
    Article,
    ArticleId,
    Correction,
    Difference,
    Entry,
    EntryKey,
    EntryTraits,
    Image,
    Record,
    Relation,
    SourceId,
    StoryId,
    StoryProfile,
    StoryText,
    Vector,
)
from monitor.parse.packing import pack_page
from monitor.pipeline.telling import tell_stories
from monitor.ports import KnownEntry, Transaction
from monitor.story.known_words import KnownWords
from tests.builders import NOON, make_article
from tests.contract.stores import MINUTE, in_transaction, make_match, make_rule, raise_alert, store_story
from tests.story.texts import FLOOD, FLOOD_OTHER_WORDS, STRIKE, WHEAT, join_paragraphs

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def make_text(article: Article, story: str = "wire/first", size: int = 3) -> StoryText:
    return StoryText(article=article.id, story=StoryId(story), size=size, at=NOON)


def vector(weights: Mapping[int, float]) -> Vector:
    return Vector(np.array(list(weights), np.int64), np.array(list(weights.values()), np.float32))


def test_a_text_is_found_by_any_of_its_shingles_while_it_is_recent(store_url: str) -> None:
    article = make_article()
    text = make_text(article)

    async def scenario(tx: Transaction) -> None:
        await tx.add_story_texts({text: {1, 2, -(2**63)}}, NOON)
        await tx.add_story_texts({text: {1, 2, -(2**63)}}, NOON)
        found = sorted(await tx.find_text_postings([-(2**63), 2, 7], NOON))
        number = found[0][1]
        assert found == [(-(2**63), number), (2, number)]
        assert await tx.find_texts([number, number + 1]) == {number: text}
        assert await tx.find_text_postings([1], NOON + 3 * DAY) == [(1, number)]
        assert await tx.find_text_postings([1], NOON + 4 * DAY) == []

    in_transaction(store_url, scenario)


def test_a_profile_is_found_by_what_leads_to_it_and_kept_as_it_is_last(store_url: str) -> None:
    first = StoryProfile(
        story=StoryId("s"), first_at=NOON, last_at=NOON, actors=frozenset({"a"}), features=vector({-9: 0.25, 5: 0.5})
    )
    second = StoryProfile(story=StoryId("s"), first_at=NOON, last_at=NOON + DAY, articles=2, features=vector({5: 1.0}))

    async def scenario(tx: Transaction) -> None:
        await tx.save_profiles([first], {first.story: [5, -9]}, NOON)
        ((number, found),) = (await tx.find_profiles([first.story, StoryId("other")])).items()
        assert found == first
        await tx.save_profiles([second], {second.story: [5]}, NOON + DAY)
        assert await tx.find_profiles([first.story]) == {number: second}
        assert await tx.find_profiles([], [number, number + 1]) == {number: second}
        assert await tx.find_profiles([first.story], [number]) == {number: second}
        assert await tx.find_profiles([], []) == {}
        assert set(await tx.find_story_postings([5, -9, 1], NOON + DAY)) == {(-9, number), (5, number)}

    in_transaction(store_url, scenario)


def test_stories_get_rising_numbers_in_the_order_in_which_they_began(store_url: str) -> None:
    profiles = [
        StoryProfile(story=StoryId(f"{7 * number % 10}"), first_at=NOON, last_at=NOON, features=vector({1: 1.0}))
        for number in range(10)
    ]

    async def scenario(tx: Transaction) -> None:
        await tx.save_profiles(profiles, {}, NOON)
        found = await tx.find_profiles([profile.story for profile in profiles])
        assert [found[number].story for number in sorted(found)] == [profile.story for profile in profiles]

    in_transaction(store_url, scenario)


def test_words_are_counted_over_two_stretches_of_thirty_days(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        assert await tx.find_frequencies([1], NOON) == (0, {})
        await tx.count_words([np.array([1, 2]), np.array([1])], NOON)
        await tx.count_words([np.array([1])], NOON + 30 * DAY)
        assert await tx.find_frequencies([1, 2, 3], NOON + 30 * DAY) == (3, {1: 3, 2: 1})
        assert await tx.find_frequencies([1, 2], NOON + 60 * DAY) == (1, {1: 1})

    in_transaction(store_url, scenario)


def test_words_are_counted_of_all_articles_of_a_second_or_of_none_once_many_are_counted(store_url: str) -> None:
    seconds = 40
    arrived = [
        [make_article(f"Word{second}.", key=f"{second}-{each}", fetched_at=NOON + second * SECOND) for each in range(2)]
        for second in range(seconds)
    ]

    async def scenario(tx: Transaction) -> None:
        await tx.count_words([np.array([1])] * 1000, NOON)
        totals = [1000]
        for articles in arrived:
            await tx.add_articles(articles)
            await tell_stories(tx, articles, [], NOON)
            totals.append((await tx.find_frequencies([], NOON))[0])
        counted = [after - before for before, after in pairwise(totals)]
        assert set(counted) == {0, 2}
        assert seconds / 8 < counted.count(2) < seconds / 2

    in_transaction(store_url, scenario)


@pytest.mark.parametrize("at_once", [1, 3, 100])
@pytest.mark.parametrize("restarting", [False, True])
def test_stories_are_the_same_told_one_by_one_or_together_and_after_a_restart(
    store_url: str, at_once: int, restarting: bool
) -> None:
    texts = [FLOOD, STRIKE, FLOOD_OTHER_WORDS, FLOOD[: len(FLOOD) // 2], WHEAT, join_paragraphs(WHEAT, STRIKE), STRIKE]
    arrived = [
        make_article(text, key=str(number), language="en", fetched_at=NOON + number * MINUTE)
        for number, text in enumerate(texts)
    ]
    told: dict[ArticleId, tuple[StoryId, Relation]] = {}

    async def scenario(tx: Transaction) -> None:
        words = KnownWords()
        for first in range(0, len(arrived), at_once):
            articles = arrived[first : first + at_once]
            await tx.add_articles(articles)
            words = KnownWords() if restarting else words
            changes = await tell_stories(tx, articles, [], NOON, words=words)
            told.update({each.article.id: (each.story, each.relation) for each in changes})

    in_transaction(store_url, scenario)
    flood, strike, wheat = (arrived[number].id for number in (0, 1, 4))
    assert [told[article.id] for article in arrived] == [
        (flood, "first"),
        (strike, "first"),
        (flood, "report"),
        (flood, "copy"),
        (wheat, "first"),
        (strike, "copy"),
        (strike, "copy"),
    ]


def test_articles_that_arrive_one_after_the_other_join_by_text_and_by_event(store_url: str) -> None:
    fields = {"language": "en", "fetched_at": NOON}
    first = make_article(FLOOD, title="Tamarin river floods Velden, 400 moved to safety", source="wire", **fields)
    copy = make_article(FLOOD, title="Velden under water", source="daily", **fields)
    report = make_article(FLOOD_OTHER_WORDS, title="Velden evacuated as the Tamarin floods", source="echo", **fields)
    other = make_article(STRIKE, title="No buses in Port Amsel", source="echo", **fields)

    async def tell(tx: Transaction, article: Article) -> tuple[object, ...]:
        await tx.add_articles([article])
        (change,) = await tell_stories(tx, [article], [], NOON)
        return change.story, change.kind, change.ordinal, change.relation, change.sources

    async def scenario(tx: Transaction) -> None:
        assert await tell(tx, first) == (first.id, "new", 0, "first", ("wire",))
        assert await tell(tx, copy) == (first.id, "update", 1, "copy", ("wire", "daily"))
        assert await tell(tx, report) == (first.id, "update", 2, "report", ("wire", "daily", "echo"))
        assert await tell(tx, other) == (other.id, "new", 0, "first", ("echo",))
        assert await tx.find_told([copy.id, report.id]) == {copy.id: first.id, report.id: first.id}

    in_transaction(store_url, scenario)


def test_a_merged_story_lives_on_as_an_alias(store_url: str) -> None:
    one, other = make_article("One.", key="one"), make_article("Other.", key="other")

    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, other)
        kept = await store_story(tx, one)
        await tx.merge_stories({StoryId(other.id): kept}, NOON)
        await tx.merge_stories({StoryId(other.id): kept}, NOON)
        assert await tx.find_aliases([StoryId(other.id), kept]) == {other.id: kept}
        assert await tx.find_told([other.id]) == {other.id: kept}
        assert await tx.find_stories([other.fingerprint]) == {other.fingerprint: kept}

    in_transaction(store_url, scenario)


def make_correction(before: Article, **changed: object) -> Correction:
    after = make_article(str(changed.get("body", "New.")), key=before.key, title="New title")
    return Correction(before=before, after=after, differences=(Difference(field="body", before="A", after=None),))


def test_a_correction_keeps_every_earlier_wording(store_url: str) -> None:
    article = make_article("Old.", key="k", title="Old title")
    first = make_correction(article)
    second = make_correction(first.after, body="Newest.")

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, article)
        await tx.correct_articles([first], NOON)
        await tx.correct_articles([second], NOON + MINUTE)
        assert await tx.find_articles([article.id]) == {article.id: second.after}
        versions = await tx.list_versions(article.id)
        assert [(each.number, each.before.body) for each in versions] == [(1, "Old."), (2, "New.")]
        assert versions[0].differences == first.differences

    in_transaction(store_url, scenario)


def test_matches_of_a_changed_article_are_those_that_hold_now(store_url: str) -> None:
    article = make_article("Ports and ferries.")

    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, article, make_match(article, "ports"), make_match(article, "told"))
        await tx.save_rules([make_rule("ferries")], NOON)
        now = [make_match(article, "ferries"), make_match(article, "ports")]
        gained, lost = await tx.replace_matches([article.id], now)
        assert ([each.rule for each in gained], [each.rule for each in lost]) == (["ferries"], ["told"])
        assert await tx.replace_matches([article.id], now) == ((), ())
        assert (await tx.count_rows())["matches"] == 2

    in_transaction(store_url, scenario)


ENTRY = Entry(
    source=SourceId("wire"),
    key=EntryKey("k"),
    url="https://news.example/k",
    title="T <b>",
    summary=None,
    content="C \U0001f600",
    published="yesterday",
    updated=None,
    authors=("A",),
    images=(Image(caption="c"),),
)
RECORD = Record(source=SourceId("wire"), key=EntryKey("k"), name="a b.txt\n:1", format="html", data=b"\x00\n\xff")


@pytest.mark.parametrize("page", [ENTRY, RECORD], ids=["entry", "record"])
def test_a_page_comes_back_as_it_was_read(store_url: str, page: Entry | Record) -> None:
    article = make_article(key="k")

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, article)
        await tx.keep_pages({article.id: pack_page(page)}, NOON)
        kept = await tx.list_kept_pages(since=NOON, source=SourceId("wire"), after=0, limit=10)
        assert [(each.article, each.page) for each in kept.pages] == [(article, page)]
        for since, source in ((NOON + MINUTE, None), (NOON, SourceId("other"))):
            assert (await tx.list_kept_pages(since=since, source=source, after=0, limit=10)).pages == ()

    in_transaction(store_url, scenario)


def test_a_stamp_is_that_of_the_last_reading(store_url: str) -> None:
    article = make_article(key="k" * 3000)

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, article)
        assert await tx.find_stamps(article.source, [article.key, EntryKey("x")]) == {article.key: None}
        await tx.save_stamps({(article.source, article.key): KnownEntry(stamp="1:a")})
        assert await tx.find_stamps(article.source, [article.key]) == {article.key: "1:a"}

    in_transaction(store_url, scenario)


def test_a_text_that_has_grown_is_found_by_what_it_was_and_by_what_it_is(store_url: str) -> None:
    article = make_article()

    async def scenario(tx: Transaction) -> None:
        await tx.add_story_texts({make_text(article, size=2): {1, 2}}, NOON)
        await tx.add_story_texts({make_text(article, size=4): {2, 3, 4, 5}}, NOON)
        await tx.add_story_texts({make_text(article, size=3): {7, 8, 9}}, NOON)
        (_, number), (_, same) = found = sorted(await tx.find_text_postings([1, 3, 7], NOON))
        assert found == [(1, number), (3, same)]
        assert await tx.find_texts([number, same]) == {number: make_text(article, size=4)}

    in_transaction(store_url, scenario)


def test_an_entry_is_found_by_its_key_its_link_or_its_likeness_in_its_own_source(store_url: str) -> None:
    by_key, by_link, by_likeness, other = (make_article(key=key) for key in ("k" * 3000, "b", "c", "d"))
    elsewhere = make_article(key="b", source="gazette")
    traits = EntryTraits(link=2**63 - 1, likeness=5, title=1, date=None, body=0)
    saved = {
        by_key.key: EntryTraits(),
        by_link.key: traits,
        by_likeness.key: EntryTraits(link=7, likeness=8),
        other.key: EntryTraits(link=8, likeness=7),
    }

    async def scenario(tx: Transaction) -> None:
        for article in (by_key, by_link, by_likeness, other, elsewhere):
            await store_story(tx, article)
        known = {(by_key.source, key): KnownEntry(stamp="1:a", traits=each) for key, each in saved.items()}
        known[elsewhere.source, elsewhere.key] = KnownEntry(stamp="1:b", traits=traits)
        await tx.save_stamps(known)
        asked = {
            by_key.key: EntryTraits(),
            EntryKey("x"): EntryTraits(link=traits.link, likeness=8),
            EntryKey("y"): EntryTraits(likeness=4),
        }
        found = await tx.find_alike(by_key.source, asked)
        assert found == {
            key: KnownEntry(traits=saved[key], stamp="1:a") for key in (by_key.key, by_link.key, by_likeness.key)
        }
        assert await tx.find_alike(by_key.source, {}) == {}

    in_transaction(store_url, scenario)


def test_entries_of_many_sources_are_looked_for_at_once(store_url: str) -> None:
    odd = EntryKey('k"\\ü\ud800' + "k" * 3000)
    ours, theirs = make_article(key=odd), make_article(key="b", source="gazette")
    names = [(ours.source, odd), (ours.source, EntryKey("b")), (theirs.source, EntryKey("b")), (theirs.source, odd)]
    link, likeness = EntryTraits(link=2**63 - 1, likeness=1), EntryTraits(link=1, likeness=2**63 - 1)

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, ours, theirs)
        assert await tx.find_said(names) == {names[0]: None, names[2]: None}
        await tx.save_stamps(
            {names[0]: KnownEntry(stamp="1:a", traits=link), names[2]: KnownEntry(stamp="1:b", traits=likeness)}
        )
        assert await tx.find_said(names) == {names[0]: "1:a", names[2]: "1:b"}
        assert await tx.find_said([]) == {}
        assert await tx.find_led_to([EntryTraits(link=link.link)]) == {ours.source}
        assert await tx.find_led_to([EntryTraits(likeness=likeness.likeness)]) == {theirs.source}
        assert await tx.find_led_to([link, likeness]) == {ours.source, theirs.source}
        assert await tx.find_led_to([EntryTraits(link=2, likeness=2), EntryTraits()]) == frozenset()
        assert await tx.find_led_to([]) == frozenset()

    in_transaction(store_url, scenario)


def test_thousands_of_entries_are_looked_for_at_once(store_url: str) -> None:
    traits = {EntryKey(f"k{number}"): EntryTraits(link=number, likeness=number) for number in range(5000)}

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, make_article(key="k4999"))
        assert list(await tx.find_alike(SourceId("wire"), traits)) == ["k4999"]

    in_transaction(store_url, scenario)


def test_purging_takes_what_is_old_in_bounded_batches_and_nothing_else(store_url: str) -> None:
    old = [make_article(f"Old {number}.", fetched_at=NOON - DAY) for number in range(5)]
    young = make_article("Young.")

    async def scenario(tx: Transaction) -> None:
        await store_story(tx, *old, young)
        await tx.keep_pages({article.id: pack_page(ENTRY) for article in old}, NOON - DAY)
        await tx.keep_pages({young.id: pack_page(ENTRY)}, NOON)
        assert [await tx.purge_pages(NOON, 3) for _ in range(3)] == [3, 2, 0]
        assert [await tx.purge_bodies(NOON, 3) for _ in range(3)] == [3, 2, 0]
        stored = await tx.find_articles([old[0].id, young.id])
        assert (stored[old[0].id].body, stored[young.id].body) == (None, "Young.")
        assert [await tx.purge_articles(NOON, 3) for _ in range(3)] == [3, 2, 0]
        assert (await tx.count_rows())["articles"] == 1
        assert await tx.list_unseen(old[0].source, [old[0].key]) == frozenset()

    in_transaction(store_url, scenario)


def test_an_article_that_a_pending_alert_waits_for_is_not_thrown_away(store_url: str) -> None:
    article = make_article("Old.", fetched_at=NOON - DAY)

    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, article)
        assert await tx.purge_articles(NOON, 10) == 0

    in_transaction(store_url, scenario)


def test_the_index_of_stories_keeps_the_window_and_no_more(store_url: str) -> None:
    profile = StoryProfile(story=StoryId("s"), first_at=NOON, last_at=NOON, features=vector({1: 1.0}))

    async def scenario(tx: Transaction) -> None:
        await tx.add_story_texts({make_text(make_article()): {1, 2}}, NOON)
        await tx.save_profiles([profile], {profile.story: [1]}, NOON)
        assert await tx.purge_story_index(NOON + 3 * DAY, 100) == 0
        assert await tx.purge_story_index(NOON + 4 * DAY, 100) == 5
        assert await tx.find_profiles([profile.story]) == {}

    in_transaction(store_url, scenario)
