from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Attempt, ChannelKind, Delivery, DeliveryId, DigestId
from monitor.route.retry import RETRY_DELAYS, after_attempt
from tests.builders import NOON
from tests.route.values import ANA

CHANNELS: tuple[ChannelKind, ...] = get_args(ChannelKind)
JITTERS = st.floats(0, 1, exclude_max=True)
DAY = timedelta(days=1)


def make_delivery(channel: ChannelKind = "webhook") -> Delivery:
    return Delivery(
        id=DeliveryId("d"),
        digest=DigestId("g"),
        subscriber=ANA,
        channel=channel,
        payload=b"frozen",
        created_at=NOON,
        next_attempt_at=NOON,
    )


ACCEPTED = Attempt(delivery=DeliveryId("d"), number=1, at=NOON, answer="250 ok")
REFUSED = replace(ACCEPTED, answer=None, error="503")
GONE = replace(REFUSED, error="410", permanent=True)


def fail(delivery: Delivery, *, jitter: float = 0.0) -> Delivery:
    """The next attempt, at its time, is refused."""
    assert delivery.next_attempt_at is not None
    return after_attempt(delivery, replace(REFUSED, at=delivery.next_attempt_at), jitter=jitter)


def fail_until_dead(delivery: Delivery, *, jitter: float = 0.0) -> list[Delivery]:
    states = [delivery]
    while states[-1].state == "pending":
        states.append(fail(states[-1], jitter=jitter))
    return states


def test_an_accepted_delivery_is_sent() -> None:
    sent = after_attempt(make_delivery(), ACCEPTED, jitter=0.5)
    assert (sent.state, sent.sent_at, sent.next_attempt_at, sent.attempts) == ("sent", NOON, None, 1)
    assert (sent.id, sent.payload) == ("d", b"frozen")


def test_a_delivery_refused_for_good_is_dead_at_once() -> None:
    dead = after_attempt(make_delivery(), GONE, jitter=0.5)
    assert (dead.state, dead.sent_at, dead.next_attempt_at, dead.attempts) == ("dead", None, None, 1)


def test_a_webhook_is_retried_on_the_schedule_of_standard_webhooks() -> None:
    *waits, dead = fail_until_dead(make_delivery("webhook"))
    times = [each.next_attempt_at for each in waits if each.next_attempt_at]
    hours = [(later - earlier) / timedelta(hours=1) for earlier, later in pairwise(times)]
    assert hours == pytest.approx([5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24])
    assert (times[0], dead.attempts, dead.state) == (NOON, 10, "dead")


def test_mail_is_retried_within_minutes_and_for_about_five_days() -> None:
    delivery = make_delivery("email")
    first, *_, last, dead = fail_until_dead(delivery)[1:]
    assert first.next_attempt_at == NOON + timedelta(minutes=1)
    assert last.next_attempt_at is not None
    assert 4 * DAY < last.next_attempt_at - NOON < 5.5 * DAY
    assert dead.next_attempt_at is None


def test_every_channel_has_a_schedule_that_slows_down() -> None:
    assert set(RETRY_DELAYS) == set(CHANNELS)
    for delays in RETRY_DELAYS.values():
        assert list(delays) == sorted(delays)
        assert timedelta(0) < delays[0] <= timedelta(minutes=1)


@given(st.sampled_from(CHANNELS), JITTERS)
def test_each_try_comes_later_than_the_one_before_and_the_tries_end(channel: ChannelKind, jitter: float) -> None:
    *waits, dead = fail_until_dead(make_delivery(channel), jitter=jitter)
    times = [each.next_attempt_at for each in waits if each.next_attempt_at]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(gaps)
    assert min(gaps) > timedelta(0)
    assert (dead.state, dead.attempts) == ("dead", len(waits))


@given(JITTERS)
def test_jitter_lengthens_a_wait_by_less_than_a_fifth(jitter: float) -> None:
    once = fail(make_delivery())
    plain, jittered = fail(once), fail(once, jitter=jitter)
    assert plain.next_attempt_at
    assert jittered.next_attempt_at
    assert timedelta(0) <= jittered.next_attempt_at - plain.next_attempt_at <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(seconds=1), timedelta(seconds=5)),
        (timedelta(hours=-3), timedelta(seconds=5)),
        (timedelta(days=400), timedelta(days=1)),
    ],
)
def test_the_peers_retry_after_is_a_lower_bound_up_to_a_day(retry_after: timedelta, wait: timedelta) -> None:
    delivery = after_attempt(make_delivery(), replace(REFUSED, retry_after=NOON + retry_after), jitter=0)
    assert delivery.next_attempt_at == NOON + wait


def test_a_dead_delivery_stays_dead_when_a_late_attempt_fails_and_is_sent_when_it_was_accepted() -> None:
    dead = after_attempt(make_delivery(), GONE, jitter=0)
    assert after_attempt(dead, REFUSED, jitter=0).state == "dead"
    assert after_attempt(dead, ACCEPTED, jitter=0).state == "sent"


ATTEMPTS = st.builds(
    Attempt,
    delivery=st.just(DeliveryId("d")),
    number=st.integers(1, 20),
    at=st.integers(0, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    error=st.none() | st.just("refused"),
    permanent=st.booleans(),
    retry_after=st.none() | st.integers(-10, 10_000).map(lambda minutes: NOON + timedelta(minutes=minutes)),
)


@given(st.sampled_from(CHANNELS), st.lists(ATTEMPTS, max_size=20), JITTERS)
def test_a_sent_delivery_never_goes_back_and_only_a_pending_one_has_a_next_attempt(
    channel: ChannelKind, attempts: Sequence[Attempt], jitter: float
) -> None:
    delivery = make_delivery(channel)
    for attempt in attempts:
        after = after_attempt(delivery, attempt, jitter=jitter)
        assert delivery.state != "sent" or after == delivery
        assert delivery.state != "dead" or after.state != "pending"
        assert (after.next_attempt_at is not None) == (after.state == "pending")
        assert (after.sent_at is not None) == (after.state == "sent")
        assert after.next_attempt_at is None or after.next_attempt_at > attempt.at
        assert (after.id, after.payload, after.created_at) == (delivery.id, delivery.payload, delivery.created_at)
        delivery = after
