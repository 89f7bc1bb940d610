"""Values that the tests of routing share: say only what the test is about."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import (
    Alert,
    AlertId,
    Condition,
    Daily,
    DigestStory,
    EmailAddress,
    Match,
    Mention,
    Reason,
    Route,
    Rule,
    RuleId,
    Severity,
    Source,
    SourceId,
    StoryId,
    Subscriber,
    SubscriberId,
)
from monitor.ports import PendingAlert
from monitor.route.routes import Candidate
from tests.builders import NOON, make_article

ANA, BEN = SubscriberId("ana"), SubscriberId("ben")
SUBSCRIBERS = {
    ANA: Subscriber(id=ANA, addresses=(EmailAddress(address="ana@example.org"),), timezone=ZoneInfo("Asia/Yerevan")),
    BEN: Subscriber(id=BEN, addresses=(EmailAddress(address="ben@example.org"),), timezone=ZoneInfo("Europe/London")),
}
MORNING = Daily(time(7, 30))


def make_route(*to: SubscriberId, when: Condition | None = None, **fields: Any) -> Route:
    return Route(when=when or Condition(), to=to, send=fields.pop("send", MORNING), **fields)


def make_mention(**fields: Any) -> Mention:
    defaults: dict[str, Any] = {
        "clause": "match",
        "field": "body",
        "start": 2,
        "end": 6,
        "text": "body",
        "term": "body",
    }
    return Mention(**defaults | fields)


def make_candidate(*, rule: str = "storms", story: str = "story", **fields: Any) -> Candidate:
    """A match of a rule; further fields are of the rule, the source (`source_…`), the article or the match."""
    source = Source(
        id=SourceId(fields.pop("source", "wire")),
        kind="feed",
        address="https://example.org/feed",
        tags=fields.pop("source_tags", ()),
        tier=fields.pop("tier", None),
        language=fields.pop("source_language", None),
    )
    article = make_article(
        fields.pop("body", "A body."),
        key=fields.pop("key", story),
        source=source.id,
        language=fields.pop("language", "en"),
    )
    severity = fields.pop("severity", Severity.MEDIUM)
    mentions = fields.pop("mentions", (make_mention(),))
    match = Match(rule=RuleId(rule), version="1", article=article.id, severity=severity, mentions=mentions)
    described = Rule(id=RuleId(rule), version="1", title=rule.capitalize(), severity=severity, **fields)
    return Candidate(article=article, story=StoryId(story), match=match, rule=described, source=source)


def make_pending(number: int, story: str, *, due_at: datetime = NOON, **fields: Any) -> PendingAlert:
    """A due alert; further fields as in make_candidate, and of the alert (`kind`, `max_stories`)."""
    kind, max_stories = fields.pop("kind", "new"), fields.pop("max_stories", None)
    also_in = fields.pop("also_in", ())
    candidate = make_candidate(story=story, **fields)
    reason = Reason(rule=candidate.rule, match=candidate.match)
    alert = Alert(
        subscriber=ANA, story=candidate.story, kind=kind, due_at=due_at, pace="daily 07:30", max_stories=max_stories
    )
    digest_story = DigestStory(id=candidate.story, article=candidate.article, reasons=(reason,), also_in=also_in)
    return PendingAlert(id=AlertId(number), alert=alert, story=digest_story)
