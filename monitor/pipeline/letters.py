"""Messages that were given up, for operators: many of them are one notice, and there is none more often than hourly.

A message whose address was disabled by it is told as that; see monitor.pipeline.notices.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from textwrap import shorten

from monitor.model import DeliveryId, Digest, Notice
from monitor.ports import Transaction
from monitor.text.counts import count_of

_EVERY = timedelta(hours=1)
_SHOWN = 2
_LONGEST_TITLE = 60
_LONGEST_ANSWER = 90
# As many letters of an id as "deliveries list" prints.
_ID = 12


async def find_letters(tx: Transaction, standing: Sequence[Notice], now: datetime) -> list[Notice]:
    """What was given up since the last notice of it, once that is an hour old; until then, the last one stands.

    To be called only where the notice is told in the same transaction: what it names is named no more.
    """
    last = [each for each in standing if each.kind == "delivery" and now - each.since < _EVERY]
    if last:
        return last
    letters = await tx.take_untold()
    if not letters:
        return []
    told = [text for letter in letters[:_SHOWN] if (text := await _describe(tx, letter)) is not None]
    more = [f"and {len(letters) - _SHOWN} more"] if len(letters) > _SHOWN else []
    count = "a message was" if len(letters) == 1 else f"{len(letters)} messages were"
    text = f"{count} given up: {'; '.join([*told, *more])}; {_advise(letters)}"
    return [Notice(kind="delivery", subject=f"{now:%Y-%m-%d %H:%M:%S}", text=text, since=now)]


async def _describe(tx: Transaction, letter: DeliveryId) -> str | None:
    """What it was, to whom it went by which channel, and the last answer."""
    delivery, digest = await tx.find_delivery(letter), await tx.find_digest(letter)
    if delivery is None or digest is None:
        return None
    attempts = await tx.list_attempts(letter)
    answer = shorten((attempts[-1].error if attempts else None) or "", _LONGEST_ANSWER, placeholder="…")
    return f'{_name(digest)} to "{delivery.subscriber}" by {delivery.channel} ({answer or "no reason is known"})'


def _name(digest: Digest) -> str:
    if digest.is_immediate and len(digest.stories) == 1:
        return f'"{shorten(digest.stories[0].article.title or "a story", _LONGEST_TITLE, placeholder="…")}"'
    stories = count_of(len(digest.stories), "story", "stories")
    return f"{stories} of {digest.window_start:%Y-%m-%d %H:%M} UTC"


def _advise(letters: Sequence[DeliveryId]) -> str:
    if len(letters) == 1:
        return f'"monitor deliveries replay {letters[0][:_ID]}" sends it again'
    return (
        f'"monitor deliveries list --state dead" names them, "monitor deliveries replay {letters[0][:_ID]}" '
        "sends one again"
    )
