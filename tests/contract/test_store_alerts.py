"""Every store: alerts wait, join and move forward until a digest takes them, once."""

import asyncio
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import (
    AlertId,
    Article,
    ArticleId,
    Digest,
    DigestStory,
    Mention,
    Reason,
    RuleId,
    Severity,
    SubscriberId,
)
from monitor.ports import Transaction
from monitor.store.database import Database
from tests.builders import NOON, make_article
from tests.contract.stores import (
    ANA,
    MINUTE,
    in_store,
    in_transaction,
    list_pending_ids,
    make_alert,
    make_delivery,
    make_digest,
    make_match,
    make_rule,
    opened,
    raise_alert,
    store_story,
)


def test_an_alert_is_stored_once(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        alert = await raise_alert(tx, article)
        await tx.add_alerts([(alert, make_match(article)), (alert, make_match(article))])
        await tx.add_alerts([])
        assert (await tx.count_rows())["alerts"] == 1
        (pending,) = await tx.list_pending_alerts(ANA, NOON)
        assert pending.alert == alert
        assert len(pending.story.reasons) == 1

    in_transaction(store_url, scenario)


def test_another_kind_ordinal_or_subscriber_is_another_alert(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        alert = await raise_alert(tx, article)
        others = [
            make_alert(alert.story, kind="update"),
            make_alert(alert.story, kind="update", ordinal=1),
            make_alert(alert.story, subscriber=SubscriberId("desk")),
        ]
        await tx.add_alerts([(other, make_match(article)) for other in others])
        assert (await tx.count_rows())["alerts"] == 4
        assert [pending.alert for pending in await tx.list_pending_alerts(ANA, None)] == [alert, *others[:2]]

    in_transaction(store_url, scenario)


def test_the_earlier_window_wins_with_its_pace_and_limit(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        slow = await raise_alert(tx, article, due_at=NOON + 60 * MINUTE, pace="daily", max_stories=5)
        fast = make_alert(slow.story, due_at=NOON, pace="now", max_stories=None)
        await tx.add_alerts([(slow, make_match(article)), (fast, make_match(article))])
        assert [pending.alert for pending in await tx.list_pending_alerts(ANA, None)] == [fast]
        await tx.add_alerts([(slow, make_match(article))])
        assert [pending.alert for pending in await tx.list_pending_alerts(ANA, None)] == [fast]

    in_transaction(store_url, scenario)


def test_alerts_are_listed_by_due_time_and_only_those_due(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        for number, minutes in enumerate((3, 1, 2)):
            await raise_alert(tx, make_article(f"Strike {number}.", key=f"k{number}"), due_at=NOON + minutes * MINUTE)
        await raise_alert(tx, make_article("Else.", key="else"), subscriber=SubscriberId("desk"), due_at=NOON)
        listed = await tx.list_pending_alerts(ANA, NOON + 2 * MINUTE)
        assert [pending.story.article.key for pending in listed] == ["k1", "k2"]
        assert len(await tx.list_pending_alerts(ANA, None)) == 3
        assert await tx.list_pending_alerts(ANA, NOON) == ()
        assert await tx.list_due_subscribers(NOON - MINUTE) == ()
        assert await tx.list_due_subscribers(NOON) == ("desk",)
        assert await tx.list_due_subscribers(NOON + 3 * MINUTE) == (ANA, "desk")

    in_transaction(store_url, scenario)


def test_a_story_is_told_by_its_earliest_matching_article_with_one_reason_a_rule(store_url: str) -> None:
    text = "Dockers strike at the harbour."
    later = make_article(text, source="b", title="Dockers walk out", fetched_at=NOON + MINUTE)
    first = make_article(text, source="a", title="Strike", fetched_at=NOON)
    tied = make_article(text, source="c", title="Strike!", fetched_at=NOON)
    silent = make_article(text, source="d", title="No match", fetched_at=NOON - MINUTE)
    matches = [
        make_match(later, "ports"),
        make_match(later, "dockers", severity=Severity.HIGH),
        make_match(first, "ports"),
        make_match(tied, "ports"),
    ]

    async def scenario(tx: Transaction) -> None:
        story = await store_story(tx, later, first, tied, silent)
        await tx.save_rules([make_rule("ports"), make_rule("dockers")], NOON)
        await tx.add_matches(matches)
        await tx.add_alerts([(make_alert(story), match) for match in matches])
        (pending,) = await tx.list_pending_alerts(ANA, None)
        told = pending.story
        assert told.id == story
        assert told.article == first
        assert [(reason.rule.id, reason.match.article) for reason in told.reasons] == [
            ("dockers", later.id),
            ("ports", first.id),
        ]
        assert told.also_in == ("b", "c", "d")

    in_transaction(store_url, scenario)


def test_a_mention_of_a_copy_is_shown_only_where_it_cuts_out_its_own_words(store_url: str) -> None:
    first = make_article("Dockers strike.", source="a", title="Strike")
    copy = make_article("Dockers strike.", source="b", title="Dockers walk out", fetched_at=NOON + MINUTE)
    in_body = Mention(clause="match", field="body", start=0, end=7, text="Dockers", term="dockers")
    in_title = Mention(clause="match", field="title", start=0, end=7, text="Dockers", term="dockers")
    matches = [make_match(first, "ports"), make_match(copy, "dockers", mentions=(in_body, in_title))]

    async def scenario(tx: Transaction) -> None:
        story = await store_story(tx, first, copy)
        await tx.save_rules([make_rule("ports"), make_rule("dockers")], NOON)
        await tx.add_matches(matches)
        await tx.add_alerts([(make_alert(story), match) for match in matches])
        (pending,) = await tx.list_pending_alerts(ANA, None)
        mentions = {reason.rule.id: reason.match.mentions for reason in pending.story.reasons}
        assert mentions[RuleId("dockers")] == (in_body,)

    in_transaction(store_url, scenario)


def test_hundreds_of_pending_alerts_are_listed_at_once(store_url: str) -> None:
    articles = [make_article(f"Body {number}.", key=f"k{number:04}") for number in range(1500)]

    async def scenario(tx: Transaction) -> None:
        await tx.add_articles(articles)
        stories = {article.id: make_alert(article.id) for article in articles}  # type: ignore[arg-type]
        await tx.assign_stories({article: alert.story for article, alert in stories.items()}, NOON)
        await tx.save_rules([make_rule()], NOON)
        await tx.add_matches([make_match(article) for article in articles])
        await tx.add_alerts([(stories[article.id], make_match(article)) for article in articles])
        listed = await tx.list_pending_alerts(ANA, None)
        assert {pending.story.article for pending in listed} == set(articles)

    in_transaction(store_url, scenario)


async def freeze(tx: Transaction, name: str = "d1") -> Digest:
    """A digest of everything that waits for Ana."""
    pending = await tx.list_pending_alerts(ANA, None)
    window_start = await tx.find_free_window(ANA, NOON)
    digest = make_digest(name, window_start, stories=tuple(each.story for each in pending))
    await tx.add_digest(digest, [each.id for each in pending], [make_delivery(digest)])
    return digest


def test_a_frozen_digest_takes_its_alerts_and_fills_the_outbox(store_url: str) -> None:
    article = make_article("Harbour strike.", images=())

    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, article)
        digest = await freeze(tx)
        assert await tx.list_pending_alerts(ANA, None) == ()
        assert await tx.list_due_subscribers(NOON) == ()
        assert await tx.list_deliveries() == (make_delivery(digest),)
        assert await tx.find_digest(make_delivery(digest).id) == digest
        assert digest.stories == (
            DigestStory(
                id=digest.stories[0].id,
                article=article,
                reasons=(Reason(rule=make_rule(), match=make_match(article)),),
            ),
        )

    in_transaction(store_url, scenario)


def test_a_composed_alert_stays_as_it_is(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        alert = await raise_alert(tx, article)
        await freeze(tx)
        copy = make_article("Harbour strike.", source="gazette")
        await store_story(tx, copy, story=alert.story)
        await tx.add_matches([make_match(copy)])
        await tx.add_alerts([(make_alert(alert.story, due_at=NOON - 60 * MINUTE), make_match(copy))])
        assert await tx.list_pending_alerts(ANA, None) == ()
        assert (await tx.count_rows())["alerts"] == 1

    in_transaction(store_url, scenario)


def test_freezing_the_same_digest_twice_changes_nothing(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await raise_alert(tx, make_article("Harbour strike."))
        ids = await list_pending_ids(tx)
        digest = await freeze(tx)
        await tx.add_digest(digest, ids, [make_delivery(digest)])
        assert (await tx.count_rows())["deliveries"] == 1

    in_transaction(store_url, scenario)


@pytest.mark.parametrize(
    "other",
    [make_digest("d1", NOON + MINUTE), make_digest("d2", NOON), make_digest("d1", NOON, omitted=3)],
    ids=["same id", "same window", "other content"],
)
def test_a_frozen_digest_is_never_overwritten(store_url: str, other: Digest) -> None:
    async def freeze_other(tx: Transaction) -> None:
        await tx.add_digest(other, [], [make_delivery(other)])

    digest = make_digest("d1", NOON)
    in_transaction(store_url, lambda tx: tx.add_digest(digest, [], [make_delivery(digest)]))
    with pytest.raises(StoreError, match='"d1", is frozen already'):
        in_transaction(store_url, freeze_other)
    assert in_transaction(store_url, lambda tx: tx.find_digest(make_delivery(digest).id)) == digest


def test_a_window_that_is_taken_moves_to_the_next_free_second(store_url: str) -> None:
    second = timedelta(seconds=1)

    async def scenario(tx: Transaction) -> None:
        assert await tx.find_free_window(ANA, NOON) == NOON
        for name, start in (("a", NOON), ("b", NOON + second), ("c", NOON + 3 * second)):
            await tx.add_digest(make_digest(name, start), [], [])
        assert await tx.find_free_window(ANA, NOON) == NOON + 2 * second
        assert await tx.find_free_window(ANA, NOON - second) == NOON - second
        assert await tx.find_free_window(SubscriberId("desk"), NOON) == NOON

    in_transaction(store_url, scenario)


def test_an_alert_is_in_one_digest_only(store_url: str) -> None:
    async def freeze_twice(tx: Transaction) -> None:
        await raise_alert(tx, make_article("Harbour strike."))
        ids = await list_pending_ids(tx)
        await tx.add_digest(make_digest("d1", NOON), ids, [])
        await tx.add_digest(make_digest("d2", NOON + MINUTE), ids, [])

    with pytest.raises(StoreError, match="1 of its alerts are not pending"):
        in_transaction(store_url, freeze_twice)
    with pytest.raises(StoreError, match="not pending"):
        in_transaction(store_url, lambda tx: tx.add_digest(make_digest(), [AlertId(99)], []))
    assert in_transaction(store_url, lambda tx: tx.count_rows())["digests"] == 0


def test_two_composers_at_once_make_one_digest_of_one_alert(store_url: str) -> None:
    async def compose(database: Database, name: str) -> int:
        async with database.transaction() as tx:
            return len((await freeze(tx, name)).stories)

    async def scenario(one: Database) -> None:
        async with one.transaction() as tx:
            await raise_alert(tx, make_article("Harbour strike."))
        async with opened(store_url) as other:
            counts = await asyncio.gather(compose(one, "d1"), compose(other, "d2"))
        assert sorted(counts) == [0, 1]

    in_store(store_url, scenario)


@pytest.mark.postgres
def test_a_match_does_not_join_an_alert_that_is_being_composed(postgres_url: str) -> None:
    article = make_article("Harbour strike.")
    copy = make_article("Harbour strike.", source="gazette")

    async def join(database: Database, article: Article) -> None:
        async with database.transaction() as tx:
            await tx.add_matches([make_match(article)])
            await tx.add_alerts([(make_alert(story), make_match(article))])

    async def scenario(database: Database) -> None:
        async with database.transaction() as tx:
            await tx.list_pending_alerts(ANA, None)
            joining = asyncio.create_task(join(database, copy))
            await freeze(tx)
            assert not joining.done()
        await joining
        async with database.transaction() as tx:
            digest = await tx.find_digest(make_delivery(make_digest()).id)
            assert digest is not None
            assert [reason.match.article for told in digest.stories for reason in told.reasons] == [article.id]
            assert await tx.list_pending_alerts(ANA, None) == ()

    async def prepare(tx: Transaction) -> None:
        await raise_alert(tx, article)
        await store_story(tx, copy, story=story)

    story = make_alert(ArticleId(article.id)).story  # type: ignore[arg-type]
    in_transaction(postgres_url, prepare)
    in_store(postgres_url, scenario)
