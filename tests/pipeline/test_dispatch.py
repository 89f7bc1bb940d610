"""The outbox at work: leases that end, destinations that take only so much, messages that are dropped or disabled."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import StoreError
from monitor.model import Address, Delivery, Digest, EmailAddress, Now, SlackWebhook, Subscriber, SubscriberId
from monitor.pipeline import compose_due, deliver_due
from monitor.ports import Receipt
from monitor.route.buckets import rate_of
from tests.pipeline.stage import KeepingChannel, Stage, on_stage, yerevan
from tests.route.values import ANA, SUBSCRIBERS, make_route

SECOND = timedelta(seconds=1)
AT_ONCE = make_route(ANA, send=Now())
HOOK = "https://hooks.example.org/services/1"


def reader_of(name: str, url: str = HOOK) -> Subscriber:
    return replace(SUBSCRIBERS[ANA], id=SubscriberId(name), addresses=(SlackWebhook(url=url),))


def test_a_slack_channel_gets_a_message_a_second_whoever_it_is_for(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        slack = stage.channels["slack"] = KeepingChannel("slack")
        await stage.match("Flood")
        sent: list[int] = []
        await compose_due(stage.ports, stage.plan)
        for second in range(4):
            before = len(slack.sent)
            await deliver_due(stage.ports, stage.plan)
            sent += [second] * len(slack.sent[before:])
            stage.now += SECOND
        assert sent == [0, 0, 1, 2], "another address is another destination"
        assert all(delivery.attempts == 0 for delivery in slack.sent), "waiting is no attempt"

    readers = [reader_of("a"), reader_of("b"), reader_of("c"), reader_of("d", f"{HOOK}/2")]
    route = make_route(*(reader.id for reader in readers), send=Now())
    on_stage(store_url, scenario, route, now=yerevan(2, 12), subscribers=readers)


@dataclass
class SleepyChannel(KeepingChannel):
    """Its first send takes so long that something else happens meanwhile."""

    meanwhile: Any = None
    begun: list[Delivery] = field(default_factory=list)

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        self.begun.append(delivery)
        if len(self.begun) == 1:
            await self.meanwhile()
        return await super().send(delivery, address)


def test_a_lease_that_is_overrun_repeats_with_the_same_id_and_only_one_outcome_counts(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        async def another_worker() -> None:
            stage.now += timedelta(minutes=4)
            await deliver_due(stage.ports, stage.plan)

        channel = stage.channels["email"] = SleepyChannel(meanwhile=another_worker)
        await stage.match("Flood")
        await stage.tick()
        first, second = channel.sent
        assert (first.id, first.payload) == (second.id, second.payload)
        (delivery,) = await stage.within(lambda tx: tx.list_deliveries())
        assert (delivery.state, delivery.attempts) == ("sent", 1)
        assert len(await stage.within(lambda tx: tx.list_attempts(delivery.id))) == 2, "both tries are kept"

    on_stage(store_url, scenario, AT_ONCE, now=yerevan(2, 12))


def test_a_worker_that_slept_between_claiming_and_sending_does_not_send(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        def sleep_after_claiming(point: str) -> None:
            if point == "deliveries claimed":
                stage.now += timedelta(minutes=4)

        await stage.match("Flood")
        await compose_due(stage.ports, stage.plan)
        assert await deliver_due(replace(stage.ports, reached=sleep_after_claiming), stage.plan) == ()
        assert stage.channels["email"].sent == []
        await stage.tick()
        assert len(stage.channels["email"].sent) == 1

    on_stage(store_url, scenario, AT_ONCE, now=yerevan(2, 12))


def on_stage_with_three_readers(url: str, scenario: Callable[[Stage], Awaitable[None]]) -> None:
    """Each with a Slack channel of their own."""
    readers = [reader_of(name, f"{HOOK}/{name}") for name in "abc"]
    route = make_route(*(reader.id for reader in readers), send=Now())
    on_stage(url, scenario, route, now=yerevan(2, 12), subscribers=readers)


@dataclass
class WaitingChannel(KeepingChannel):
    """Keeps the first message waiting until it is let go."""

    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, delivery: Delivery, address: Address) -> Receipt:
        receipt = await super().send(delivery, address)
        if len(self.sent) == 1:
            await self.go.wait()
        return receipt


def states_of(deliveries: Sequence[Delivery]) -> dict[str, str]:
    return {delivery.subscriber: delivery.state for delivery in deliveries}


async def until_sent(stage: Stage, count: int) -> dict[str, str]:
    """The states of all deliveries, as soon as so many are marked as sent."""
    while True:
        states = states_of(await stage.within(lambda tx: tx.list_deliveries()))
        if list(states.values()).count("sent") == count:
            return states


def test_a_message_is_marked_although_one_beside_it_is_still_on_its_way(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        channel = stage.channels["slack"] = WaitingChannel("slack")
        await stage.match("Flood")
        await compose_due(stage.ports, stage.plan)
        async with asyncio.TaskGroup() as group:
            group.create_task(deliver_due(stage.ports, stage.plan))
            states = await until_sent(stage, 2)
            assert states.pop(channel.sent[0].subscriber) == "pending"
            channel.go.set()
        assert set((await until_sent(stage, 3)).values()) == {"sent"}

    on_stage_with_three_readers(store_url, scenario)


def test_what_was_accepted_is_marked_when_the_service_stops_and_the_rest_is_sent_later(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        channel = stage.channels["slack"] = WaitingChannel("slack")
        await stage.match("Flood")
        await compose_due(stage.ports, stage.plan)
        delivering = asyncio.create_task(deliver_due(stage.ports, stage.plan))
        while len(channel.sent) < 3:
            await asyncio.sleep(0)
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
        states = states_of(await stage.within(lambda tx: tx.list_deliveries()))
        assert states.pop(channel.sent[0].subscriber) == "pending"
        assert set(states.values()) == {"sent"}

    on_stage_with_three_readers(store_url, scenario)


def test_marks_that_the_store_does_not_take_are_made_with_the_next_ones(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        channel = stage.channels["slack"] = WaitingChannel("slack")
        marked: list[str] = []

        def fail_once(point: str) -> None:
            if point == "marking delivery":
                marked.append(point)
                if len(marked) == 1:
                    channel.go.set()
                    raise StoreError("the disk is full")

        await stage.match("Flood")
        await compose_due(stage.ports, stage.plan)
        assert len(await deliver_due(replace(stage.ports, reached=fail_once), stage.plan)) == 3
        assert len(channel.sent) == 3
        assert set((await until_sent(stage, 3)).values()) == {"sent"}

    on_stage_with_three_readers(store_url, scenario)


class RewordedChannel(KeepingChannel):
    """Renders otherwise than before."""

    def render(self, digest: Digest, subscriber: Subscriber, thread: str | None = None) -> bytes:
        return b"other words"


def test_a_retry_is_byte_equal_even_when_the_words_around_it_have_changed(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        email = stage.channels["email"]
        await stage.match("Flood")
        await stage.tick()
        (delivery,) = email.sent
        await stage.within(lambda tx: tx.replay_delivery(delivery.id, stage.now))
        stage.channels["email"] = rewritten = RewordedChannel(sent=email.sent)
        await stage.tick()
        assert rewritten.sent[1].payload == delivery.payload
        assert rewritten.sent[1].id == delivery.id

    on_stage(store_url, scenario, AT_ONCE, now=yerevan(2, 12))


def test_the_latency_of_an_urgent_message_is_told(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.match("Flood")
        stage.now += 90 * SECOND
        await compose_due(stage.ports, stage.plan)
        (sent,) = await deliver_due(stage.ports, stage.plan)
        assert sent.latency == 90 * SECOND

    on_stage(store_url, scenario, AT_ONCE, now=yerevan(2, 12))


def test_mail_goes_to_its_server_no_faster_than_the_operator_says(store_url: str) -> None:
    async def scenario(stage: Stage) -> None:
        email = stage.channels["email"]
        await stage.match("Flood")
        await compose_due(stage.ports, stage.plan)
        sent: list[int] = []
        for second in range(4):
            before = len(email.sent)
            await deliver_due(stage.ports, stage.plan)
            sent += [second] * len(email.sent[before:])
            stage.now += SECOND
        assert sent == [0, 0, 1, 1, 2], "whoever it is for"

    readers = [
        replace(SUBSCRIBERS[ANA], id=SubscriberId(name), addresses=(EmailAddress(address=f"{name}@example.org"),))
        for name in "abcde"
    ]
    route = make_route(*(reader.id for reader in readers), send=Now())
    on_stage(store_url, scenario, route, now=yerevan(2, 12), subscribers=readers, rates={"email": rate_of(2, SECOND)})
