"""How a source fares, as an operator is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.health import judge_source
from monitor.model import PollState, Source, SourceId
from monitor.ports import SourceCounts
from tests.builders import NOON

WIRE = Source(id=SourceId("wire"), kind="feed", address="https://example.org/feed")
POLLED = PollState(
    source=WIRE.id, next_poll_at=NOON, last_polled_at=NOON, last_success_at=NOON, last_new_at=NOON - timedelta(hours=1)
)
# One article every six hours.
STEADY = SourceCounts(
    source=WIRE.id, articles=9, copies=3, first_at=NOON - timedelta(hours=49), last_at=NOON - timedelta(hours=1)
)


def test_what_an_operator_must_act_on_is_told() -> None:
    state = replace(
        POLLED,
        moved_to="https://new.example.org/feed",
        moves=2,
        guid_fault="changing",
        parked_until=NOON + timedelta(hours=1),
        rhythm=timedelta(hours=5),
    )
    health = judge_source(WIRE, state, STEADY, NOON, unread_pages=4)
    assert (health.moved_to, health.is_adopted) == ("https://new.example.org/feed", False)
    assert judge_source(WIRE, replace(state, moves=3), None, NOON).is_adopted
    assert (health.guid_fault, health.unread_pages, health.usual_gap) == ("changing", 4, timedelta(hours=5))
    assert health.parked_until == NOON + timedelta(hours=1)
    assert judge_source(WIRE, state, None, NOON + timedelta(hours=2)).parked_until is None
    gone = judge_source(WIRE, replace(state, gone_at=NOON, failures=1), None, NOON)
    assert (gone.condition, gone.gone_since, gone.waits_until) == ("gone", NOON, None)


def test_the_usual_gap_and_the_share_of_copies_are_told() -> None:
    health = judge_source(WIRE, POLLED, STEADY, NOON)

    assert (health.condition, health.usual_gap, health.silent_for) == ("ok", timedelta(hours=6), timedelta(hours=1))
    assert health.copies == pytest.approx(1 / 3)


@pytest.mark.parametrize(("days", "condition"), [(3, "ok"), (5, "quiet")])
def test_a_source_that_answers_and_brings_nothing_for_much_longer_than_usual_is_quiet(
    days: int, condition: str
) -> None:
    state = replace(POLLED, rhythm=timedelta(hours=6), last_new_at=NOON - timedelta(days=days))

    assert judge_source(WIRE, state, STEADY, NOON).condition == condition


def test_the_backlog_of_a_first_poll_makes_no_rhythm() -> None:
    assert judge_source(WIRE, POLLED, replace(STEADY, first_at=STEADY.last_at), NOON).usual_gap is None
    assert judge_source(WIRE, POLLED, replace(STEADY, articles=4), NOON).usual_gap is None


def test_a_failing_source_says_what_went_wrong_and_until_when_it_is_left_alone() -> None:
    until = NOON + timedelta(hours=2)
    state = replace(POLLED, failures=3, last_error="answered 503 Service Unavailable", next_poll_at=until)
    health = judge_source(WIRE, state, STEADY, NOON)

    assert (health.condition, health.failures, health.waits_until) == ("failing", 3, until)
    assert health.last_error == "answered 503 Service Unavailable"


def test_a_source_may_be_new_or_paused() -> None:
    assert judge_source(WIRE, None, None, NOON).condition == "new"
    assert judge_source(replace(WIRE, paused=True), POLLED, STEADY, NOON).condition == "paused"
