"""A message that says it is a test, by each channel of a subscriber, outside the outbox: the answer is wanted now."""

from datetime import datetime

from monitor.errors import DeliveryError
from monitor.model import (
    Address,
    Article,
    ArticleId,
    Digest,
    DigestStory,
    EntryKey,
    Match,
    Mention,
    Reason,
    Rule,
    RuleId,
    Severity,
    SourceId,
    StoryId,
    Subscriber,
)
from monitor.pipeline.plan import Ports, Sent
from monitor.route.digest import create_deliveries, digest_id_of
from monitor.text.fingerprint import fingerprint_of

_TITLE = "This is a test of your alerts"
_BODY = (
    "Nothing has happened: an operator asked for this test message to see whether it reaches you. "
    "In a real alert the sentence that matched stands here, with the words that were found marked."
)
_FOUND = ("test message", "words that were found")


async def send_trial(ports: Ports, subscriber: Subscriber) -> tuple[Sent, ...]:
    """One try by each channel, one after the other; a refusal is an outcome, not an exception."""
    digest = _compose_trial(subscriber, ports.clock())
    return tuple([await _send(ports, subscriber, digest, address) for address in subscriber.addresses])


async def _send(ports: Ports, subscriber: Subscriber, digest: Digest, address: Address) -> Sent:
    channel = ports.channels[address.kind]
    payloads = {address.kind: channel.render(digest, subscriber)}
    (delivery,) = create_deliveries(digest, payloads, digest.composed_at)
    error = None
    try:
        await channel.send(delivery, address)
    except DeliveryError as refusal:
        error = str(refusal)
    return Sent(delivery=delivery.id, subscriber=subscriber.id, channel=address.kind, error=error)


def _compose_trial(subscriber: Subscriber, now: datetime) -> Digest:
    article = Article(
        id=ArticleId("test"),
        source=SourceId("media-monitor"),
        key=EntryKey("test"),
        title=_TITLE,
        body=_BODY,
        language="en",
        published=now,
        published_precision="second",
        fetched_at=now,
        fingerprint=fingerprint_of(_TITLE, None, _BODY),
    )
    rule = Rule(id=RuleId("test"), version="test", title="Test of the delivery", severity=Severity.INFO)
    match = Match(
        rule=rule.id,
        version=rule.version,
        article=article.id,
        severity=rule.severity,
        mentions=tuple(_mention(words) for words in _FOUND),
    )
    story = DigestStory(id=StoryId(article.id), article=article, reasons=(Reason(rule=rule, match=match),))
    return Digest(
        id=digest_id_of(subscriber.id, now),
        subscriber=subscriber.id,
        window_start=now,
        composed_at=now,
        stories=(story,),
        test=True,
    )


def _mention(words: str) -> Mention:
    start = _BODY.index(words)
    return Mention(clause="match", field="body", start=start, end=start + len(words), text=words, term=words)
