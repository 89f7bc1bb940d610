from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import ChannelKind, DigestId, Every, Now, Pace, Severity
from monitor.ports import PendingAlert
from monitor.route.digest import compose_digest, create_deliveries, delivery_id_of, digest_id_of
from monitor.route.windows import due_at
from tests.builders import NOON
from tests.route.values import ANA, BEN, MORNING, make_mention, make_pending

YEREVAN = ZoneInfo("Asia/Yerevan")
LATER = NOON + timedelta(seconds=3)


def compose(*pending: PendingAlert) -> tuple[list[str], int]:
    digest = compose_digest(ANA, pending, window_start=NOON, now=LATER)
    return [story.id for story in digest.stories], digest.omitted


def test_a_digest_says_whose_it_is_and_of_which_window() -> None:
    digest = compose_digest(ANA, [make_pending(1, "flood")], window_start=NOON, now=LATER)
    assert (digest.subscriber, digest.window_start, digest.composed_at) == (ANA, NOON, LATER)
    assert digest.id == digest_id_of(ANA, NOON)
    assert not digest.test


def test_an_empty_digest_can_be_composed() -> None:
    assert compose() == ([], 0)


def test_the_most_severe_story_comes_first() -> None:
    severities = (Severity.LOW, Severity.CRITICAL, Severity.INFO, Severity.HIGH)
    pending = [make_pending(number, each.value, severity=each) for number, each in enumerate(severities)]
    assert compose(*pending) == (["critical", "high", "low", "info"], 0)


def test_of_equal_severity_the_story_in_which_more_clauses_found_more_comes_first() -> None:
    one = make_mention(clause="match.all[0]")
    again = make_mention(clause="match.all[0]", start=9, end=13)
    other = make_mention(clause="match.all[1]")
    order, _ = compose(
        make_pending(1, "one", mentions=(one,)),
        make_pending(2, "twice", mentions=(one, again)),
        make_pending(3, "both", mentions=(one, other)),
    )
    assert order == ["both", "twice", "one"]


def test_the_order_of_alerts_does_not_change_the_digest() -> None:
    pending = [make_pending(number, f"story {number}") for number in range(5)]
    assert compose(*pending) == compose(*reversed(pending))


def test_alerts_of_one_story_are_one_story_with_all_its_reasons() -> None:
    digest = compose_digest(
        ANA,
        [
            make_pending(1, "flood", key="a", rule="storms"),
            make_pending(2, "flood", key="a", rule="storms", kind="update"),
            make_pending(
                3, "flood", key="b", rule="storms", source="daily", also_in=("wire", "evening"), kind="correction"
            ),
        ],
        window_start=NOON,
        now=LATER,
    )
    (story,) = digest.stories
    assert (story.article.key, story.kind) == ("b", "new"), "told as it stands after its correction"
    assert [reason.match.article for reason in story.reasons] == ["wire/a", "daily/b"]
    assert story.also_in == ("wire", "evening")


def test_stories_beyond_the_limit_of_their_route_are_counted() -> None:
    severities = (Severity.LOW, Severity.CRITICAL, Severity.HIGH)
    pending = [make_pending(number, each.value, severity=each, max_stories=2) for number, each in enumerate(severities)]
    assert compose(*pending) == (["critical", "high"], 1)


def test_the_largest_of_several_limits_counts() -> None:
    pending = [make_pending(number, f"story {number}", max_stories=number) for number in (1, 2, 3)]
    assert compose(*pending)[1] == 0


def test_a_story_of_a_route_without_a_limit_always_stands() -> None:
    limited = [make_pending(number, f"limited {number}", severity=Severity.HIGH, max_stories=2) for number in range(4)]
    free = [make_pending(number + 10, f"free {number}", severity=Severity.LOW) for number in range(3)]
    order, omitted = compose(*limited, *free)
    assert [each.partition(" ")[0] for each in order] == ["limited"] * 2 + ["free"] * 3
    assert omitted == 2


def test_a_story_that_came_by_a_limited_and_an_unlimited_route_has_no_limit() -> None:
    both = [make_pending(1, "flood", max_stories=1), make_pending(2, "flood", kind="update")]
    louder = make_pending(3, "storm", severity=Severity.CRITICAL, max_stories=1)
    assert compose(*both, louder) == (["storm", "flood"], 0)


