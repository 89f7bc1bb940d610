"""`route`, `silence`, `subscribers`, `deliveries drop`, and the tests of routes in `check`."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.app import open_store
from monitor.config.settings import Settings
from monitor.model import ChannelKind, DeliveryId, DisabledChannel, SubscriberId
from monitor.render.email import render_email
from tests.builders import NOON
from tests.cli.conftest import Command
from tests.contract.stores import MINUTE, make_delivery, make_digest
from tests.render.samples import ANA, SENDER

_NEWSROOM = """version: 1
subscribers:
  ana:
    email: ana@example.org
    timezone: Asia/Yerevan
    quiet: {from: "22:00", to: "07:00", unless: critical}
  bob: {email: bob@example.org, timezone: Europe/London, quiet: {from: "22:00", to: "07:00"}}
routes:
  - when: {severity: [critical]}
    to: [ana, bob]
    send: {now: true, hold: 2m}
  - when: {rules: ["river-*"]}
    to: [ana]
    send: {daily: "07:30", days: [mon, tue, wed, thu, fri]}
"""
_RULES = """version: 1
rules:
  river-floods: {title: Floods, severity: high, match: flood}
  plans: {title: Plans, status: draft, match: plan}
"""
_SUNDAY = "2026-03-29 23:10 Asia/Yerevan"


@pytest.fixture
def newsroom(command: Command, tmp_path: Path) -> Path:
    for name, text in {"config/newsroom.yaml": _NEWSROOM, "rules/rivers.yaml": _RULES}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_route_is_explained_for_every_subscriber_with_every_route_considered(
    command: Command, newsroom: Path
) -> None:
    outcome = command("route", "river-floods", "--at", _SUNDAY)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0] == "river-floods (high), at 2026-03-29T19:10:00Z"
    assert lines[1] == "ana: digest 2026-03-30 07:30 (Asia/Yerevan)"
    assert "route 1 (config/newsroom.yaml:9): asks for severity critical; does not fit: severity" in lines[2]
    assert lines[3].startswith(
        "  -> route 2 (config/newsroom.yaml:12): asks for rules river-*; fits: daily 07:30 mon-fri"
    )
    assert lines[4] == "bob: nothing (Europe/London)"


def test_the_explanation_is_a_document_for_machines(command: Command, newsroom: Path) -> None:
    arguments = ("route", "river-floods", "--severity", "critical", "--at", "2026-03-28T23:10:00Z", "--json")
    document = json.loads(command(*arguments).out)
    ana, bob = document["subscribers"]["ana"], document["subscribers"]["bob"]
    assert (ana["outcome"], ana["due_at"]) == ("now", "2026-03-28T23:12:00Z")
    assert (bob["outcome"], bob["held"], bob["due_at"]) == ("held 2026-03-29 07:00", "quiet", "2026-03-29T06:00:00Z")
    assert [each["unfit"] for each in ana["routes"]] == [[], []]
    assert ana["routes"][1]["ended_by"] == 1


def test_an_article_is_explained_by_the_rules_that_match_it(command: Command, newsroom: Path) -> None:
    (newsroom / "a.txt").write_text("Orsa rises\n\nThe flood reached the mill.\n", encoding="utf-8")
    outcome = command("route", "a.txt", "--at", _SUNDAY)
    assert outcome.out.startswith('river-floods (high) in "Orsa rises"')
    (newsroom / "b.txt").write_text("Calm\n\nNothing at all.\n", encoding="utf-8")
    assert "nobody would hear of it" in command("route", "b.txt").err


def test_a_draft_reaches_nobody_and_says_why(command: Command, newsroom: Path) -> None:
    outcome = command("route", "plans")
    assert 'nothing, because the rule "plans" is a draft' in outcome.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("route", "river-flods"), 1, '(did you mean "river-floods"?)'),
        (("route", "river-floods", "--at", "yesterday"), 2, "yesterday"),
        (("route", "river-floods", "--at", "0001-01-01 00:00 Asia/Yerevan"), 2, "outside the calendar"),
        (("route", "river-floods", "--severity", "hihg"), 2, "high"),
        (("route", "river-floods", "--source", "wire"), 1, 'no source "wire"'),
        (("silence", "add", "--until", "2d", "--reason", "x"), 2, "name what to silence"),
        (("silence", "add", "--rule", "x", "--until", "soon", "--reason", "x"), 2, "soon"),
        (("silence", "add", "--rule", "x", "--until", "99999999999d", "--reason", "x"), 2, "99999999999d"),
        (("silence", "add", "--rule", "x", "--until", "2001-01-01", "--reason", "x"), 2, "passed"),
        (("silence", "add", "--rule", "x", "--until", "2d", "--reason", " "), 2, "forgotten"),
        (("silence", "add", "--story", "abc", "--until", "2d", "--reason", "x"), 1, 'no story "abc", expected the id'),
    ],
)
def test_what_cannot_be_answered_is_named(
    command: Command, newsroom: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    outcome = command(*arguments)
    assert outcome.code == code
    assert message in outcome.err


def test_a_silence_is_set_heeded_listed_and_ended(command: Command, newsroom: Path) -> None:
    added = command("silence", "add", "--rule", "river-*", "--until", "2d", "--reason", "too much\n [noise]")
    assert added.code == 0, added.err
    explained = command("route", "river-floods").out
    assert "ana: nothing, because silenced by 1: too much [noise]" in explained
    (silence,) = json.loads(command("silence", "list", "--json").out)
    assert (silence["id"], silence["state"], silence["rule"]) == ("1", "in force", "river-*")
    assert "too much [noise]" in command("silence", "list").out
    assert command("silence", "end", "1").code == 0
    assert "silenced" not in command("route", "river-floods").out
    again = command("silence", "end", "1")
    assert (again.code, again.err.startswith('monitor: no silence "1" is in force')) == (1, True)


def test_a_story_is_silenced_by_the_beginning_of_its_id(command: Command, newsroom: Path) -> None:
    (newsroom / "report.txt").write_text("The river has burst its banks.\n", encoding="utf-8")
    assert command("import", "report.txt").code == 0
    article = json.loads(command("normalise", "report.txt").out)["id"]
    added = command("silence", "add", "--story", article[:8], "--until", "2d", "--reason", "told enough")
    assert added.code == 0, added.err
    (silence,) = json.loads(command("silence", "list", "--json").out)
    assert silence["story"] == article


def test_a_silence_of_a_rule_that_does_not_exist_is_set_with_a_warning(command: Command, newsroom: Path) -> None:
    outcome = command("silence", "add", "--rule", "river-flods", "--until", "2d", "--reason", "x")
    assert outcome.code == 0
    assert 'warning: "river-flods" fits no rule (did you mean "river-floods"?)' in outcome.err


def test_silences_of_the_files_are_listed_with_their_place(command: Command, newsroom: Path) -> None:
    (newsroom / "config" / "z.yaml").write_text(
        "version: 1\nsilences:\n  - {rule: river-floods, until: 2099-01-01, reason: works}\n", encoding="utf-8"
    )
    (silence,) = json.loads(command("silence", "list", "--json").out)
    assert (silence["id"], silence["until"]) == ("config/z.yaml:3", "2099-01-01T00:00:00Z")
    assert "silenced by config/z.yaml:3: works" in command("route", "river-floods").out


def test_subscribers_are_listed_with_what_restrains_them(command: Command, newsroom: Path) -> None:
    documents = {each["id"]: each for each in json.loads(command("subscribers", "list", "--json").out)}
    assert documents["ana"]["quiet"] == "22:00-07:00 unless critical"
    assert (documents["ana"]["routes"], documents["bob"]["routes"]) == (2, 1)
    assert "Asia/Yerevan" in command("subscribers", "list").out


def _disable(tmp_path: Path, *channels: ChannelKind) -> None:
    async def run() -> None:
        async with open_store(Settings(), tmp_path / "data") as store, store.transaction() as tx:
            for channel in channels:
                ana = SubscriberId("ana")
                await tx.disable_channel(DisabledChannel(subscriber=ana, channel=channel, reason="gone", since=NOON))

    asyncio.run(run())


def test_a_disabled_channel_is_listed_and_enabled_again(command: Command, newsroom: Path) -> None:
    _disable(newsroom, "email", "slack")
    listed = {each["id"]: each for each in json.loads(command("subscribers", "list", "--json").out)}
    assert listed["ana"]["disabled"] == {"email": "gone", "slack": "gone"}
    assert listed["ana"]["bounces"] == {"hard": 0, "soft": 0}
    assert command("subscribers", "enable", "ana", "--channel", "email").out == "enabled: email\n"
    again = command("subscribers", "enable", "ana", "--channel", "email")
    assert (again.code, 'no channel of "ana" is disabled' in again.err) == (1, True)
    assert command("subscribers", "enable", "ana").out == "enabled: slack\n"
    assert command("subscribers", "enable", "ana", "--channel", "fax").code == 2


def test_a_message_is_shown_as_people_read_it_and_whole_to_programs(command: Command, newsroom: Path) -> None:
    digest = make_digest()
    mail = render_email(replace(digest, subscriber=ANA.id), ANA, sender=SENDER)
    payloads = {"email": mail, "webhook": '{"type": "digest", "words": "наводнение"}'.encode(), "slack": b"\x1b[31m"}

    async def put() -> None:
        async with open_store(Settings(), newsroom / "data") as store, store.transaction() as tx:
            deliveries = [
                make_delivery(digest, id=DeliveryId(channel), channel=channel, payload=payload)
                for channel, payload in payloads.items()
            ]
            await tx.add_digest(digest, [], deliveries)

    asyncio.run(put())
    shown = command("deliveries", "show", "email").out
    assert f"\nFrom: {SENDER}\n" in shown
    assert "For ana, from Media Monitor." in shown
    assert "<html" not in shown
    assert "=3D" not in shown
    assert json.loads(command("deliveries", "show", "email", "--json").out)["payload"].encode() == mail
    assert '\n  "words": "наводнение"\n' in command("deliveries", "show", "webhook").out
    assert "\\x1b[31m" in command("deliveries", "show", "slack").out


def test_a_beginning_that_several_deliveries_have_is_told_from_one_that_none_has(
    command: Command, newsroom: Path
) -> None:
    async def put() -> None:
        async with open_store(Settings(), newsroom / "data") as store, store.transaction() as tx:
            for number in range(4):
                digest = make_digest(f"d{number}", NOON + number * MINUTE)
                name = DeliveryId(f"{'abc' if number else 'xyz'}-{number}")
                await tx.add_digest(digest, [], [make_delivery(digest, id=name)])

    asyncio.run(put())
    several = command("deliveries", "show", "abc")
    assert several.code == 1
    assert 'more than one delivery begins with "abc": "abc-1", "abc-2", "abc-3"; write more of its id' in several.err
    assert 'no delivery "abd"; see "monitor deliveries list"' in command("deliveries", "drop", "abd").err
    assert 'more than one delivery begins with "": ' not in command("deliveries", "show", "").err
    assert command("deliveries", "drop", "xyz").code == 0
    assert "xyz-0" in command("deliveries", "show", "x").out


def test_a_person_is_forgotten_after_a_question(command: Command, newsroom: Path) -> None:
    command("silence", "add", "--rule", "x", "--until", "2d", "--reason", "makes the database")
    assert command("subscribers", "forget", "ana").code == 1
    outcome = command("subscribers", "forget", "ana", "--yes")
    assert outcome.code == 0
    assert "config/newsroom.yaml:3 still defines this subscriber" in outcome.out


def test_check_runs_the_tests_of_routes_and_names_each_that_fails(command: Command, newsroom: Path) -> None:
    (newsroom / "config" / "tests.yaml").write_text(
        f"""version: 1
tests:
  - given: {{rule: river-floods, at: "{_SUNDAY}"}}
    expect: {{ana: "digest 2026-03-30 07:30"}}
    nobody_else: true
  - given: {{rule: river-floods, severity: critical, at: "{_SUNDAY}"}}
    expect: {{ana: "digest 2026-03-30 07:30"}}
    nobody_else: true
  - given: {{rule: plans, at: 2026-03-30T03:30:00Z}}
    expect: {{bob: now}}
""",
        encoding="utf-8",
    )
    outcome = command("check")
    assert outcome.code == 1
    first, second, third = [line for line in outcome.err.splitlines() if "config/tests.yaml" in line]
    assert first == (
        'config/tests.yaml:7:19: test 2: expect.ana: "ana" would get "now" (by route 1), '
        'expected "digest 2026-03-30 07:30"'
    )
    assert second == (
        'config/tests.yaml:8:18: test 2: nobody_else: "bob" would get "now" (by route 1), '
        "expected nobody else to get it"
    )
    assert third == (
        'config/tests.yaml:10:19: test 3: expect.bob: "bob" would get "nothing" '
        '(the rule "plans" is a draft, which is counted and never sent), expected "now"'
    )
    assert "3 route tests" in outcome.out
