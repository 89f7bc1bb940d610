"""Connections to the mail server: kept for the next message, replaced when the server ended them, closed when idle."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiosmtplib
import pytest

from monitor.deliver.smtp import SmtpOptions, SmtpServer
from tests.deliver.peers import SmtpPeer, listen

MESSAGE = b"Subject: x\r\n\r\nhello\r\n"


def _options(port: int, **options: Any) -> SmtpOptions:
    return SmtpOptions(host="127.0.0.1", port=port, **({"timeout": timedelta(seconds=5)} | options))


async def _hand_over(server: SmtpServer, number: int) -> str:
    return await server.hand_over("monitor@example.org", f"reader{number}@example.org", MESSAGE)


def _greetings(peer: SmtpPeer) -> int:
    return sum(line.startswith("EHLO") for line in peer.commands)


def test_messages_one_after_the_other_share_a_connection() -> None:
    async def run() -> SmtpPeer:
        peer = SmtpPeer()
        async with listen(peer) as port:
            server = SmtpServer(_options(port))
            for number in range(5):
                await _hand_over(server, number)
            await server.close()
        return peer

    peer = asyncio.run(run())
    assert len(peer.messages) == 5
    assert _greetings(peer) == 1
    assert peer.commands[-1] == "QUIT"


def test_a_connection_takes_so_many_messages_and_no_more() -> None:
    async def run() -> SmtpPeer:
        peer = SmtpPeer()
        async with listen(peer) as port:
            server = SmtpServer(_options(port, messages=2))
            for number in range(5):
                await _hand_over(server, number)
            await server.close()
        return peer

    peer = asyncio.run(run())
    assert _greetings(peer) == 3
    assert peer.commands.count("QUIT") == 3


@dataclass(slots=True)
class _Impatient(SmtpPeer):
    """Ends every connection after one message: with 421 to the next command, or without a word."""

    says: str = "421 4.4.2 timeout"
    taken: set[asyncio.StreamWriter] = field(default_factory=set)

    async def _obey(self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if verb == "MAIL" and writer in self.taken:
            writer.write(f"{self.says}\r\n".encode() if self.says else b"")
            return False
        going = await SmtpPeer._obey(self, verb, reader, writer)
        if verb == "DATA":
            self.taken.add(writer)
            return bool(self.says)
        return going


@pytest.mark.parametrize("says", ["421 4.4.2 timeout", ""])
def test_a_server_that_ends_the_connection_between_two_messages_gets_each_once(says: str) -> None:
    async def run() -> SmtpPeer:
        peer = _Impatient(says=says)
        async with listen(peer) as port:
            server = SmtpServer(_options(port))
            for number in range(3):
                await _hand_over(server, number)
            await server.close()
        return peer

    peer = asyncio.run(run())
    assert len(peer.messages) == 3
    assert _greetings(peer) == 3


def test_a_connection_that_is_lost_with_the_message_is_not_tried_again_by_itself() -> None:
    async def run() -> SmtpPeer:
        peer = SmtpPeer()
        async with listen(peer) as port:
            server = SmtpServer(_options(port))
            await _hand_over(server, 0)
            peer.replies["message"] = ""
            with pytest.raises(aiosmtplib.SMTPServerDisconnected):
                await _hand_over(server, 1)
            await server.close()
        return peer

    peer = asyncio.run(run())
    assert len(peer.messages) == 2
    assert _greetings(peer) == 1


def test_an_idle_connection_is_taken_leave_of() -> None:
    async def run() -> SmtpPeer:
        peer = SmtpPeer()
        async with listen(peer) as port:
            server = SmtpServer(_options(port, idle=timedelta(milliseconds=10)))
            await _hand_over(server, 0)
            async with asyncio.timeout(5):
                while peer.now_open:
                    await asyncio.sleep(0)
            await server.close()
        return peer

    assert asyncio.run(run()).commands[-1] == "QUIT"


def test_a_refused_message_does_not_spoil_the_next() -> None:
    async def run() -> SmtpPeer:
        peer = SmtpPeer({"RCPT": "550 5.1.1 unknown"})
        async with listen(peer) as port:
            server = SmtpServer(_options(port))
            with pytest.raises(aiosmtplib.SMTPRecipientRefused):
                await _hand_over(server, 0)
            del peer.replies["RCPT"]
            await _hand_over(server, 1)
            await server.close()
        return peer

    assert len(asyncio.run(run()).messages) == 1
