"""Every store: what subscribers chose, silences, windows, notices, buckets, deferred and dropped alerts, forgetting."""

from datetime import time, timedelta

import pytest

from monitor.model import (
    AlertId,
    Bucket,
    Choices,
    Daily,
    DeliveryId,
    DigestId,
    DigestStory,
    DigestWindow,
    DisabledChannel,
    Every,
    Notice,
    Pace,
    Quiet,
    Reason,
    RelevanceMark,
    RuleId,
    Severity,
    Silence,
    StoryId,
    SubscriberId,
)
from monitor.ports import Transaction
from tests.builders import NOON, make_article
from tests.contract.stores import (
    ANA,
    MINUTE,
    claim_due,
    finish,
    in_transaction,
    list_pending_ids,
    make_attempt,
    make_delivery,
    make_digest,
    make_match,
    make_rule,
    raise_alert,
    store_story,
)

BEN = SubscriberId("ben")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("pace", "quiet"),
    [
        (None, Quiet(start=time(22), end=time(7))),
        (Every(6), None),
        (Daily(time(18), frozenset({0, 4})), Quiet(start=time(1), end=time(2), unless=Severity.HIGH)),
    ],
)
def test_choices_come_back_as_they_were_saved(store_url: str, pace: Pace | None, quiet: Quiet | None) -> None:
    async def scenario(tx: Transaction) -> None:
        chosen = Choices(subscriber=ANA, unsubscribed_at=NOON, paused_until=NOON + HOUR, pace=pace, quiet=quiet)
        await tx.save_choices(Choices(subscriber=ANA))
        await tx.save_choices(chosen)
        assert await tx.find_choices(ANA) == chosen
        assert await tx.list_choices() == {ANA: chosen}
        assert await tx.find_choices(BEN) == Choices(subscriber=BEN)

    in_transaction(store_url, scenario)


