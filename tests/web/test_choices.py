"""The page of choices: each button does what it says, whatever else is sent is refused, and nothing widens."""

import asyncio
from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor.model import Daily, DigestWindow, Every, Pace, Quiet, Severity, SubscriberId
from tests.builders import NOON
from tests.web.site import ANA, DESK, FLOOD, Town, open_town, story_of


def test_the_page_says_how_things_stand(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            page = await town.get(town.links.settings(ANA.id))
            assert page.status == 200
            assert "The operator sends you: at once, daily 07:30." in page.words
            assert "The operator has set 23:00 to 06:00, unless it is critical" in page.words
            assert "Messages come by e-mail." in page.words
            assert "All times are in Asia/Yerevan." in page.words
            assert "2 stories Monday 2 March 2026, 16:01" in page.words
            assert "ana@example.org" not in page.text

    asyncio.run(scenario())


def test_a_pause_lasts_as_long_as_was_asked_and_ends_at_a_press(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.settings(ANA.id)
            page = await town.press(address, "pause", days="7")
            assert "Paused until Monday 9 March 2026, 16:00" in page.words
            assert (await town.choices()).paused_until == NOON + timedelta(days=7)
            town.clock.now = NOON + timedelta(days=2)
            assert "Go on now" in (await town.get(address)).words
            await town.press(address, "resume")
            assert (await town.choices()).paused_until is None

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("fields", "pace"),
    [
        ([("pace", "operator")], None),
        ([("pace", "hours"), ("hours", "6")], Every(6)),
        ([("pace", "daily"), ("at", "18:30"), ("day", "0"), ("day", "4")], Daily(time(18, 30), frozenset({0, 4}))),
        ([("pace", "daily"), ("at", "18:30:00"), *(("day", str(day)) for day in range(7))], Daily(time(18, 30))),
    ],
)
def test_a_pace_is_kept_with_the_windows_that_follow_from_it(
    fields: list[tuple[str, str]], pace: Pace | None, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.settings(ANA.id)
            seal = (await town.get(address)).seal
            answer = await town.post(address, [("seal", seal), ("do", "pace"), *fields])
            assert answer.status == 303
            assert (await town.choices()).pace == pace
            async with town.site.store.transaction() as tx:
                windows = await tx.list_windows(ANA.id)
            assert windows, "the planned digests of the routes, and of the pace"
            if isinstance(pace, Every):
                assert min(window.next_at for window in windows) == NOON + timedelta(hours=2)  # 18:00 in Yerevan

    asyncio.run(scenario())


def test_quiet_hours_are_kept_beside_those_of_the_operator(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.settings(ANA.id)
            await town.press(address, "quiet", **{"from": "21:15", "to": "07:00", "unless": "high"})
            assert (await town.choices()).quiet == Quiet(start=time(21, 15), end=time(7), unless=Severity.HIGH)
            assert 'value="21:15"' in (await town.get(address)).text
            page = await town.press(address, "no-quiet")
            assert (await town.choices()).quiet is None
            assert "The operator has set 23:00 to 06:00" in page.words

    asyncio.run(scenario())


def test_a_rule_that_brought_something_can_be_muted_and_heard_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.settings(ANA.id)
            page = await town.press(address, "mute-rule", target="wire")
            assert "Rule: About wire" in page.words
            assert (await town.choices()).muted_rules == {"wire"}
            await town.press(town.links.story(ANA.id, story_of(FLOOD)), "mute-story")
            assert 'Story: Orsa floods "the mill"' in (await town.get(address)).words
            await town.press(address, "unmute-rule", target="wire")
            await town.press(address, "unmute-story", target=story_of(FLOOD))
            chosen = await town.choices()
            assert not chosen.muted_rules | chosen.muted_stories

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("do", "fields", "words"),
    [
        ("pause", {"days": "3650"}, "choose how long to pause from the list"),
        ("pause", {"days": "²"}, "choose how long to pause from the list"),
        ("pause", {}, "choose how long to pause from the list"),
        ("pace", {"pace": "hours", "hours": "0"}, "choose every how many hours from the list"),
        ("pace", {"pace": "daily", "at": "08:00"}, "choose at least one day of the week"),
        ("pace", {"pace": "daily", "at": "8", "day": "1"}, "give the time as hours and minutes"),
        ("pace", {"pace": "now"}, "choose how often messages may come"),
        ("quiet", {"from": "22:00", "to": "22:00"}, "two different times"),
        ("quiet", {"from": "22:00", "to": "<b>"}, "give the time as hours and minutes"),
        ("quiet", {"from": "22:00", "to": "06:00", "unless": "always"}, "choose from the list"),
        ("mute-rule", {"target": "no-such-rule"}, "choose a rule from the list"),
        ("delete-everything", {}, "This button is not known here"),
    ],
)
def test_what_cannot_be_meant_changes_nothing_and_is_said(
    do: str, fields: dict[str, str], words: str, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            before = await town.choices()
            answer = await town.press(town.links.settings(ANA.id), do, **fields)
            assert answer.status == 400
            assert words in answer.words
            assert "Nothing was changed" in answer.words
            assert await town.choices() == before

    asyncio.run(scenario())


def test_one_subscriber_changes_nothing_of_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            await town.press(town.links.settings(DESK.id), "pause", days="1")
            assert (await town.choices(ANA)).paused_until is None
            assert (await town.choices(DESK)).paused_until is not None
            page = await town.get(town.links.settings(DESK.id))
            assert "Nothing yet." in page.words
            assert "About wire" not in page.words

    asyncio.run(scenario())


async def _seal_of(town: Town, address: str) -> str:
    return (await town.get(address)).seal


def test_a_choice_moves_no_planned_digest_of_anybody_else(tmp_path: Path) -> None:
    """The pages may know an older configuration than the service beside them."""

    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            other = DigestWindow(
                subscriber=SubscriberId("new-here"), pace="hourly UTC", begun_at=NOON, last_at=NOON, next_at=NOON
            )
            async with town.site.store.transaction() as tx:
                await tx.sync_windows([other])
            await town.press(town.links.settings(ANA.id), "pace", pace="hours", hours="3")
            await town.press(town.links.unsubscribe(ANA.id), "unsubscribe")
            async with town.site.store.transaction() as tx:
                assert await tx.list_windows(other.subscriber) == (other,)
                assert len(await tx.list_windows(ANA.id)) == 2

    asyncio.run(scenario())


def test_a_form_needs_the_seal_of_its_own_page_and_not_too_old_a_one(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.settings(ANA.id)
            own = await _seal_of(town, address)
            foreign = [
                await _seal_of(town, town.links.settings(DESK.id)),
                await _seal_of(town, town.links.unsubscribe(ANA.id)),
                own[:-1],
                "",
            ]
            for seal in foreign:
                answer = await town.post(address, {"seal": seal, "do": "pause", "days": "1"})
                assert answer.status == 403
                assert "nothing was changed" in answer.words
            town.clock.now = NOON + timedelta(days=4)
            assert (await town.post(address, {"seal": own, "do": "pause", "days": "1"})).status == 403
            assert (await town.choices()).paused_until is None
            assert (await town.press(address, "pause", days="1")).status == 200

    asyncio.run(scenario())


def test_the_words_after_a_button_are_ours_and_not_those_of_the_address(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            page = await town.get(f"{town.links.settings(ANA.id)}?done=<script>alert(1)</script>")
            assert "alert(1)" not in page.text
            assert "Done." not in page.words

    asyncio.run(scenario())


def test_choices_without_any_message_yet_can_be_made(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            await town.press(town.links.settings(DESK.id), "pace", pace="hours", hours="12")
            assert (await town.choices(DESK)).pace == Every(12)

    asyncio.run(scenario())
