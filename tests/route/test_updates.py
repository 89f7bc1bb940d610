"""What is told of known stories: corrections, many more sources, and to whom neither."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import (
    Alert,
    Choices,
    Difference,
    DigestStory,
    Match,
    Now,
    Reason,
    RuleId,
    SourceId,
    StoryChange,
    Updates,
)
from monitor.ports import Told
from monitor.route.routes import Audience
from monitor.route.updates import list_wanting, route_updates
from tests.builders import NOON
from tests.route.values import ANA, BEN, MORNING, SUBSCRIBERS, make_candidate, make_route

HOUR = timedelta(hours=1)
EVERYTHING = Updates(corrections=True, more_sources=2)
CANDIDATE = make_candidate(story="flood")
STORY = DigestStory(
    id=CANDIDATE.story,
    article=CANDIDATE.article,
    reasons=(Reason(rule=CANDIDATE.rule, match=CANDIDATE.match),),
)
TOLD = Told(subscriber=ANA, story=STORY, told_at=NOON - HOUR, sources=frozenset({SourceId("wire")}))
TITLE = Difference(field="title", before="Ten hurt", after="Two hurt")
BODY = Difference(field="body", before="ten", after="two")


def make_change(kind: Any = "correction", ordinal: int = 1, **fields: Any) -> StoryChange:
    fields.setdefault("sources", (SourceId("wire"),))
    relation = "version" if kind == "correction" else "copy"
    return StoryChange(
        story=STORY.id, kind=kind, ordinal=ordinal, article=CANDIDATE.article, relation=relation, **fields
    )


def raise_for(
    change: StoryChange, update: Updates | None = EVERYTHING, told: Told = TOLD, **audience: Any
) -> list[tuple[Alert, Match]]:
    routes = [make_route(ANA, BEN, send=audience.pop("send", Now()), update=update)]
    return list(route_updates([change], [told], Audience(routes, SUBSCRIBERS, **audience), {}, NOON))


def test_a_correction_is_an_alert_of_its_own_that_says_what_changed() -> None:
    ((alert, match),) = raise_for(make_change(ordinal=3, differences=(TITLE, BODY)))
    assert (alert.subscriber, alert.story, alert.kind, alert.ordinal) == (ANA, "flood", "correction", 3)
    assert alert.change == 'wire corrected it; the headline was "Ten hurt"; changed: text'
    assert (alert.due_at, alert.pace, match) == (NOON, "now", CANDIDATE.match)


def test_a_story_that_many_more_run_is_told_once_more() -> None:
    sources = tuple(SourceId(name) for name in ("wire", "daily", "evening"))
    ((alert, _),) = raise_for(make_change("update", 2, sources=sources))
    assert (alert.kind, alert.ordinal) == ("update", 1)
    assert alert.change == "2 more sources run it: daily, evening"
    ((later, _),) = raise_for(make_change("update", 9, sources=(*sources, SourceId("night"))))
    assert (later.kind, later.ordinal) == ("update", 1), "the same alert: it is not raised a second time"


@pytest.mark.parametrize(
    ("change", "update"),
    [
        (make_change(), None),
        (make_change(), Updates(more_sources=2)),
        (make_change("update", 1, sources=(SourceId("wire"), SourceId("daily"))), EVERYTHING),
        (make_change("update", 5, sources=tuple(map(SourceId, "abcdef"))), Updates(corrections=True)),
        (make_change("new", 0), EVERYTHING),
    ],
)
def test_what_nobody_asked_for_is_not_told(change: StoryChange, update: Updates | None) -> None:
    assert raise_for(change, update) == []


def test_two_messages_about_one_story_keep_their_distance() -> None:
    ((alert, _),) = raise_for(make_change(), Updates(corrections=True, min_gap=3 * HOUR))
    assert alert.due_at == NOON + 2 * HOUR


def test_an_update_by_a_planned_route_waits_for_its_window() -> None:
    ((alert, _),) = raise_for(make_change(), send=MORNING)
    assert (alert.pace, alert.due_at.astimezone(SUBSCRIBERS[ANA].timezone).hour) == ("daily 07:30", 7)


@pytest.mark.parametrize(
    "chosen",
    [Choices(subscriber=ANA, unsubscribed_at=NOON), Choices(subscriber=ANA, muted_rules=frozenset({RuleId("storms")}))],
)
def test_who_does_not_want_the_story_any_more_hears_no_update(chosen: Choices) -> None:
    assert raise_for(make_change(), choices={ANA: chosen}) == []


def test_the_match_of_the_corrected_article_stands_behind_the_correction() -> None:
    copy = make_candidate(story="flood", key="copy", source="daily")
    story = replace(STORY, reasons=(*STORY.reasons, Reason(rule=copy.rule, match=copy.match)))
    change = replace(make_change(), article=copy.article)
    ((_, match),) = raise_for(change, told=replace(TOLD, story=story))
    assert match == copy.match


def test_only_those_are_asked_about_whom_a_route_with_updates_names() -> None:
    routes = [make_route(ANA), make_route(BEN, update=EVERYTHING), make_route(BEN, update=EVERYTHING)]
    assert list_wanting(Audience(routes, SUBSCRIBERS)) == (BEN,)
