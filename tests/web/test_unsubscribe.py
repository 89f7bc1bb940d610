"""Unsubscribing: a page with a button for people, one POST for mail programs (RFC 8058), and a way back."""

import asyncio
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from tests.builders import NOON
from tests.web.site import ANA, open_town


def test_the_button_unsubscribes_and_another_takes_it_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.unsubscribe(ANA.id)
            page = await town.get(address)
            assert "Stop all messages?" in page.words
            assert (await town.choices()).unsubscribed_at is None
            page = await town.press(address, "unsubscribe")
            assert "You have unsubscribed" in page.words
            assert (await town.choices()).unsubscribed_at == NOON
            assert "You unsubscribed on Monday 2 March 2026" in (await town.get(town.links.settings(ANA.id))).words
            page = await town.press(address, "subscribe")
            assert "Stop all messages?" in page.words
            assert (await town.choices()).unsubscribed_at is None

    asyncio.run(scenario())


def _multipart() -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("List-Unsubscribe", "One-Click")
    return form


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
def test_one_click_acts_without_a_login_a_page_or_a_redirect(encoding: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.unsubscribe(ANA.id)
            data = _multipart() if encoding == "multipart" else {"List-Unsubscribe": "One-Click"}
            async with aiohttp.ClientSession() as client:
                for moment in (NOON, NOON + timedelta(hours=1)):
                    town.clock.now = moment
                    async with client.post(address, data=data, allow_redirects=False) as answer:
                        assert answer.status == 200
                        assert "set-cookie" not in answer.headers
                    data = _multipart() if encoding == "multipart" else data
            assert (await town.choices()).unsubscribed_at == NOON, "the second click moves nothing"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"List-Unsubscribe=Two-Clicks",
        b"list-unsubscribe=one-click",
        b"do=unsubscribe",
        b"\xff\xfe=\x00&&&==",
        b"List-Unsubscribe=",
    ],
)
def test_any_other_post_without_a_seal_does_nothing(body: bytes, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            address = town.links.unsubscribe(ANA.id)
            async with town.client.post(address, data=body, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 403
                assert "Nothing was changed" in await answer.text()
            assert (await town.choices()).unsubscribed_at is None

    asyncio.run(scenario())
