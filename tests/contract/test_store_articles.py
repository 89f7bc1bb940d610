"""Every store: entries, articles, stories, rules and matches are stored once, and come back as they were."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.errors import StoreError
from monitor.model import Article, ArticleId, EntryKey, Image, RuleId, RuleState, RuleUsage, SourceId, StoryId
from monitor.pipeline.stored import count_articles, iter_articles
from monitor.ports import Transaction
from monitor.store.database import Database
from tests.builders import NOON, make_article
from tests.contract.stores import ANA, in_store, in_transaction, make_match, make_rule, opened, raise_alert

WIRE = SourceId("wire")


def test_an_article_is_new_once(store_url: str) -> None:
    articles = [make_article(f"Body {number}.", key=f"k{number}") for number in range(3)]

    async def scenario(tx: Transaction) -> None:
        assert await tx.add_articles(articles[:2]) == {articles[0].id, articles[1].id}
        assert await tx.add_articles(articles) == {articles[2].id}
        assert await tx.add_articles(articles) == frozenset()
        assert await tx.add_articles([]) == frozenset()
        assert (await tx.count_rows())["articles"] == 3

    in_transaction(store_url, scenario)


def test_of_two_articles_with_one_entry_in_a_batch_the_first_is_kept(store_url: str) -> None:
    first, second = make_article("One.", key="k", id=ArticleId("1")), make_article("Two.", key="k", id=ArticleId("2"))

    async def scenario(tx: Transaction) -> None:
        assert await tx.add_articles([first, second]) == {first.id}
        assert await tx.add_articles([second]) == frozenset()

    in_transaction(store_url, scenario)


def test_only_entries_that_were_never_stored_are_unseen(store_url: str) -> None:
    long_key = EntryKey("https://example.org/?" + "".join(chr(97 + (7 * n * n) % 26) for n in range(6000)))
    keys = [EntryKey("a"), EntryKey("b"), long_key, EntryKey("A"), EntryKey("a ")]

    async def scenario(tx: Transaction) -> None:
        assert await tx.list_unseen(WIRE, keys) == frozenset(keys)
        await tx.add_articles([make_article("x", key="a"), make_article("y", key=long_key, id=ArticleId("long"))])
        assert await tx.list_unseen(WIRE, keys) == {"b", "A", "a "}
        assert await tx.list_unseen(SourceId("other"), keys) == frozenset(keys)
        assert await tx.list_unseen(WIRE, []) == frozenset()

    in_transaction(store_url, scenario)


def test_thousands_of_keys_are_looked_up_at_once(store_url: str) -> None:
    keys = [EntryKey(f"k{number}") for number in range(70_000)]

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([make_article("x", key="k69999")])
        assert await tx.list_unseen(WIRE, keys) == frozenset(keys[:-1])
        assert len(await tx.find_stories(keys)) == 0

    in_transaction(store_url, scenario)


def test_thousands_of_articles_fit_in_one_transaction(store_url: str) -> None:
    articles = [make_article(f"Body {number}.", key=f"k{number}") for number in range(4000)]

    async def scenario(tx: Transaction) -> None:
        assert len(await tx.add_articles(articles)) == 4000
        await tx.assign_stories({article.id: StoryId(article.id) for article in articles}, NOON)
        assert len(await tx.find_stories(article.fingerprint for article in articles)) == 4000

    in_transaction(store_url, scenario)


def read_back(store_url: str, article: Article) -> Article:
    """Store an article with an alert, and read it as a digest would, from another connection."""
    in_transaction(store_url, lambda tx: raise_alert(tx, article))
    (pending,) = in_transaction(store_url, lambda tx: tx.list_pending_alerts(ANA, None))
    return pending.story.article


@pytest.mark.parametrize(
    "article",
    [
        make_article(
            "Erster Absatz.\n\nДругой абзац 😀.",
            title="Übergröße",
            standfirst="«Так»",
            url="https://example.org/?q=%C3%BC",
            authors=("A. Müller", "О. Б."),
            images=(Image(caption="A harbour", credit=None), Image(credit="AGENCY")),
            published=datetime(2021, 4, 22, tzinfo=UTC),
            published_precision="day",
            published_raw="April 22, 2021",
            updated=datetime(2021, 4, 23, 1, 2, 3, 456789, tzinfo=UTC),
            language="de",
        ),
        make_article(None, key="empty"),
        make_article("x" * 2_000_000, key="huge"),
        make_article("old", key="old", published=datetime(1, 1, 2, tzinfo=UTC), published_precision="day"),
        make_article("'; DROP TABLE articles; -- %s :name ?", key="hostile"),
    ],
    ids=lambda article: article.key[:10],
)
def test_an_article_comes_back_as_it_was_written(store_url: str, article: Article) -> None:
    assert read_back(store_url, article) == article


def test_an_instant_of_another_zone_comes_back_in_utc(store_url: str) -> None:
    local = datetime(2026, 3, 2, 16, 0, tzinfo=timezone(timedelta(hours=4)))
    fetched_at = read_back(store_url, make_article(fetched_at=local)).fetched_at
    assert fetched_at == local
    assert fetched_at.utcoffset() == timedelta(0)


def test_what_a_database_cannot_store_is_replaced_character_by_character(store_url: str) -> None:
    article = read_back(store_url, make_article("nul \x00 and half a pair \ud800.", key="k\x00", id=ArticleId("1")))
    assert article.body == "nul \ufffd and half a pair \ufffd."
    assert in_transaction(store_url, lambda tx: tx.list_unseen(WIRE, [EntryKey("k\x00")])) == frozenset()


def test_a_story_is_found_by_the_fingerprint_of_its_articles(store_url: str) -> None:
    article = make_article("A body.")

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([article])
        assert await tx.find_stories([article.fingerprint]) == {}
        await tx.assign_stories({article.id: StoryId(article.id)}, NOON)
        await tx.assign_stories({article.id: StoryId(article.id)}, NOON)
        assert await tx.find_stories([article.fingerprint, "1:other"]) == {article.fingerprint: StoryId(article.id)}
        assert (await tx.count_rows())["stories"] == 1

    in_transaction(store_url, scenario)


def test_an_article_stays_with_the_story_it_tells(store_url: str) -> None:
    article = make_article("A body.")

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([article])
        await tx.assign_stories({article.id: StoryId("first")}, NOON)
        await tx.assign_stories({article.id: StoryId("second")}, NOON)
        assert await tx.find_stories([article.fingerprint]) == {article.fingerprint: "first"}

    in_transaction(store_url, scenario)


def test_one_text_that_arrives_everywhere_at_once_is_one_story(store_url: str) -> None:
    copies = [make_article("The same words.", source=f"paper-{number}") for number in range(8)]

    async def store_copy(database: Database, article: Article) -> None:
        async with database.transaction() as tx:
            await tx.add_articles([article])
            await tx.lock_stories()
            known = await tx.find_stories([article.fingerprint])
            await asyncio.sleep(0)
            await tx.assign_stories({article.id: known.get(article.fingerprint, StoryId(article.id))}, NOON)

    async def scenario(one: Database) -> None:
        async with opened(store_url) as other:
            await asyncio.gather(*(store_copy((one, other)[n % 2], copy) for n, copy in enumerate(copies)))
        async with one.transaction() as tx:
            assert (await tx.count_rows())["stories"] == 1
            assert (await tx.count_rows())["articles"] == 8

    in_store(store_url, scenario)


def test_one_entry_that_arrives_twice_at_once_is_new_once(store_url: str) -> None:
    batch = [make_article(f"Body {number}.", key=f"k{number}") for number in range(50)]

    async def store_batch(database: Database, articles: list[Article]) -> int:
        async with database.transaction() as tx:
            return len(await tx.add_articles(articles))

    async def scenario(one: Database) -> None:
        async with opened(store_url) as other:
            counts = await asyncio.gather(store_batch(one, batch), store_batch(other, batch[::-1]))
        assert sorted(counts) == [0, 50]

    in_store(store_url, scenario)


def test_a_match_is_stored_once_even_by_a_newer_version_of_its_rule(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([article])
        await tx.save_rules([make_rule(), make_rule(version="v2"), make_rule()], NOON)
        await tx.add_matches([make_match(article), make_match(article)])
        await tx.add_matches([make_match(article, version="v2")])
        await tx.add_matches([])
        assert (await tx.count_rows())["matches"] == 1

    in_transaction(store_url, scenario)


def test_a_match_of_a_rule_that_was_not_saved_is_refused(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        article = make_article("Harbour strike.")
        await tx.add_articles([article])
        await tx.add_matches([make_match(article)])

    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        in_transaction(store_url, scenario)
    assert in_transaction(store_url, lambda tx: tx.count_rows())["articles"] == 0


def test_a_rule_is_kept_as_it_was_when_it_matched(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, article)
        await tx.save_rules([make_rule(title="Renamed", version="v2"), make_rule(title="Too late")], NOON)
        (pending,) = await tx.list_pending_alerts(ANA, None)
        assert [reason.rule for reason in pending.story.reasons] == [make_rule()]
        assert [reason.match for reason in pending.story.reasons] == [make_match(article)]

    in_transaction(store_url, scenario)


def test_a_beat_is_found_again(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        assert await tx.find_beat("poll") is None
        await tx.beat("poll", NOON)
        await tx.beat("poll", NOON + timedelta(seconds=5))
        assert await tx.find_beat("poll") == NOON + timedelta(seconds=5)
        assert await tx.find_beat("deliver") is None

    in_transaction(store_url, scenario)


def test_rows_are_counted_by_their_names(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        nothing = dict.fromkeys(("articles", "stories", "matches", "alerts", "digests", "deliveries"), 0)
        assert await tx.count_rows() == nothing
        await raise_alert(tx, make_article("Harbour strike."))
        assert await tx.count_rows() == nothing | {"articles": 1, "stories": 1, "matches": 1, "alerts": 1}

    in_transaction(store_url, scenario)


def test_the_same_article_from_two_sources_is_two_entries(store_url: str) -> None:
    article = make_article("A body.")
    elsewhere = replace(article, source=SourceId("gazette"), id=ArticleId("gazette/1"))

    async def scenario(tx: Transaction) -> None:
        assert await tx.add_articles([article, elsewhere]) == {article.id, elsewhere.id}

    in_transaction(store_url, scenario)


def test_stored_articles_are_read_page_by_page_in_the_order_they_were_stored(store_url: str) -> None:
    articles = [make_article(f"Body {number}.", key=f"k{9 - number}") for number in range(5)]

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles(articles)
        first = await tx.list_articles(since=None, after=0, limit=2)
        assert first.articles == tuple(articles[:2])
        assert first.next_after is not None
        rest = await tx.list_articles(since=None, after=first.next_after, limit=9)
        assert rest.articles == tuple(articles[2:])
        assert rest.next_after is None

    in_transaction(store_url, scenario)


def test_articles_since_an_instant_go_by_publication_else_by_fetching(store_url: str) -> None:
    day = timedelta(days=1)
    told = make_article("Told in time.", key="a", published=NOON, fetched_at=NOON + 9 * day)
    old = make_article("Told long ago.", key="b", published=NOON - day, fetched_at=NOON + 9 * day)
    undated = make_article("Without a date.", key="c", fetched_at=NOON + day)

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([told, old, undated])
        since = NOON.astimezone(timezone(timedelta(hours=4)))
        assert (await tx.list_articles(since=since, after=0, limit=9)).articles == (told, undated)
        assert await tx.count_articles(since=since) == 2
        assert await tx.count_articles(since=None) == 3
        assert await tx.count_articles(since=NOON + 2 * day) == 0

    in_transaction(store_url, scenario)


def test_all_stored_articles_can_be_walked_while_others_write(store_url: str) -> None:
    articles = [make_article(f"Body {number}.", key=f"k{number}") for number in range(1001)]

    async def scenario(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.add_articles(articles[:1000])
        walked = []
        async for article in iter_articles(database):
            if not walked:
                async with database.transaction() as tx:
                    await tx.add_articles(articles[1000:])
            walked.append(article.key)
        assert walked == [article.key for article in articles]
        assert await count_articles(database) == 1001

    in_store(store_url, scenario)


def test_the_use_of_rules_adds_up_and_the_most_expensive_comes_first(store_url: str) -> None:
    floods = RuleUsage(rule=RuleId("floods"), asked=3, matched=1, nanoseconds=2**40)
    fires = RuleUsage(rule=RuleId("fires"), asked=1, matched=0, nanoseconds=5)

    async def scenario(tx: Transaction) -> None:
        assert await tx.list_rule_usage() == ()
        await tx.add_rule_usage([], NOON)
        await tx.add_rule_usage([fires, floods], NOON)
        await tx.add_rule_usage([floods], NOON)
        doubled = RuleUsage(rule=RuleId("floods"), asked=6, matched=2, nanoseconds=2**41)
        assert await tx.list_rule_usage() == (doubled, fires)

    in_transaction(store_url, scenario)


def test_the_rules_that_did_not_load_are_those_of_the_last_look(store_url: str) -> None:
    kept = RuleState(rule=RuleId("floods"), version="v1", problem="rules/a.yaml:3:1: odd\x00", since=NOON)
    new = RuleState(rule=RuleId("fires"), version=None, problem="rules/b.yaml: odd", since=NOON)

    async def scenario(tx: Transaction) -> None:
        assert await tx.list_rule_states() == ()
        await tx.save_rule_states([kept, new])
        assert await tx.list_rule_states() == (new, replace(kept, problem="rules/a.yaml:3:1: odd\ufffd"))
        await tx.save_rule_states([new])
        assert await tx.list_rule_states() == (new,)
        await tx.save_rule_states([])
        assert await tx.list_rule_states() == ()

    in_transaction(store_url, scenario)


def test_matches_are_counted_by_rule_over_articles_of_late(store_url: str) -> None:
    old = make_article("Old strike.", published=NOON - timedelta(days=30))
    undated = make_article("Undated strike.")
    new = make_article("New strike.", published=NOON - timedelta(days=1))

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles([old, undated, new])
        await tx.save_rules([make_rule(), make_rule("other")], NOON)
        await tx.add_matches([make_match(old), make_match(undated), make_match(new), make_match(new, rule="other")])
        since = NOON - timedelta(days=28)
        assert await tx.count_matches(since) == {make_match(new).rule: 2, "other": 1}
        assert await tx.count_matches(NOON + timedelta(seconds=1)) == {}

    in_transaction(store_url, scenario)
