"""The pages of digests and stories: what was sent, and a mark or a mute at the press of a button only."""

import asyncio
from datetime import timedelta
from pathlib import Path

from monitor.model import DigestId, StoryId
from monitor.render.page_links import PageLinks, PageTokens
from tests.builders import NOON, make_article
from tests.web.site import ANA, DESK, FLOOD, KEYS, STRIKE, open_town, story_of, tell


def test_a_digest_is_shown_whole_with_a_link_for_each_story(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            page = await town.get(town.links.digest(ANA.id, town.digest.id))
            assert page.status == 200
            assert 'Orsa floods "the mill" & <b>the market</b>' in page.words
            assert "<script>" not in page.text
            assert "&lt;b&gt;the market" in page.text
            assert page.text.count('href="../story/') == 2
            assert 'href="https://gazette.example.org/flood"' in page.text

    asyncio.run(scenario())


def test_nobody_sees_the_digest_of_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            for address in (
                town.links.digest(DESK.id, town.digest.id),
                town.links.digest(ANA.id, DigestId("none")),
                town.links.story(DESK.id, story_of(FLOOD)),
                town.links.story(ANA.id, StoryId("test")),
            ):
                answer = await town.get(address)
                assert answer.status == 404
                assert "is not here" in answer.words
                assert "Orsa" not in answer.text

    asyncio.run(scenario())


def test_a_mark_is_kept_and_the_newest_counts(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.story(ANA.id, story_of(FLOOD))
            page = await town.press(address, "relevant", rule="gazette")
            assert "Noted: relevant" in page.words
            page = await town.press(address, "not-relevant", rule="gazette")
            assert "Noted: not relevant" in page.words
            async with town.site.store.transaction() as tx:
                (mark,) = await tx.list_marks()
            assert (mark.subscriber, mark.rule, mark.relevant) == (ANA.id, "gazette", False)

    asyncio.run(scenario())


def test_looking_at_a_page_never_acts(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            before = await town.choices()
            for address in (
                town.links.story(ANA.id, story_of(FLOOD)),
                town.links.unsubscribe(ANA.id),
                town.links.settings(ANA.id),
            ):
                seal = (await town.get(address)).seal
                for do in ("relevant", "mute-story", "unsubscribe", "pause"):
                    await town.get(f"{address}?do={do}&seal={seal}&rule=gazette&days=7&List-Unsubscribe=One-Click")
            assert await town.choices() == before
            async with town.site.store.transaction() as tx:
                assert await tx.list_marks() == ()

    asyncio.run(scenario())


def test_a_rule_that_did_not_find_the_story_cannot_be_judged_or_muted_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.story(ANA.id, story_of(FLOOD))
            for do in ("mute-rule", "relevant", "unmute-rule"):
                assert (await town.press(address, do, rule="wire")).status == 400
            assert (await town.press(address, "shout")).status == 400
            assert (await town.choices()).muted_rules == frozenset()

    asyncio.run(scenario())


def test_a_story_is_muted_and_heard_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.story(ANA.id, story_of(FLOOD))
            page = await town.press(address, "mute-story")
            assert "Muted. No updates or corrections" in page.words
            assert (await town.choices()).muted_stories == {story_of(FLOOD)}
            await town.press(address, "unmute-story")
            await town.press(address, "mute-rule", rule="gazette")
            chosen = await town.choices()
            assert (chosen.muted_rules, chosen.muted_stories) == ({"gazette"}, frozenset())

    asyncio.run(scenario())


def test_a_story_that_became_part_of_another_is_muted_as_that(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            async with town.site.store.transaction() as tx:
                await tx.merge_stories({story_of(FLOOD): story_of(STRIKE)}, NOON)
            page = await town.press(town.links.story(ANA.id, story_of(FLOOD)), "mute-story")
            assert "Muted." in page.words
            assert (await town.choices()).muted_stories == {story_of(STRIKE)}

    asyncio.run(scenario())


def test_an_update_shows_on_the_page_of_its_story(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            later = make_article("Another day at the port.", title="Port quiet again", source="wire", key="later")
            async with town.site.store.transaction() as tx:
                digest = await tell(tx, later, at=NOON + timedelta(days=1))
            assert digest.id != town.digest.id
            page = await town.get(town.links.story(ANA.id, story_of(later)))
            assert "sent Tuesday 3 March 2026, 16:01" in page.words

    asyncio.run(scenario())


def test_a_link_made_with_an_older_key_still_opens(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            old = PageLinks(town.address, PageTokens(KEYS[1:]))
            page = await town.press(old.story(ANA.id, story_of(FLOOD)), "relevant", rule="gazette")
            assert "Noted: relevant" in page.words
            unknown = PageLinks(town.address, PageTokens(["a key that was never ours, however long it is"]))
            assert (await town.get(unknown.settings(ANA.id))).status == 404

    asyncio.run(scenario())
