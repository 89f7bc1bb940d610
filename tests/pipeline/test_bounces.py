"""Mail that came back, from the mailbox to the address that is used no more: real mail, real files, real databases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from structlog.testing import capture_logs

from monitor.deliver.bounce_mailbox import MaildirMailbox
from monitor.model import Bounce, EmailAddress, Now, SubscriberId
from monitor.pipeline import Ports, compose_due, deliver_due, enable_changed, read_bounces, tell_operators
from tests.deliver.peers import SmtpPeer, listen
from tests.deliver.values import email_channel
from tests.parse.bounces import AUTO_REPLY, DELAYED, make_bounce
from tests.pipeline.stage import Stage, open_stage, yerevan
from tests.route.values import ANA, BEN, SUBSCRIBERS, make_route

T = TypeVar("T")
NOW = yerevan(2, 12)
ADDRESS = "ana@example.org"


@dataclass
class Desk:
    """A stage whose mail goes to a real SMTP server, and whose bounces come to a Maildir."""

    stage: Stage
    server: SmtpPeer
    mailbox: Path
    ports: Ports

    async def tell(self, title: str) -> str:
        """Let a story be told by mail; the Message-ID."""
        await self.stage.match(title)
        await compose_due(self.ports, self.stage.plan)
        await deliver_due(self.ports, self.stage.plan)
        return str(message_from_bytes(self.server.messages[-1])["Message-ID"])

    def put(self, name: str, mail: bytes) -> None:
        (self.mailbox / "new" / name).write_bytes(mail)

    async def read(self) -> tuple[Bounce, ...]:
        return await read_bounces(self.ports, self.stage.plan)

    async def restart(self) -> None:
        """A new process knows only what is in the store."""
        self.ports = replace(self.ports, bounces=MaildirMailbox(self.mailbox))

    async def disabled(self) -> list[tuple[str, str]]:
        found = await self.stage.within(lambda tx: tx.list_disabled_channels())
        return [(each.subscriber, each.reason) for each in found]


@asynccontextmanager
async def open_desk(url: str, directory: Path) -> AsyncIterator[Desk]:
    for part in ("new", "cur", "tmp"):
        (directory / part).mkdir(parents=True)
    server = SmtpPeer()
    async with listen(server) as port, open_stage(url, make_route(ANA, send=Now()), now=NOW, operators=(BEN,)) as stage:
        channel = email_channel(port)
        stage.channels = cast("Any", {"email": channel})
        try:
            yield Desk(stage, server, directory, replace(stage.ports, bounces=MaildirMailbox(directory)))
        finally:
            await channel.close()


def at_desk(url: str, directory: Path, scenario: Callable[[Desk], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_desk(url, directory / "bounces") as desk:
            return await scenario(desk)

    return asyncio.run(run())


def test_a_hard_bounce_ends_the_mail_to_its_address_and_operators_hear_of_it(store_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.put("1", make_bounce(message_id=await desk.tell("Flood")))
        (bounce,) = await desk.read()
        assert (bounce.kind, bounce.subscriber, bounce.status) == ("hard", ANA, "5.1.1")
        reason = "mail came back: 550 5.1.1 <…>: Recipient address rejected: User unknown"
        assert await desk.disabled() == [(ANA, reason)]
        (digest,) = await tell_operators(desk.ports, desk.stage.plan)
        assert digest.subscriber == BEN
        (notice,) = digest.notices
        assert notice.text.startswith(f'email of "ana" was disabled: {reason}; once that is mended, ')
        await deliver_due(desk.ports, desk.stage.plan)
        sent = len(desk.server.messages)
        await desk.stage.match("Storm")
        await compose_due(desk.ports, desk.stage.plan)
        await deliver_due(desk.ports, desk.stage.plan)
        assert len(desk.server.messages) == sent, "the next story waits"

    at_desk(store_url, tmp_path, scenario)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"action": "delayed", "status": "4.4.1"}, "soft"),
        ({"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 over quota"}, "soft"),
        ({"status": "5.7.1", "diagnostic": "smtp; 554 5.7.1 spam"}, "soft"),
        ({"action": "delivered", "status": "2.1.5", "diagnostic": ""}, "other"),
    ],
)
def test_all_else_is_only_counted(sqlite_file_url: str, tmp_path: Path, fields: dict[str, str], kind: str) -> None:
    async def scenario(desk: Desk) -> None:
        desk.put("1", make_bounce(message_id=await desk.tell("Flood"), **fields))
        (bounce,) = await desk.read()
        assert bounce.kind == kind
        assert await desk.disabled() == []
        counts = await desk.stage.within(lambda tx: tx.count_bounces())
        assert counts == {ANA: {kind: 1}}

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_each_mail_has_its_effect_once_also_after_a_restart(store_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.put("1", make_bounce(message_id=await desk.tell("Flood")))
        assert len(await desk.read()) == 1
        await desk.stage.within(lambda tx: tx.enable_channel(ANA, "email"))
        assert await desk.read() == ()
        await desk.restart()
        (desk.mailbox / "new" / "1").rename(desk.mailbox / "cur" / "1:2,S")
        assert await desk.read() == ()
        assert await desk.disabled() == [], "what an operator has enabled stays so"

    at_desk(store_url, tmp_path, scenario)


def test_mails_that_mean_nothing_are_passed_over_and_broken_reports_named(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        ours = await desk.tell("Flood")
        desk.put("1-reply", AUTO_REPLY.replace(b"<digest.8a3f@news.example.org>", ours.encode()))
        desk.put("2-broken", make_bounce(message_id=ours)[:400])
        desk.put("3-empty", b"")
        desk.put("4-bytes", bytes(range(256)) * 50)
        desk.put("5-late", make_bounce(message_id=ours, action="delayed", status="4.4.1"))
        with capture_logs() as logs:
            bounces = await desk.read()
        assert [bounce.kind for bounce in bounces] == ["other", "broken", "other", "other", "soft"]
        (broken,) = [line for line in logs if line["event"] == "bounce not read"]
        assert (broken["mail"], "delivery-status" in broken["error"]) == ("2-broken", True)
        with capture_logs() as logs:
            await desk.restart()
            assert await desk.read() == ()
        assert logs == [], "once"

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_a_report_about_a_message_that_is_not_ours_disables_nobody(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.tell("Flood")
        desk.put("1", make_bounce(message_id="<forged@example.org>"))
        assert [bounce.kind for bounce in await desk.read()] == ["other"]
        assert await desk.disabled() == []

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_without_a_message_id_the_recipient_says_whose_mail_it_was(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.put("1", make_bounce(returned=None))
        desk.put("2", make_bounce(returned=None, final="rfc822; stranger@example.org"))
        assert [bounce.subscriber for bounce in await desk.read()] == [ANA, None]

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_forwarded_mail_that_comes_back_counts_and_a_late_report_about_an_old_address_does_not(
    sqlite_file_url: str, tmp_path: Path
) -> None:
    async def scenario(desk: Desk) -> None:
        ours = await desk.tell("Flood")
        desk.put("1", make_bounce(message_id=ours, final="rfc822; ana.private@mail.example"))
        assert [bounce.kind for bounce in await desk.read()] == ["hard"]
        await desk.stage.within(lambda tx: tx.enable_channel(ANA, "email"))
        moved = replace(SUBSCRIBERS[ANA], addresses=(EmailAddress(address="ana@new.example"),))
        desk.stage.plan = replace(desk.stage.plan, subscribers={**SUBSCRIBERS, ANA: moved})
        desk.put("2", make_bounce(message_id=ours, diagnostic="smtp; 550 5.1.1 late"))
        assert [bounce.kind for bounce in await desk.read()] == ["other"]
        assert await desk.disabled() == []

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_another_address_in_the_configuration_is_used_at_once(store_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        desk.put("1", make_bounce(message_id=await desk.tell("Flood")))
        await desk.read()
        await desk.stage.within(lambda tx: enable_changed(tx, desk.stage.plan))
        assert len(await desk.disabled()) == 1, "the same address stays disabled"
        moved = replace(SUBSCRIBERS[ANA], addresses=(EmailAddress(address="ana@new.example"),))
        plan = replace(desk.stage.plan, subscribers={**SUBSCRIBERS, ANA: moved})
        await desk.stage.within(lambda tx: enable_changed(tx, plan))
        assert await desk.disabled() == []

    at_desk(store_url, tmp_path, scenario)


def test_hundreds_of_mails_are_read_at_one_look(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        ours = await desk.tell("Flood")
        for number in range(450):
            late = make_bounce(message_id=ours, action="delayed", status="4.4.1", diagnostic=f"smtp; {number}")
            desk.put(f"{number:04}", late)
        desk.put("again", DELAYED)
        assert len(await desk.read()) == 451
        assert await desk.stage.within(lambda tx: tx.count_bounces()) == {SubscriberId("ana"): {"soft": 450}}

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_a_mailbox_that_cannot_be_read_is_told_to_operators_once(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        away = desk.mailbox.with_name("away")
        desk.mailbox.rename(away)
        assert await desk.read() == ()
        (digest,) = await tell_operators(desk.ports, desk.stage.plan)
        (notice,) = digest.notices
        assert notice.text == f'the bounce mailbox "{desk.mailbox}" does not exist'
        desk.stage.now += timedelta(minutes=1)
        await desk.read()
        assert await tell_operators(desk.ports, desk.stage.plan) == (), "once"
        away.rename(desk.mailbox)
        await desk.read()
        assert await desk.stage.within(lambda tx: tx.list_notices()) == ()

    at_desk(sqlite_file_url, tmp_path, scenario)


def test_without_a_mailbox_there_is_nothing_to_read(sqlite_file_url: str, tmp_path: Path) -> None:
    async def scenario(desk: Desk) -> None:
        assert await read_bounces(desk.stage.ports, desk.stage.plan) == ()

    at_desk(sqlite_file_url, tmp_path, scenario)
