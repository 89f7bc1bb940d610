"""What a digest says of itself, before its stories: what it catches up on, what was held back, that it is empty."""

from collections.abc import Iterator
from datetime import datetime

from babel.dates import format_datetime

from monitor.model import Digest, Proof, Subscriber
from monitor.render.clean import clean_line, shorten
from monitor.text.counts import count_of

_MOST_WINDOWS = 5
_NOTICE = 600
_LOCALE = "en"


def notes_of(digest: Digest, subscriber: Subscriber) -> tuple[str, ...]:
    """A sentence or two for each, in the subscriber's time."""
    return tuple(_iter_notes(digest, subscriber))


def _iter_notes(digest: Digest, subscriber: Subscriber) -> Iterator[str]:
    for notice in digest.notices:
        yield shorten(clean_line(notice.text).strip(), _NOTICE)
    if len(digest.windows) > 1:
        yield _catching_up(digest, subscriber)
    if digest.proof is not None:
        yield _proving(digest.proof, subscriber)
    if digest.quieted:
        yield f"Held back by quiet hours until now: {count_of(digest.quieted, 'story', 'stories')}."
    if digest.capped:
        yield f"Held back until now by the limit of messages an hour: {count_of(digest.capped, 'story', 'stories')}."


def _catching_up(digest: Digest, subscriber: Subscriber) -> str:
    shown = [_moment(window, subscriber) for window in digest.windows[:_MOST_WINDOWS]]
    more = len(digest.windows) - len(shown)
    rest = f"; and {more} more" if more else ""
    return f"Catches up on {len(digest.windows)} digests, not all sent at their time: {'; '.join(shown)}{rest}."


def _proving(proof: Proof, subscriber: Subscriber) -> str:
    return (
        f"Nothing matched: 0 of {proof.articles:,} articles since {_moment(proof.since, subscriber)}. "
        f"{proof.sources_answered:,} of {proof.sources:,} sources answered."
    )


def _moment(at: datetime, subscriber: Subscriber) -> str:
    local = at.astimezone(subscriber.timezone).replace(tzinfo=None)
    return format_datetime(local, "d MMMM y, HH:mm", locale=_LOCALE)