@given(
    st.lists(
        st.builds(
            make_pending,
            st.integers(1, 1000),
            st.sampled_from(["flood", "storm", "vote", "strike"]),
            rule=st.sampled_from(["storms", "votes"]),
            severity=st.sampled_from(list(Severity)),
            max_stories=st.none() | st.integers(1, 3),
        )
    )
)
def test_every_story_is_told_or_counted(pending: list[PendingAlert]) -> None:
    told, omitted = compose(*pending)
    stories = {each.story.id for each in pending}
    assert len(told) + omitted == len(stories)
    assert len(set(told)) == len(told)
    assert set(told) >= {each.story.id for each in pending if each.alert.max_stories is None}


PACES = st.sampled_from([Now(), Now(timedelta(minutes=2)), Every(1), Every(6), MORNING])
ARRIVALS = st.lists(st.tuples(st.integers(0, 5_000), PACES), max_size=30)


@given(ARRIVALS, st.lists(st.integers(0, 12_000), max_size=20))
def test_an_alert_lands_in_exactly_one_digest_whenever_the_clock_ticks(
    arrivals: list[tuple[int, Pace]], ticks: list[int]
) -> None:
    waiting = {
        number: make_pending(number, f"story {number}", due_at=due_at(pace, YEREVAN, _minute(arrival)))
        for number, (arrival, pace) in enumerate(arrivals)
    }
    told: list[str] = []
    for now in [_minute(tick) for tick in sorted(ticks)] + [_minute(20_000)]:
        due = [each for each in waiting.values() if each.alert.due_at <= now]
        digest = compose_digest(ANA, due, window_start=now, now=now)
        told += [story.id for story in digest.stories]
        waiting = {number: each for number, each in waiting.items() if each not in due}
    assert sorted(told) == sorted(f"story {number}" for number in range(len(arrivals)))


def _minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def test_a_digest_becomes_one_delivery_for_each_channel_due_at_once() -> None:
    digest = compose_digest(ANA, [make_pending(1, "flood")], window_start=NOON, now=LATER)
    payloads: dict[ChannelKind, bytes] = {"email": b"mail", "webhook": b"{}"}
    deliveries = create_deliveries(digest, payloads, LATER)
    assert [(each.channel, each.payload) for each in deliveries] == [("email", b"mail"), ("webhook", b"{}")]
    assert {(each.state, each.attempts, each.next_attempt_at, each.created_at) for each in deliveries} == {
        ("pending", 0, LATER, LATER)
    }
    assert {(each.subscriber, each.digest) for each in deliveries} == {(ANA, digest.id)}
    assert create_deliveries(digest, {}, LATER) == ()


def test_composing_again_gives_the_same_ids() -> None:
    first, again = (
        create_deliveries(compose_digest(ANA, [], window_start=window, now=now), {"email": b""}, now)
        for window, now in ((NOON, NOON), (NOON.astimezone(YEREVAN), LATER))
    )
    assert [each.id for each in first] == [each.id for each in again]


def test_ids_stay_what_they_are_from_version_to_version() -> None:
    assert digest_id_of(ANA, NOON) == "75ff601ac3f07064de48d34fae77d054"
    assert delivery_id_of(ANA, "email", DigestId("d")) == "f4e5f84f44855528b826c5d3287ff6ca"


def test_another_subscriber_window_or_channel_gives_another_id() -> None:
    assert len({digest_id_of(ANA, NOON), digest_id_of(BEN, NOON), digest_id_of(ANA, LATER)}) == 3
    digest = DigestId("d")
    assert (
        len(
            {
                delivery_id_of(ANA, "email", digest),
                delivery_id_of(ANA, "slack", digest),
                delivery_id_of(BEN, "email", digest),
            }
        )
        == 3
    )


@pytest.mark.parametrize("name", ["", "ana\n", "анна", "a" * 5000])
def test_any_name_gives_a_short_plain_id(name: str) -> None:
    identity = digest_id_of(type(ANA)(name), NOON)
    assert len(identity) == 32
    assert identity.isalnum()
