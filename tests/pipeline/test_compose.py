"""Composing on both databases with a clock that the test moves: digests at their time, what is held, what is proved."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from structlog.testing import capture_logs

from monitor.model import Cap, Choices, Condition, Daily, Every, Now, Quiet, RuleId, Severity, Silence, Subscriber
from monitor.pipeline import compose_due, report_strangers
from monitor.ports import Transaction
from tests.pipeline.stage import Stage, on_stage, polled, titles, yerevan
from tests.route.values import ANA, BEN, MORNING, SUBSCRIBERS, make_route

AT_ONCE = Now(timedelta(minutes=2))
NIGHT = Quiet(start=time(22), end=time(7), unless=Severity.CRITICAL)
MINUTE = timedelta(minutes=1)


def with_quiet(quiet: Quiet | None = NIGHT, cap: int | None = None) -> list[Subscriber]:
    return [replace(SUBSCRIBERS[ANA], quiet=quiet, cap=Cap(per_hour=cap) if cap else None)]


def test_a_daily_digest_comes_once_at_its_time_with_all_that_waited(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood", "Storm")
        found = await stage.run_until(yerevan(4, 12))
        assert [(at, sorted(titles(digest))) for at, digest in found] == [(yerevan(3, 7, 30), ["Flood", "Storm"])]
        assert found[0][1].windows == (yerevan(3, 7, 30),)

    on_stage(store_url, scenario, make_route(ANA), now=yerevan(2, 12))


def test_a_host_that_slept_through_three_mornings_sends_one_digest_that_says_so(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        stage.now = yerevan(5, 10)
        (digest,) = await stage.tick()
        assert digest.windows == (yerevan(3, 7, 30), yerevan(4, 7, 30), yerevan(5, 7, 30))
        assert titles(digest) == ["Flood"]
        assert await stage.run_until(yerevan(6, 12)) == []

    on_stage(store_url, scenario, make_route(ANA), now=yerevan(2, 12))


def test_an_empty_digest_proves_that_it_is_empty_once_a_window(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        async def answered(tx: Transaction):
            await tx.sync_sources(stage.plan.sources, stage.now)
            await tx.save_poll_state(polled(stage.now, last_success_at=yerevan(3, 6)))

        await stage.within(answered)
        await stage.match("For nobody", rule="other")
        found = await stage.run_until(yerevan(4, 12))
        assert [at for at, _ in found] == [yerevan(3, 7, 30), yerevan(4, 7, 30)]
        first, second = (digest.proof for _, digest in found)
        assert first is not None
        assert second is not None
        assert (first.since, first.articles, first.sources_answered, first.sources) == (yerevan(2, 12), 0, 1, 1)
        assert (second.since, second.sources_answered) == (yerevan(3, 7, 30), 0)
        assert len(stage.channels["email"].sent) == 2

    route = make_route(ANA, when=Condition(rules=("storms",)), when_empty="proof")
    on_stage(store_url, scenario, route, now=yerevan(2, 12))


def test_a_host_that_slept_proves_an_empty_time_once(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.now = yerevan(5, 10)
        (digest,) = await stage.tick()
        assert digest.proof is not None
        assert digest.proof.since == yerevan(2, 12)
        assert len(digest.windows) == 3
        assert await stage.tick() == []

    on_stage(store_url, scenario, make_route(ANA, when_empty="proof"), now=yerevan(2, 12))


def test_a_clock_that_is_set_back_repeats_no_digest(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.run_until(yerevan(3, 8))
        stage.now = yerevan(3, 7)
        await stage.begin()
        assert await stage.run_until(yerevan(3, 12)) == []
        assert [at for at, _ in await stage.run_until(yerevan(4, 12))] == [yerevan(4, 7, 30)]

    on_stage(store_url, scenario, make_route(ANA, when_empty="proof"), now=yerevan(2, 12))


def test_what_quiet_hours_hold_back_comes_with_the_next_digest_which_says_how_many(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood", severity=Severity.HIGH)
        await stage.match("War", severity=Severity.CRITICAL)
        found = await stage.run_until(yerevan(3, 12))
        assert [(at, titles(digest)) for at, digest in found] == [
            (yerevan(2, 23, 2), ["War"]),
            (yerevan(3, 7, 30), ["Flood"]),
        ]
        assert [digest.quieted for _, digest in found] == [0, 1]

    urgent = make_route(ANA, when=Condition(severity=(Severity.HIGH, Severity.CRITICAL)), send=AT_ONCE)
    on_stage(store_url, scenario, urgent, make_route(ANA), now=yerevan(2, 23), subscribers=with_quiet())


def test_without_a_digest_quiet_hours_hold_until_their_end(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood", "Storm")
        ((at, digest),) = await stage.run_until(yerevan(3, 12))
        assert (at, digest.quieted) == (yerevan(3, 7), 2)

    on_stage(store_url, scenario, make_route(ANA, send=AT_ONCE), now=yerevan(2, 23), subscribers=with_quiet())


def test_a_message_that_was_late_is_not_sent_into_quiet_hours(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")  # due at 21:52, and nothing runs then
        stage.now = yerevan(2, 23)
        assert await stage.tick() == []
        ((at, digest),) = await stage.run_until(yerevan(3, 12))
        assert (at, digest.quieted) == (yerevan(3, 7), 1)

    on_stage(store_url, scenario, make_route(ANA, send=AT_ONCE), now=yerevan(2, 21, 50), subscribers=with_quiet())


def test_a_burst_within_the_hold_is_one_message(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        await stage.run_until(yerevan(2, 12, 1))
        await stage.match("Storm")
        found = await stage.run_until(yerevan(2, 13))
        assert [(at, sorted(titles(digest))) for at, digest in found] == [(yerevan(2, 12, 2), ["Flood", "Storm"])]

    on_stage(store_url, scenario, make_route(ANA, send=AT_ONCE), now=yerevan(2, 12))


@pytest.mark.parametrize("has_digest", [True, False])
def test_what_a_cap_holds_back_comes_later_in_one_message_that_says_how_many(store_url: str, has_digest: bool) -> None:
    async def scenario(stage: Stage) -> None:
        found = []
        for minute in range(5):
            stage.now = yerevan(2, 12, 10 * minute)
            await stage.match(f"Flood {minute}")
            found += await stage.run_until(stage.now + 5 * MINUTE)
        assert [at for at, _ in found] == [yerevan(2, 12, 2), yerevan(2, 12, 12)]
        ((at, digest),) = await stage.run_until(yerevan(3, 12))
        assert (digest.capped, len(digest.stories)) == (3, 3)
        assert at == (yerevan(2, 20) if has_digest else yerevan(2, 13, 2))

    routes = [make_route(ANA, send=AT_ONCE), *([make_route(ANA, send=Daily(time(20)))] if has_digest else [])]
    on_stage(store_url, scenario, *routes, now=yerevan(2, 12), subscribers=with_quiet(None, cap=2))


def test_two_routes_with_one_window_make_one_digest_with_sections(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood", "Tide", rule="rivers", severity=Severity.LOW)
        await stage.match("Storm", "Gale", rule="storms", severity=Severity.HIGH)
        ((_, digest),) = await stage.run_until(yerevan(3, 12))
        assert [(story.section, story.article.title) for story in digest.stories] == [
            ("rules storms", "Gale"),
            ("rules rivers", "Flood"),
            ("rules rivers", "Tide"),
        ]
        assert digest.omitted == 1

    rivers = make_route(ANA, when=Condition(rules=("rivers",)))
    storms = make_route(ANA, when=Condition(rules=("storms",)), max_stories=1)
    on_stage(store_url, scenario, rivers, storms, now=yerevan(2, 12))


def test_while_a_subscriber_pauses_everything_waits_and_then_comes_at_once(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.within(lambda tx: tx.save_choices(Choices(subscriber=ANA, paused_until=yerevan(5, 9))))
        await stage.match("Flood")
        stage.now = yerevan(3, 12)
        await stage.match("Storm")
        found = await stage.run_until(yerevan(6, 12))
        assert [(at, sorted(titles(digest))) for at, digest in found] == [(yerevan(5, 9), ["Flood", "Storm"])]

    on_stage(store_url, scenario, make_route(ANA), now=yerevan(2, 12))


def test_who_unsubscribes_gets_neither_what_waits_nor_what_is_in_the_outbox(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        stage.now = yerevan(2, 12, 3)
        await stage.match("Storm")

        async def leave(tx: Transaction):
            await tx.save_choices(Choices(subscriber=ANA, unsubscribed_at=stage.now))

        await stage.within(leave)
        assert await stage.run_until(yerevan(2, 13)) == []
        assert stage.channels["email"].sent == []

    on_stage(store_url, scenario, make_route(ANA, send=AT_ONCE), now=yerevan(2, 12))


def test_a_frozen_message_is_not_sent_to_somebody_who_has_left_since(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        stage.now = yerevan(2, 12, 3)
        await compose_due(stage.ports, stage.plan)
        await stage.within(lambda tx: tx.save_choices(Choices(subscriber=ANA, unsubscribed_at=stage.now)))
        await stage.tick()
        (delivery,) = await stage.within(lambda tx: tx.list_deliveries())
        (attempt,) = await stage.within(lambda tx: tx.list_attempts(delivery.id))
        assert (delivery.state, attempt.error) == ("dead", "the subscriber has unsubscribed")
        assert stage.channels["email"].sent == []

    on_stage(store_url, scenario, make_route(ANA, send=AT_ONCE), now=yerevan(2, 12))


def test_a_muted_rule_takes_away_its_matches_and_leaves_the_others(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood", rule="rivers")
        await stage.match("Storm")
        await stage.within(lambda tx: tx.add_mute(ANA, "rule", RuleId("rivers"), stage.now))
        await stage.match("Tide", rule="rivers")
        ((_, digest),) = await stage.run_until(yerevan(3, 12))
        assert titles(digest) == ["Storm"]

    on_stage(store_url, scenario, make_route(ANA), now=yerevan(2, 12))


def test_what_is_silenced_while_it_waits_is_left_out_and_does_not_come_back(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood", rule="rivers")
        silence = Silence(id="", rule="riv*", until=yerevan(3, 9), reason="works")
        kept = await stage.within(lambda tx: tx.add_silence(silence))
        assert await stage.run_until(yerevan(3, 8)) == []
        await stage.within(lambda tx: tx.end_silence(kept.id, stage.now))
        await stage.match("Tide", rule="rivers")
        ((_, digest),) = await stage.run_until(yerevan(4, 12))
        assert titles(digest) == ["Tide"]

    on_stage(store_url, scenario, make_route(ANA), now=yerevan(2, 12))


def test_a_subscribers_own_pace_makes_everything_wait_for_its_windows(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.within(lambda tx: tx.save_choices(Choices(subscriber=ANA, pace=Daily(time(18)))))
        await stage.begin()
        await stage.match("Flood", severity=Severity.CRITICAL)
        await stage.match("Storm", severity=Severity.LOW)
        found = await stage.run_until(yerevan(4, 12))
        assert [(at, titles(digest)) for at, digest in found] == [
            (yerevan(2, 18), ["Flood"]),
            (yerevan(3, 18), ["Storm"]),
        ]

    critical = make_route(ANA, when=Condition(severity=(Severity.CRITICAL,)), send=AT_ONCE)
    on_stage(store_url, scenario, critical, make_route(ANA), now=yerevan(2, 12))


def test_a_story_comes_once_at_the_faster_pace_of_two_routes(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        found = await stage.run_until(yerevan(4, 12))
        assert [at for at, _ in found] == [yerevan(2, 18)]

    routes = [make_route(ANA, go_on=True), make_route(ANA, send=Every(6))]
    on_stage(store_url, scenario, *routes, now=yerevan(2, 12))


def test_one_subscribers_digest_is_not_anothers(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        found = await stage.run_until(yerevan(3, 12))
        assert {digest.subscriber: at for at, digest in found} == {ANA: yerevan(3, 7, 30), BEN: yerevan(3, 11, 30)}

    on_stage(store_url, scenario, make_route(ANA, BEN, send=MORNING), now=yerevan(2, 12))


def test_alerts_of_somebody_who_is_no_longer_configured_are_named_when_that_changes_and_not_at_each_tick(
    sqlite_file_url: str,
) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        with capture_logs() as logs:
            await stage.within(lambda tx: report_strangers(tx, stage.plan, stage.now))
            stage.plan = replace(stage.plan, subscribers={})
            stage.now += timedelta(days=3)
            for _ in range(3):
                await stage.tick()
            assert logs == []
            await stage.within(lambda tx: report_strangers(tx, stage.plan, stage.now))
        assert [(line["event"], line["subscriber"]) for line in logs] == [
            ("alerts wait for a subscriber who is no longer configured", ANA)
        ]

    on_stage(sqlite_file_url, scenario, make_route(ANA), now=yerevan(2, 12))
