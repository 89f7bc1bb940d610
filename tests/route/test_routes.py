from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Alert, Condition, Every, Match, Now, Severity, SubscriberId
from monitor.route.routes import Audience, Candidate, fits, route_matches
from monitor.route.windows import due_at
from tests.builders import NOON
from tests.route.values import ANA, BEN, MORNING, SUBSCRIBERS, make_candidate, make_mention, make_route

AT_ONCE = Now()
CRITICAL = Condition(severity=(Severity.CRITICAL,))


def route(candidates: list[Candidate], *routes: Any) -> tuple[tuple[Alert, Match], ...]:
    return route_matches(candidates, Audience(routes, SUBSCRIBERS), NOON)


def paces(pairs: tuple[tuple[Alert, Match], ...]) -> list[tuple[str, str]]:
    return [(alert.subscriber, alert.pace) for alert, _ in pairs]


def test_an_alert_says_whom_which_story_when_and_at_what_pace() -> None:
    candidate = make_candidate(story="flood")
    pairs = route([candidate], make_route(ANA, max_stories=25))
    due = due_at(MORNING, SUBSCRIBERS[ANA].timezone, NOON)
    expected = Alert(
        subscriber=ANA, story=candidate.story, due_at=due, pace="daily 07:30", max_stories=25, section="everything"
    )
    assert pairs == ((expected, candidate.match),)
    assert (expected.kind, expected.ordinal) == ("new", 0)


def test_each_subscriber_is_due_by_the_clock_of_their_own_zone() -> None:
    (ana, _), (ben, _) = route([make_candidate()], make_route(ANA, BEN))
    assert ben.due_at - ana.due_at == timedelta(hours=4)


def test_the_first_fitting_route_of_a_subscriber_wins() -> None:
    pairs = route([make_candidate()], make_route(ANA), make_route(ANA, send=AT_ONCE))
    assert paces(pairs) == [("ana", "daily 07:30")]


def test_a_route_that_does_not_fit_leaves_the_word_to_the_next() -> None:
    pairs = route([make_candidate()], make_route(ANA, when=CRITICAL, send=AT_ONCE), make_route(ANA))
    assert paces(pairs) == [("ana", "daily 07:30")]


def test_a_route_of_one_subscriber_never_ends_the_alerts_of_another() -> None:
    pairs = route([make_candidate()], make_route(ANA), make_route(BEN, ANA, send=AT_ONCE))
    assert paces(pairs) == [("ana", "daily 07:30"), ("ben", "now")]


@pytest.mark.parametrize("first_is_faster", [True, False])
def test_a_route_that_goes_on_gives_one_alert_at_the_faster_pace(first_is_faster: bool) -> None:
    sends = (AT_ONCE, MORNING) if first_is_faster else (MORNING, AT_ONCE)
    routes = [make_route(ANA, send=send, go_on=True) for send in sends]
    assert paces(route([make_candidate()], *routes)) == [("ana", "now")]


def test_a_route_that_goes_on_stops_at_the_first_that_does_not() -> None:
    pairs = route(
        [make_candidate()], make_route(ANA, go_on=True), make_route(ANA, send=Every(6)), make_route(ANA, send=AT_ONCE)
    )
    assert paces(pairs) == [("ana", "every 6 hours")]


def test_two_matches_of_one_story_are_one_alert_at_the_faster_pace_with_both_matches() -> None:
    calm, urgent = make_candidate(rule="calm"), make_candidate(rule="urgent", severity=Severity.CRITICAL)
    pairs = route([calm, urgent], make_route(ANA, when=CRITICAL, send=AT_ONCE), make_route(ANA))
    assert [match.rule for _, match in pairs] == ["calm", "urgent"]
    assert {(alert.pace, alert.due_at) for alert, _ in pairs} == {("now", NOON)}


def test_copies_of_one_story_are_one_alert() -> None:
    copies = [make_candidate(story="flood", key=key) for key in ("first", "second")]
    pairs = route(copies, make_route(ANA))
    assert len({alert for alert, _ in pairs}) == 1
    assert [match.article for _, match in pairs] == ["wire/first", "wire/second"]


def test_of_two_routes_that_are_due_together_the_first_gives_its_limit() -> None:
    ((alert, _),) = route(
        [make_candidate()], make_route(ANA, max_stories=3, go_on=True), make_route(ANA, max_stories=9)
    )
    assert alert.max_stories == 3


@pytest.mark.parametrize("status", ["draft", "off"])
def test_a_rule_that_is_not_live_alerts_nobody(status: str) -> None:
    assert route([make_candidate(status=status)], make_route(ANA)) == ()


def test_a_subscriber_whom_nobody_configured_does_not_stop_the_others() -> None:
    assert paces(route([make_candidate()], make_route(SubscriberId("ghost"), BEN))) == [("ben", "daily 07:30")]


