"""Links from messages are opened by scanners, previewed, prefetched, guessed at and altered: none of that acts."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest

from monitor.model import Choices
from tests.web.site import ANA, DESK, FLOOD, STRIKE, Town, open_town, story_of

_ONE_CLICK = {"List-Unsubscribe": "One-Click"}
_PREFETCHING = {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}


def _pages(town: Town) -> list[str]:
    return [
        town.links.settings(ANA.id),
        town.links.unsubscribe(ANA.id),
        town.links.digest(ANA.id, town.digest.id),
        town.links.story(ANA.id, story_of(FLOOD)),
        town.links.feed(ANA.id, "atom"),
        town.links.feed(ANA.id, "json"),
    ]


async def _is_untouched(town: Town) -> bool:
    async with town.site.store.transaction() as tx:
        marks = await tx.list_marks(ANA.id)
    return await town.choices() == Choices(subscriber=ANA.id) and not marks


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
def test_no_page_acts_on_anything_but_a_post(method: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            seal = (await town.get(town.links.unsubscribe(ANA.id))).seal
            asked = f"?List-Unsubscribe=One-Click&do=unsubscribe&seal={seal}"
            for address in _pages(town):
                for query in ("", asked):
                    options = {"headers": _PREFETCHING, "data": _ONE_CLICK} if method != "HEAD" else {}
                    async with town.client.request(method, address + query, **options) as answer:
                        assert answer.status == (200 if method in ("GET", "HEAD") else 405), (method, address)
                        assert "Content-Security-Policy" in answer.headers
            assert await _is_untouched(town)

    asyncio.run(scenario())


def _altered(address: str, **changes: str) -> str:
    """The address with a token that says something else, under the signature that it had."""
    base, _, token = address.rpartition("/")
    said, _, signature = token.partition(".")
    kind, subscriber, subject = json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    altered = [changes.get("kind", kind), changes.get("subscriber", subscriber), changes.get("subject", subject)]
    encoded = urlsafe_b64encode(json.dumps(altered, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"{base.rpartition('/')[0]}/{altered[0]}/{encoded}.{signature}"


def test_a_token_that_is_altered_opens_nothing_of_anybody(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            own = town.links.unsubscribe(ANA.id)
            assert _altered(own) == own, "the token is read as it is made"
            story = town.links.story(ANA.id, story_of(FLOOD))
            for address in (
                _altered(own, subscriber=DESK.id),
                _altered(own, kind="settings"),
                _altered(story, subject=story_of(STRIKE)),
                _altered(town.links.unsubscribe(DESK.id), subscriber=ANA.id),
            ):
                assert (await town.get(address)).status == 404
                assert (await town.post(address, _ONE_CLICK)).status == 404
            assert await _is_untouched(town)
            assert (await town.choices(DESK)).unsubscribed_at is None

    asyncio.run(scenario())


def test_the_one_click_of_mail_programs_unsubscribes_only_its_own_subscriber_and_only_at_its_own_page(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            for address in (town.links.settings(ANA.id), town.links.story(ANA.id, story_of(FLOOD))):
                assert (await town.post(address, _ONE_CLICK)).status == 403
            assert (await town.post(town.links.unsubscribe(DESK.id), _ONE_CLICK)).status == 200
            assert await _is_untouched(town)
            assert (await town.choices(DESK)).unsubscribed_at == town.clock.now

    asyncio.run(scenario())


def test_a_digest_or_a_story_of_somebody_else_is_not_shown(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            for address in (town.links.digest(DESK.id, town.digest.id), town.links.story(DESK.id, story_of(FLOOD))):
                answer = await town.get(address)
                assert answer.status == 404
                assert "Orsa" not in answer.text

    asyncio.run(scenario())
