"""What goes together: the pending alerts of a window become one digest, and that one delivery per channel.

Both get their id from their natural key, so that composing or sending again after a crash cannot make a second one.

It does not decide which alerts are due (monitor.route.windows), nor how a digest looks (monitor.render).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import accumulate

from monitor.model import (
    AlertKind,
    Article,
    ChannelKind,
    Delivery,
    DeliveryId,
    Digest,
    DigestId,
    DigestStory,
    Notice,
    StoryId,
    SubscriberId,
)
from monitor.ports import PendingAlert


def compose_digest(
    subscriber: SubscriberId,
    pending: Sequence[PendingAlert],
    *,
    window_start: datetime,
    now: datetime,
    notices: Sequence[Notice] = (),
) -> Digest:
    """One digest of all the pending alerts, each story once, the most important first.

    Stories go by severity, then by score, then by how many different clauses found something, then by how much they
    found, then the newest first. Alerts of several routes make sections, that of the most important story first. In
    each, where every alert of a story comes from a route with `max_stories`, the story counts towards the largest of
    those limits; what lies beyond it is counted in `omitted`. Stories of a route without a limit always stand.
    """
    merged = _merge_stories(pending)
    limits = _find_limits(pending)
    ordered = sorted(merged.values(), key=_importance)
    sections = dict.fromkeys(story.section for story in ordered)
    chosen = [
        story
        for section in sections
        for story in _within_limit([each for each in ordered if each.section == section], limits)
    ]
    held = {each.story.id: each.alert.held for each in pending}
    return Digest(
        id=digest_id_of(subscriber, window_start),
        subscriber=subscriber,
        window_start=window_start,
        composed_at=now,
        stories=tuple(chosen if len(sections) > 1 else [replace(story, section=None) for story in chosen]),
        omitted=len(ordered) - len(chosen),
        quieted=sum(reason == "quiet" for reason in held.values()),
        capped=sum(reason == "cap" for reason in held.values()),
        notices=tuple(notices),
    )


def create_deliveries(digest: Digest, payloads: Mapping[ChannelKind, bytes], now: datetime) -> tuple[Delivery, ...]:
    """A delivery for each channel that the digest was rendered for, to be tried at once."""
    news_at = _first_known(digest)
    return tuple(
        Delivery(
            id=delivery_id_of(digest.subscriber, channel, digest.id),
            digest=digest.id,
            subscriber=digest.subscriber,
            channel=channel,
            payload=payload,
            created_at=now,
            next_attempt_at=now,
            news_at=news_at,
        )
        for channel, payload in payloads.items()
    )


def digest_id_of(subscriber: SubscriberId, window_start: datetime) -> DigestId:
    """The same for the same subscriber and instant, in whatever zone the instant is written."""
    return DigestId(_hash("digest", subscriber, window_start.astimezone(UTC).isoformat()))


def delivery_id_of(subscriber: SubscriberId, channel: ChannelKind, digest: DigestId) -> DeliveryId:
    """The id that every try of a delivery carries to its receiver (Message-ID, webhook-id)."""
    return DeliveryId(_hash("delivery", subscriber, channel, digest))


def _hash(*parts: str) -> str:
    """Lengths stand before the parts, so that ("ab", "c") and ("a", "bc") differ."""
    return blake2b("".join(f"{len(part)}:{part}" for part in parts).encode(), digest_size=16).hexdigest()


def _merge_stories(pending: Iterable[PendingAlert]) -> dict[StoryId, DigestStory]:
    """Alerts of one story (a new one and its update, say) as one, told by the first article or the corrected one."""
    merged: dict[StoryId, DigestStory] = {}
    for each in pending:
        alert = each.alert
        story = replace(each.story, kind=alert.kind, ordinal=alert.ordinal, change=alert.change, section=alert.section)
        earlier = merged.get(story.id)
        merged[story.id] = _join(earlier, story) if earlier else story
    return merged


def _join(first: DigestStory, second: DigestStory) -> DigestStory:
    reasons = {(reason.match.rule, reason.match.article): reason for reason in first.reasons + second.reasons}
    sources = dict.fromkeys((*first.also_in, second.article.source, *second.also_in))
    corrected = second if second.kind == "correction" else first
    newest = min(first, second, key=lambda story: _TELLING.index(story.kind))
    changes = dict.fromkeys(change for change in (first.change, second.change) if change)
    return replace(
        first,
        article=corrected.article,
        reasons=tuple(reasons.values()),
        also_in=tuple(source for source in sources if source != corrected.article.source),
        kind=newest.kind,
        ordinal=newest.ordinal,
        change="; ".join(changes) or None,
    )


# Who hears of a story for the first time hears of it as new, whatever has become of it meanwhile.
_TELLING: tuple[AlertKind, ...] = ("new", "correction", "update")


def _within_limit(ordered: Sequence[DigestStory], limits: Mapping[StoryId, int]) -> Iterator[DigestStory]:
    """The most important stories of one section, as many as its limit allows."""
    places = accumulate(story.id in limits for story in ordered)
    largest = max((limits[story.id] for story in ordered if story.id in limits), default=0)
    for story, place in zip(ordered, places, strict=True):
        if story.id not in limits or place <= largest:
            yield story


def _first_known(digest: Digest) -> datetime | None:
    """When the oldest story could first be known, of a message that nothing held back on purpose."""
    if not digest.is_immediate or digest.quieted or digest.capped:
        return None
    return min((_known_at(story.article) for story in digest.stories), default=None)


def _known_at(article: Article) -> datetime:
    """Publication where its second is known and lies in the past; else when the article was first seen."""
    published = article.published if article.published_precision == "second" else None
    return article.fetched_at if published is None else min(published, article.fetched_at)


def _find_limits(pending: Iterable[PendingAlert]) -> dict[StoryId, int]:
    """The largest limit of each story that only routes with a limit brought."""
    limits: dict[StoryId, int] = {}
    unlimited: set[StoryId] = set()
    for each in pending:
        if each.alert.max_stories is None:
            unlimited.add(each.story.id)
        else:
            limits[each.story.id] = max(limits.get(each.story.id, 0), each.alert.max_stories)
    return {story: limit for story, limit in limits.items() if story not in unlimited}


def _importance(story: DigestStory) -> tuple[int, int, int, int, float, str]:
    """Sorts the most important first; the id last, so that the order never depends on that of the rows."""
    mentions = {(reason.match.rule, mention) for reason in story.reasons for mention in reason.match.mentions}
    clauses = {(rule, mention.clause) for rule, mention in mentions}
    told_at = story.article.published or story.article.fetched_at
    return -story.severity.rank, -story.score, -len(clauses), -len(mentions), -told_at.timestamp(), story.id