def test_without_routes_or_matches_nothing_follows() -> None:
    assert route([make_candidate()]) == ()
    assert route([], make_route(ANA)) == ()


@pytest.mark.parametrize(
    ("asked", "given_fields", "fitting"),
    [
        ({}, {}, True),
        ({"rules": ("storm*",)}, {}, True),
        ({"rules": ("floods", "st?rms")}, {}, True),
        ({"rules": ("storm",)}, {}, False),
        ({"rules": ("Storms",)}, {}, False),
        ({"severity": (Severity.LOW, Severity.MEDIUM)}, {}, True),
        ({"severity": (Severity.HIGH,)}, {}, False),
        ({"tags": ("weather", "sport")}, {"tags": ("sea", "weather")}, True),
        ({"tags": ("weather",)}, {}, False),
        ({"tags": ("weather",)}, {"source_tags": ("weather",)}, False),
        ({"source": ("wir*",)}, {}, True),
        ({"source": ("wire",)}, {"source": "wire-2"}, False),
        ({"source": ("*[!",)}, {}, False),
        ({"source_tags": ("world",)}, {"source_tags": ("world",)}, True),
        ({"source_tags": ("world",)}, {"tags": ("world",)}, False),
        ({"language": ("ru", "en")}, {}, True),
        ({"language": ("ru",)}, {}, False),
        ({"language": ("pt",)}, {"language": "pt-BR"}, True),
        ({"language": ("pt-BR",)}, {"language": "pt"}, False),
        ({"language": ("en",)}, {"language": None}, True),
        ({"language": ("hy",)}, {"language": None, "source_language": "hy"}, True),
        ({"language": ("hy",)}, {"language": "en", "source_language": "hy"}, False),
        ({"tier": (1, 2)}, {"tier": 2}, True),
        ({"tier": (1, 2)}, {"tier": 3}, False),
        ({"tier": (1,)}, {}, False),
        ({"actor": ("armenia",)}, {"mentions": (make_mention(), make_mention(actor="armenia"))}, True),
        ({"actor": ("armenia",)}, {}, False),
        ({"actor": ("armenia",)}, {"mentions": ()}, False),
        ({"rules": ("storms",), "tier": (1,)}, {"tier": 2}, False),
        ({"rules": ("storms",), "tier": (1,)}, {"tier": 1}, True),
    ],
)
def test_a_condition_fits_when_each_of_its_parts_does(
    asked: dict[str, Any], given_fields: dict[str, Any], fitting: bool
) -> None:
    assert fits(Condition(**asked), make_candidate(**given_fields)) is fitting


SEVERITIES = st.sampled_from(list(Severity))
ROUTES = st.builds(
    make_route,
    st.sampled_from([ANA, BEN]),
    when=st.builds(Condition, severity=st.lists(SEVERITIES, max_size=2).map(tuple)),
    send=st.sampled_from([AT_ONCE, Every(6), MORNING]),
    go_on=st.booleans(),
)
CANDIDATES = st.builds(
    make_candidate,
    rule=st.sampled_from(["storms", "floods"]),
    story=st.sampled_from(["one", "two"]),
    key=st.sampled_from(["a", "b"]),
    severity=SEVERITIES,
)


@given(st.lists(CANDIDATES, max_size=6), st.lists(ROUTES, max_size=5))
def test_a_subscriber_has_one_alert_for_a_story_and_each_match_stands_behind_it_once(
    candidates: list[Candidate], routes: list[Any]
) -> None:
    pairs = route(candidates, *routes)
    alerts = {alert for alert, _ in pairs}
    assert len({(alert.subscriber, alert.story) for alert in alerts}) == len(alerts)
    assert len({(alert.subscriber, alert.story, match.rule, match.article) for alert, match in pairs}) == len(pairs)


@given(st.lists(CANDIDATES, max_size=6), st.lists(ROUTES, max_size=5))
def test_routes_of_others_change_nothing_for_a_subscriber(candidates: list[Candidate], routes: list[Any]) -> None:
    of_ana = [pair for pair in route(candidates, *routes) if pair[0].subscriber == ANA]
    alone = route(candidates, *(each for each in routes if each.to == (ANA,)))
    assert tuple(of_ana) == alone


@given(st.lists(CANDIDATES, max_size=6), st.lists(ROUTES, max_size=5))
def test_the_order_of_matches_does_not_change_who_is_told_when(candidates: list[Candidate], routes: list[Any]) -> None:
    def dues(pairs: tuple[tuple[Alert, Match], ...]) -> set[tuple[Any, ...]]:
        return {(alert.subscriber, alert.story, alert.due_at) for alert, _ in pairs}

    assert dues(route(candidates, *routes)) == dues(route(candidates[::-1], *routes))