def test_mutes_are_kept_once_and_can_be_taken_back(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        for _ in range(2):
            await tx.add_mute(ANA, "rule", "ports", NOON)
        await tx.add_mute(ANA, "story", "wire/a", NOON)
        chosen = (await tx.list_choices([ANA, BEN]))[ANA]
        assert (chosen.muted_rules, chosen.muted_stories) == ({RuleId("ports")}, {StoryId("wire/a")})
        assert await tx.remove_mute(ANA, "rule", "ports")
        assert not await tx.remove_mute(ANA, "rule", "ports")
        assert (await tx.find_choices(ANA)).muted_rules == frozenset()

    in_transaction(store_url, scenario)


def test_a_newer_mark_of_relevance_replaces_the_older(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        mark = RelevanceMark(
            subscriber=ANA, story=StoryId("wire/a"), rule=RuleId("ports"), relevant=True, marked_at=NOON
        )
        newer = RelevanceMark(
            subscriber=ANA, story=StoryId("wire/a"), rule=RuleId("ports"), relevant=False, marked_at=NOON + HOUR
        )
        await tx.save_mark(mark)
        await tx.save_mark(newer)
        assert await tx.list_marks() == await tx.list_marks(ANA) == (newer,)
        assert await tx.list_marks(BEN) == ()

    in_transaction(store_url, scenario)


def test_silences_are_numbered_listed_while_in_force_and_ended_once(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        silence = Silence(id="", rule="karabakh-*", source="wire", until=NOON + HOUR, reason="elections")
        first = await tx.add_silence(silence)
        second = await tx.add_silence(Silence(id="", story=StoryId("wire/a"), until=NOON + 2 * HOUR, reason="told"))
        assert (first.id, second.id) == ("1", "2")
        assert await tx.list_silences(NOON) == (first, second)
        assert await tx.list_silences(NOON + HOUR) == (second,)
        assert await tx.end_silence("2", NOON + MINUTE)
        assert not await tx.end_silence("2", NOON + MINUTE)
        assert not await tx.end_silence("config/x.yaml:3", NOON)
        assert not await tx.end_silence("9" * 30, NOON), "more than any database counts to"
        assert not await tx.end_silence("1", NOON + HOUR), "it has ended by itself"
        assert [each.ended_at for each in await tx.list_silences()] == [None, NOON + MINUTE]
        assert await tx.list_silences(NOON + MINUTE) == (first,)

    in_transaction(store_url, scenario)


def make_window(pace: str = "daily 07:30 UTC", subscriber: SubscriberId = ANA, hours: int = 1) -> DigestWindow:
    return DigestWindow(subscriber=subscriber, pace=pace, begun_at=NOON, last_at=NOON, next_at=NOON + hours * HOUR)


def test_windows_follow_the_configuration_and_keep_how_far_they_have_got(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.sync_windows([make_window(), make_window("hourly UTC"), make_window(subscriber=BEN, hours=3)])
        moved = make_window(hours=1)
        await tx.save_windows([moved])
        later = make_window(hours=2)
        await tx.sync_windows([later, make_window(subscriber=BEN, hours=2)])
        assert await tx.list_windows(ANA) == (moved,), "one that is due stays due"
        assert await tx.list_windows(BEN) == (make_window(subscriber=BEN, hours=2),), "one too far ahead is mended"
        assert await tx.list_due_windows(NOON) == ()
        assert await tx.list_due_windows(NOON + HOUR) == (ANA,)
        assert await tx.list_due_windows(NOON + 3 * HOUR) == (ANA, BEN)
        await tx.sync_windows([], ANA)
        assert await tx.list_windows() == (make_window(subscriber=BEN, hours=2),), "those of another stay"

    in_transaction(store_url, scenario)


def make_notice(subject: str = "wire", since_hours: int = 0) -> Notice:
    return Notice(kind="source", subject=subject, text=f"{subject} is dead", since=NOON + since_hours * HOUR)


def test_a_notice_is_one_while_it_lasts_and_another_when_it_comes_again(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        first = make_notice()
        rule = Notice(kind="rule", subject="ports", text="broken", since=NOON)
        await tx.sync_notices([first, rule], ["source", "rule"], NOON)
        await tx.mark_notices_told([first], NOON)
        await tx.sync_notices([make_notice(since_hours=1)], ["source"], NOON)
        assert await tx.list_notices() == (first, rule), "the same thing still lasts; other kinds were not examined"
        assert await tx.list_notices(untold=True) == (rule,)
        await tx.sync_notices([], ["source", "rule"], NOON + HOUR)
        assert await tx.list_notices() == ()
        again = make_notice(since_hours=5)
        await tx.sync_notices([again], ["source"], NOON + 5 * HOUR)
        assert await tx.list_notices(untold=True) == (again,)

    in_transaction(store_url, scenario)


def test_a_channel_is_disabled_with_its_first_reason_until_it_is_enabled(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        off = DisabledChannel(subscriber=ANA, channel="slack", reason="410 Gone", since=NOON)
        await tx.disable_channel(off)
        await tx.disable_channel(DisabledChannel(subscriber=ANA, channel="slack", reason="404", since=NOON + HOUR))
        assert await tx.list_disabled_channels() == (off,)
        assert await tx.enable_channel(ANA, "slack")
        assert not await tx.enable_channel(ANA, "slack")
        assert await tx.list_disabled_channels() == ()

    in_transaction(store_url, scenario)


def test_buckets_come_back_as_they_were_saved(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.save_buckets({"a": Bucket(0.25, NOON), "b": Bucket(3.0, NOON)})
        await tx.save_buckets({"a": Bucket(0.5, NOON + MINUTE)})
        assert await tx.find_buckets(["a", "c"]) == {"a": Bucket(0.5, NOON + MINUTE)}
        await tx.save_buckets({})
        assert await tx.find_buckets([]) == {}

    in_transaction(store_url, scenario)


def test_a_deferred_alert_waits_with_the_reason_and_a_faster_match_takes_the_reason_away(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        alert = await raise_alert(tx, article, pace="now")
        (identifier,) = await list_pending_ids(tx)
        await tx.defer_alerts([identifier], NOON + HOUR, "quiet")
        assert await tx.list_pending_alerts(ANA, NOON) == ()
        (pending,) = await tx.list_pending_alerts(ANA, None)
        assert (pending.alert.held, pending.alert.due_at, pending.alert.is_immediate) == ("quiet", NOON + HOUR, False)
        await tx.add_alerts([(alert, make_match(article))])
        (pending,) = await tx.list_pending_alerts(ANA, NOON)
        assert (pending.alert.held, pending.alert.is_immediate) == (None, True)

    in_transaction(store_url, scenario)


def test_a_dropped_alert_is_not_raised_again(store_url: str) -> None:
    article = make_article("Harbour strike.")

    async def scenario(tx: Transaction) -> None:
        alert = await raise_alert(tx, article)
        await tx.drop_alerts(await list_pending_ids(tx), "silenced")
        await tx.add_alerts([(alert, make_match(article))])
        assert await tx.list_pending_alerts(ANA, None) == ()
        assert (await tx.count_rows())["alerts"] == 1, "and it is not lost either"

    in_transaction(store_url, scenario)


async def tell(tx: Transaction, body: str, *sources: str, name: str = "d1", at: timedelta = timedelta(0)) -> StoryId:
    """Ana is told of a story in a digest, run by these sources."""
    article = make_article(body, source=sources[0])
    others = [make_article(body, source=source, fingerprint=article.fingerprint) for source in sources[1:]]
    match = make_match(article)
    await store_story(tx, article, *others)
    await raise_alert(tx, article, match)
    (pending,) = await tx.list_pending_alerts(ANA, None)
    story = DigestStory(
        id=StoryId(article.id),
        article=article,
        reasons=(Reason(rule=make_rule("ports"), match=match),),
        also_in=pending.story.also_in,
    )
    digest = make_digest(name, NOON + at, stories=(story,), composed_at=NOON + at)
    await tx.add_digest(digest, [pending.id], [make_delivery(digest)])
    return StoryId(article.id)


def test_who_has_been_told_is_known_with_the_moment_and_the_sources(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        story = await tell(tx, "Harbour strike.", "wire", "daily")
        (told,) = await tx.list_told([story, StoryId("other")], [ANA, BEN])
        assert (told.subscriber, told.story.id, told.told_at) == (ANA, story, NOON)
        assert told.sources == {"wire", "daily"}
        assert await tx.list_told([story], [BEN]) == ()
        assert await tx.list_told([], [ANA]) == ()

    in_transaction(store_url, scenario)


def test_alerts_of_a_merged_story_become_those_of_the_story_it_is_part_of(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        part = await tell(tx, "Harbour strike.", "wire")
        article = make_article("The harbour is on strike.", source="daily")
        whole = await store_story(tx, article)
        await tx.adopt_alerts({part: whole})
        await tx.save_rules([make_rule("ports")], NOON)
        await tx.add_matches([make_match(article)])
        alert = await raise_alert(tx, article)
        assert alert.story == whole
        assert await tx.list_pending_alerts(ANA, None) == (), "nobody hears of one story again because it was two"

    in_transaction(store_url, scenario)


def test_messages_that_went_at_once_are_told_from_planned_ones(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tx.add_digest(make_digest("d1", NOON, composed_at=NOON), [], [])
        await tx.add_digest(make_digest("d2", NOON + HOUR, composed_at=NOON + HOUR, windows=(NOON,)), [], [])
        await tx.add_digest(make_digest("d3", NOON + MINUTE, composed_at=NOON + MINUTE), [], [])
        assert await tx.list_immediate(ANA, NOON - MINUTE) == (NOON, NOON + MINUTE)
        assert await tx.list_immediate(ANA, NOON) == (NOON + MINUTE,)
        assert await tx.has_digest(ANA, NOON)
        assert not await tx.has_digest(BEN, NOON)
        assert await tx.list_last_told() == {}, "none of them had a story"

    in_transaction(store_url, scenario)


def test_a_claim_that_is_put_back_is_due_later_and_counts_no_try(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        digest = make_digest()
        await tx.add_digest(digest, [], [make_delivery(digest)])
        (claim,) = await claim_due(tx)
        await tx.put_back(claim, NOON + HOUR)
        assert await claim_due(tx, NOON + MINUTE) == ()
        (again,) = await claim_due(tx, NOON + HOUR)
        assert again.delivery.attempts == 0

    in_transaction(store_url, scenario)


def test_a_dropped_delivery_is_dead_even_for_a_worker_that_holds_it(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        digest = make_digest()
        delivery = make_delivery(digest)
        await tx.add_digest(digest, [], [delivery])
        (claim,) = await claim_due(tx)
        assert await tx.drop_delivery(delivery.id)
        assert not await tx.drop_delivery(delivery.id)
        assert not await tx.drop_delivery(DeliveryId("none"))
        failed = make_delivery(digest, attempts=1, next_attempt_at=NOON + HOUR)
        assert not await finish(tx, claim, make_attempt(delivery, error="451"), failed)
        found = await tx.find_delivery(delivery.id)
        assert found is not None
        assert found.state == "dead"
        assert await tx.replay_delivery(delivery.id, NOON)

    in_transaction(store_url, scenario)


def test_forgetting_a_person_leaves_nothing_of_them_and_everything_of_the_others(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        await tell(tx, "Harbour strike.", "wire")
        article = make_article("A storm.")
        await raise_alert(tx, article, due_at=NOON + HOUR)
        await raise_alert(tx, article, subscriber=BEN)
        (claim,) = await claim_due(tx)
        await finish(tx, claim, make_attempt(claim.delivery, error="no"), claim.delivery)
        for subscriber in (ANA, BEN):
            await tx.save_choices(Choices(subscriber=subscriber, paused_until=NOON))
            await tx.add_mute(subscriber, "rule", "ports", NOON)
            await tx.save_windows([make_window(subscriber=subscriber)])
        erased = await tx.forget_subscriber(ANA)
        assert erased == {
            "deliveries": 1,
            "alerts": 2,
            "digests": 1,
            "choices": 1,
            "mutes": 1,
            "relevance_marks": 0,
            "digest_windows": 1,
            "disabled_channels": 0,
            "bounces": 0,
        }
        assert set((await tx.forget_subscriber(ANA)).values()) == {0}
        assert await tx.list_pending_alerts(ANA, None) == ()
        assert len(await tx.list_pending_alerts(BEN, None)) == 1
        assert list(await tx.list_choices()) == [BEN]
        assert [window.subscriber for window in await tx.list_windows()] == [BEN]

    in_transaction(store_url, scenario)


def test_an_alert_with_a_match_behind_it_stands(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        article = make_article("Harbour strike.")
        await raise_alert(tx, article)
        await tx.drop_groundless(ANA)
        assert await list_pending_ids(tx) == [AlertId(1)]

    in_transaction(store_url, scenario)


def test_the_digests_of_a_subscriber_come_newest_first_and_to_nobody_else(store_url: str) -> None:
    async def scenario(tx: Transaction) -> None:
        for number in range(3):
            at = NOON + number * HOUR
            await tx.add_digest(make_digest(f"d{number}", at, composed_at=at), [], [])
        await tx.add_digest(make_digest("of-ben", subscriber=BEN), [], [])
        assert [digest.id for digest in await tx.list_digests(ANA, limit=2)] == ["d2", "d1"]
        asked = [DigestId("d0"), DigestId("of-ben"), DigestId("none")]
        assert [digest.id for digest in await tx.list_digests(ANA, ids=asked)] == ["d0"]
        assert await tx.list_digests(SubscriberId("zoe")) == ()

    in_transaction(store_url, scenario)


def test_the_digests_that_told_of_a_story_are_found_also_once_it_is_part_of_another(store_url: str) -> None:
    first, second = make_article("The river rose.", key="1"), make_article("A dam burst.", key="2")

    async def scenario(tx: Transaction) -> None:
        for number, article in enumerate((first, second)):
            at = NOON + number * HOUR
            await raise_alert(tx, article, due_at=at)
            (pending,) = await tx.list_pending_alerts(ANA, at)
            story = pending.story
            await tx.add_digest(make_digest(f"d{number}", at, composed_at=at, stories=(story,)), [pending.id], [])
        part, whole = StoryId(first.id), StoryId(second.id)
        assert [digest.id for digest in await tx.list_digests_telling(ANA, part)] == ["d0"]
        await tx.merge_stories({part: whole}, NOON)
        assert [digest.id for digest in await tx.list_digests_telling(ANA, part, limit=5)] == ["d1", "d0"]
        assert [digest.id for digest in await tx.list_digests_telling(ANA, whole, limit=5)] == ["d1"]
        assert await tx.list_digests_telling(BEN, whole) == ()

    in_transaction(store_url, scenario)
