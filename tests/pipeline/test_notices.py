"""What operators hear: each thing once while it lasts, through the same outbox."""

import json
from datetime import timedelta

from monitor.errors import DeliveryError, Problem
from monitor.model import Choices, Delivery, DisabledChannel, Now, RuleId, RuleState
from monitor.pipeline import compose_due, deliver_due, tell_operators
from tests.pipeline.stage import Stage, on_stage, polled, yerevan
from tests.route.values import ANA, BEN, make_route

DAY = timedelta(days=1)


async def hear(stage: Stage) -> list[tuple[str, str]]:
    """What the operators are told at this moment: the same for each of them."""
    digests = await tell_operators(stage.ports, stage.plan)
    await stage.tick()
    told = [[(notice.kind, notice.text) for notice in digest.notices] for digest in digests]
    assert all(each == told[0] for each in told)
    assert len(told) in (0, len(stage.plan.operators))
    return told[0] if told else []


def test_a_source_that_does_not_answer_for_a_day_is_told_once_until_it_answers_again(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        async def poll(**fields: object) -> None:
            await stage.within(lambda tx: tx.sync_sources(stage.plan.sources, stage.now))
            await stage.within(lambda tx: tx.save_poll_state(polled(stage.now, **fields)))

        alive = stage.now
        await poll(last_success_at=alive, failures=9, last_error="refused")
        assert await hear(stage) == []
        stage.now = alive + DAY
        text = 'source "wire" has not answered since 2026-03-02 08:00 UTC: refused'
        assert await hear(stage) == [("source", f'{text}; "monitor sources health wire" says more')]
        stage.now += DAY
        assert await hear(stage) == []
        await poll(last_success_at=stage.now, failures=0)
        assert await hear(stage) == []
        await poll(last_success_at=stage.now, failures=5, last_error="gone")
        stage.now += DAY
        assert [kind for kind, _ in await hear(stage)] == ["source"]
        assert len(stage.channels["email"].sent) == 4, "two messages to two operators"

    on_stage(store_url, scenario, now=yerevan(2, 12), operators=(ANA, BEN))


def test_a_rule_that_did_not_load_and_a_disabled_channel_come_in_one_message(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        broken = RuleState(rule=RuleId("storms"), version=None, problem="rules/a.yaml:3: unknown", since=stage.now)
        off = DisabledChannel(subscriber=BEN, channel="email", reason="550 no such user", since=stage.now)
        await stage.within(lambda tx: tx.save_rule_states([broken]))
        await stage.within(lambda tx: tx.disable_channel(off))
        advice = 'once that is mended, "monitor subscribers enable ben --channel email" uses it again'
        assert await hear(stage) == [
            ("rule", 'rule "storms" did not load (no version of it is live): rules/a.yaml:3: unknown'),
            ("channel", f'email of "ben" was disabled: 550 no such user; {advice}'),
        ]
        (delivery,) = stage.channels["email"].sent
        document = json.loads(delivery.payload)
        assert [notice["kind"] for notice in document["data"]["notices"]] == ["rule", "channel"]

    on_stage(store_url, scenario, now=yerevan(2, 12), operators=(ANA,))


def test_a_nearly_full_disk_is_told(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.free = 0.04
        assert await hear(stage) == [("disk", "the disk under the data is nearly full: 4% is free")]
        stage.free = 0.5
        assert await hear(stage) == []

    on_stage(store_url, scenario, now=yerevan(2, 12), operators=(ANA,))


def test_digests_that_have_been_empty_for_a_week_are_told_and_a_story_ends_that(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.run_until(yerevan(8, 12))
        assert await hear(stage) == []
        await stage.run_until(yerevan(9, 12))
        text = 'nothing has matched for "ben" since 2026-03-02: are its rules and routes right?'
        assert await hear(stage) == [("empty", text)]
        await stage.match("Flood")
        await stage.run_until(yerevan(11, 12))
        assert await hear(stage) == []
        assert await stage.within(lambda tx: tx.list_notices()) == ()

    on_stage(store_url, scenario, make_route(BEN), now=yerevan(2, 12), operators=(ANA,))


def test_without_operators_nothing_is_told_and_nothing_is_lost(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.free = 0.01
        assert await hear(stage) == []
        await stage.change(operators=(ANA,))
        assert [kind for kind, _ in await hear(stage)] == ["disk"]

    on_stage(store_url, scenario, now=yerevan(2, 12))


def test_a_channel_whose_address_is_gone_is_disabled_its_alerts_wait_and_operators_hear(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.channels["email"].refusal = DeliveryError("410 Gone", disables=True)
        await stage.match("Flood")
        await stage.tick()
        stage.channels["email"].refusal = None
        await stage.match("Storm")
        await stage.tick()
        assert [kind for kind, _ in await hear(stage)] == ["channel"]
        (told,) = stage.channels["email"].sent
        assert told.subscriber == BEN, "nothing goes to a disabled channel"
        await stage.within(lambda tx: tx.enable_channel(ANA, "email"))
        (digest,) = await stage.tick()
        assert [story.article.title for story in digest.stories] == ["Storm"]

    on_stage(store_url, scenario, make_route(ANA, send=Now()), now=yerevan(2, 12), operators=(BEN,))


def test_a_broken_template_is_told_while_it_is_broken(sqlite_file_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.broken_templates = (Problem("config/templates/digest.txt", 3, 0, "the template cannot be rendered: x"),)
        text = "config/templates/digest.txt:3: the template cannot be rendered: x; the shipped one is used instead"
        assert await hear(stage) == [("template", text)]
        assert await hear(stage) == []
        stage.broken_templates = ()
        await hear(stage)
        assert await stage.within(lambda tx: tx.list_notices()) == ()

    on_stage(sqlite_file_url, scenario, now=yerevan(2, 12), operators=(ANA,))


REFUSED = DeliveryError("the message was refused: 554 spam", permanent=True)


async def lose(stage: Stage, *titles: str) -> list[Delivery]:
    """Messages of one story each that the other side refuses for good; the newest first."""
    stage.channels["email"].refusal = REFUSED
    for title in titles:
        stage.now += timedelta(seconds=1)
        await stage.match(title)
        await stage.tick()
    stage.channels["email"].refusal = None
    return list(await stage.within(lambda tx: tx.list_deliveries(state="dead", limit=len(titles))))


def test_a_message_that_was_given_up_is_told_once_with_what_it_was_to_whom_and_how_to_send_it_again(
    store_url: str,
) -> None:
    async def scenario(stage: Stage) -> None:
        (lost,) = await lose(stage, "Flood")
        text = (
            'a message was given up: "Flood" to "ana" by email (the message was refused: 554 spam); '
            f'"monitor deliveries replay {lost.id[:12]}" sends it again'
        )
        assert await hear(stage) == [("delivery", text)]
        stage.now += DAY
        assert await hear(stage) == []
        assert await stage.within(lambda tx: tx.list_notices()) == ()

    on_stage(store_url, scenario, make_route(ANA, send=Now()), now=yerevan(2, 12), operators=(BEN,))


def test_what_is_given_up_within_an_hour_of_a_notice_is_one_notice_after_it(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await lose(stage, "Flood")
        assert len(await hear(stage)) == 1
        stage.now += timedelta(minutes=1)
        lost = await lose(stage, "Storm", "Quake", "Fire")
        assert await hear(stage) == []
        stage.now += timedelta(minutes=59)
        ((kind, text),) = await hear(stage)
        assert kind == "delivery"
        assert text.startswith('3 messages were given up: "Storm" to "ana" by email (')
        assert text.count('to "ana"') == 2
        assert "; and 1 more; " in text
        assert '"monitor deliveries list --state dead" names them' in text
        assert f'"monitor deliveries replay {lost[-1].id[:12]}" sends one again' in text

    on_stage(store_url, scenario, make_route(ANA, send=Now()), now=yerevan(2, 12), operators=(BEN,))


def test_a_notice_that_is_given_up_itself_makes_no_other(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.free = 0.01
        stage.channels["email"].refusal = REFUSED
        assert [kind for kind, _ in await hear(stage)] == ["disk"]
        stage.channels["email"].refusal = None
        assert len(await stage.within(lambda tx: tx.list_deliveries(state="dead"))) == 2
        stage.now += DAY
        assert await hear(stage) == []

    on_stage(store_url, scenario, now=yerevan(2, 12), operators=(ANA, BEN))


def test_what_was_replayed_dropped_or_is_wanted_no_more_is_not_told(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        (replayed,) = await lose(stage, "Flood")
        assert await stage.within(lambda tx: tx.replay_delivery(replayed.id, stage.now))
        await stage.match("Storm")
        await compose_due(stage.ports, stage.plan)
        waiting = await stage.within(lambda tx: tx.list_deliveries(state="pending"))
        for delivery in waiting:
            if delivery.id != replayed.id:
                assert await stage.within(lambda tx, delivery=delivery: tx.drop_delivery(delivery.id))
        await stage.match("Quake")
        await compose_due(stage.ports, stage.plan)
        gone = Choices(subscriber=ANA, unsubscribed_at=stage.now)
        await stage.within(lambda tx: tx.save_choices(gone))
        await deliver_due(stage.ports, stage.plan)
        assert len(await stage.within(lambda tx: tx.list_deliveries(state="dead"))) == 3
        assert await hear(stage) == []

    on_stage(store_url, scenario, make_route(ANA, send=Now()), now=yerevan(2, 12), operators=(BEN,))


def test_what_is_given_up_before_there_are_operators_is_told_to_the_first(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await lose(stage, "Flood", "Storm")
        assert await hear(stage) == []
        stage.now += DAY
        await stage.change(operators=(BEN,))
        assert [text[:24] for _, text in await hear(stage)] == ["2 messages were given up"]

    on_stage(store_url, scenario, make_route(ANA, send=Now()), now=yerevan(2, 12))
