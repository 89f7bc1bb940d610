"""Messages of every kind, made up, for trying templates before a real one comes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import (
    Article,
    ArticleId,
    Digest,
    DigestId,
    DigestStory,
    EmailAddress,
    EntryKey,
    Match,
    Mention,
    Notice,
    Proof,
    Reason,
    Rule,
    RuleId,
    Severity,
    SourceId,
    StoryId,
    Subscriber,
    SubscriberId,
)

READER = Subscriber(
    id=SubscriberId("sample"), addresses=(EmailAddress(address="sample@example.org"),), timezone=ZoneInfo("UTC")
)

_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
_TITLE = "The Orsa rises over its banks"
_BODY = "The Orsa flooded two villages in the night. Nobody was hurt."
_WORD = "flooded"


def list_samples() -> tuple[Digest, ...]:
    """A digest with all that one may hold, a single story, a test, an empty one with its proof, one of notices."""
    story = _create_story()
    corrected = replace(
        story, id=StoryId("2"), kind="correction", ordinal=1, change="the headline changed", section="Storms"
    )
    grown = replace(story, id=StoryId("3"), kind="update", ordinal=1, change="5 more sources", section="Storms")
    bare = replace(story, id=StoryId("4"), article=replace(story.article, title=None, url=None, language="ar"))
    many = replace(story, section="Floods", also_in=tuple(SourceId(f"source-{number}") for number in range(9)))
    crowded = replace(many, id=StoryId("5"), reasons=story.reasons * 9)
    empty = Digest(
        id=DigestId("sample"), subscriber=READER.id, window_start=_NOON - _DAY, composed_at=_NOON, stories=()
    )
    proof = Proof(since=_NOON - _DAY, until=_NOON, articles=4212, sources_answered=118, sources=120)
    notice = Notice(kind="source", subject="wire", text='source "wire" has not answered', since=_NOON - _DAY)
    windows = (_NOON - _DAY, _NOON)
    stories = (many, crowded, corrected, grown, bare)
    return (
        replace(empty, stories=stories, omitted=2, quieted=1, capped=1, windows=windows),
        replace(empty, stories=(story,)),
        replace(empty, stories=(bare,), test=True),
        replace(empty, windows=windows, proof=proof),
        replace(empty, notices=(notice,)),
        empty,
    )


def _create_story() -> DigestStory:
    article = Article(
        id=ArticleId("1"),
        source=SourceId("gazette"),
        key=EntryKey("1"),
        url="https://gazette.example.org/orsa",
        title=_TITLE,
        body=_BODY,
        language="en",
        published=_NOON - _DAY,
        published_precision="second",
        fetched_at=_NOON,
        fingerprint="1:sample",
    )
    start = _BODY.index(_WORD)
    mention = Mention(clause="match", field="body", start=start, end=start + len(_WORD), text=_WORD, term="flood*")
    rule = Rule(id=RuleId("river-floods"), version="1", title="Floods on the Orsa", why="The desk covers the river.")
    match = Match(rule=rule.id, version=rule.version, article=article.id, severity=Severity.HIGH, mentions=(mention,))
    return DigestStory(id=StoryId("1"), article=article, reasons=(Reason(rule=rule, match=match),))
