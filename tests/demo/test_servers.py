"""The loopback doubles: if they are too kind, tests that use them prove nothing."""

import asyncio
import gc
import json
import smtplib
import socket
from collections.abc import Mapping
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest

from monitor.demo.servers import Answer, Mail, SampleSite, SlackDouble, SmtpSink, WebhookReceiver
from tests.deliver.peers import listen
from tests.sources.raw_server import RawServer

PAGE = b"<p>text</p>" * 100


async def get(url: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, Mapping[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, await response.read(), response.headers


def make_mail(recipient: str = "ana@example.org") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "monitor@example.org", recipient, "Digest"
    mail.set_content("Grüße\n.\nende\n")
    return mail


# ------------------------------------------------------------------------------------------- site


def test_a_site_serves_a_folder_with_types_and_gzip(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "world.xml").write_bytes(b"<rss/>")
    (tmp_path / "news" / "one.html").write_bytes(PAGE)

    async def visit() -> None:
        async with SampleSite(tmp_path) as site:
            status, body, headers = await get(f"{site.url}/world.xml?x=1")
            assert (status, body, headers["Content-Type"]) == (200, b"<rss/>", "application/rss+xml; charset=utf-8")
            status, body, headers = await get(f"{site.url}/news/one.html")
            assert (body, headers["Content-Encoding"], headers["Content-Type"]) == (PAGE, "gzip", "text/html")
            assert (await get(f"{site.url}/missing"))[0] == 404
            assert [request.path for request in site.requests] == ["/world.xml?x=1", "/news/one.html", "/missing"]

    asyncio.run(visit())


def test_a_page_is_not_sent_again_until_it_changes() -> None:
    async def visit() -> None:
        async with SampleSite({"/a": PAGE}) as site:
            _, _, headers = await get(f"{site.url}/a")
            known = {"If-None-Match": headers["ETag"], "If-Modified-Since": headers["Last-Modified"]}
            assert (await get(f"{site.url}/a", known))[:2] == (304, b"")
            assert (await get(f"{site.url}/a", {"If-Modified-Since": headers["Last-Modified"]}))[0] == 304
            site.put("/a", b"new")
            assert (await get(f"{site.url}/a", known))[:2] == (200, b"new")
            assert (await get(f"{site.url}/a", {"If-Modified-Since": headers["Last-Modified"]}))[0] == 200

    asyncio.run(visit())


def test_a_path_answers_as_it_is_told_until_it_is_told_otherwise() -> None:
    async def visit() -> None:
        async with SampleSite({"/a": PAGE}) as site:
            site.set_answer("/a", Answer(503, b"later", {"Retry-After": "5"}))
            status, body, headers = await get(f"{site.url}/a")
            assert (status, body, headers["Retry-After"]) == (503, b"later", "5")
            site.set_answer("/a", None)
            site.answer_next(Answer(500))
            assert [(await get(f"{site.url}/a"))[0] for _ in range(2)] == [500, 200]

    asyncio.run(visit())


# ------------------------------------------------------------------------------------------- webhook and Slack


def test_a_receiver_keeps_the_raw_body_and_answers_by_its_script() -> None:
    async def post() -> tuple[list[int], WebhookReceiver]:
        async with WebhookReceiver() as server, aiohttp.ClientSession() as session:
            server.answer_next(Answer(410), Answer(500))
            statuses = []
            for body in (b"\x00\xff", b"x" * 3_000_000, b""):
                async with session.post(
                    f"{server.url}/in", data=BytesIO(body), headers={"webhook-id": "1"}
                ) as response:
                    statuses.append(response.status)
            return statuses, server

    statuses, server = asyncio.run(post())
    assert statuses == [410, 500, 200]
    assert [len(request.body) for request in server.requests] == [2, 3_000_000, 0]
    assert server.requests[0].body == b"\x00\xff"
    assert {(request.method, request.path, request.headers["webhook-id"]) for request in server.requests} == {
        ("POST", "/in", "1")
    }


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ({"text": "hi"}, (200, b"ok")),
        ({"text": "hi", "blocks": [section("x" * 3000), {"type": "divider"}]}, (200, b"ok")),
        ({"text": "hi", "blocks": [section("x")] * 50}, (200, b"ok")),
        ({"text": "hi", "blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}]}]}, (200, b"ok")),
        ({"text": "hi", "blocks": [section("x")] * 51}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": [section("x" * 3001)]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": [section("")]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": [{"type": "section"}]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": [{"type": "header", "text": {"text": "x" * 151}}]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": [{"type": "context", "elements": [{}] * 11}]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": [{}]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": ["x"]}, (400, b"invalid_blocks")),
        ({"text": "hi", "blocks": "x"}, (400, b"invalid_blocks")),
        ({"blocks": [section("x")]}, (400, b"no_text")),
        ({"text": " "}, (400, b"no_text")),
        ([], (400, b"invalid_payload")),
        (None, (400, b"invalid_payload")),
    ],
)
def test_slack_refuses_what_slack_would_refuse(message: Any, answer: tuple[int, bytes]) -> None:
    async def post() -> tuple[int, bytes]:
        async with SlackDouble() as slack, aiohttp.ClientSession() as session:
            body = b"{" if message is None else json.dumps(message).encode()
            async with session.post(f"{slack.url}/services/T/B/X", data=body) as response:
                return response.status, await response.read()

    assert asyncio.run(post()) == answer


# ------------------------------------------------------------------------------------------- mail


def test_the_sink_keeps_messages_with_their_envelope_byte_for_byte() -> None:
    async def send() -> list[Mail]:
        async with SmtpSink() as sink:
            mail = make_mail()
            await aiosmtplib.send(mail, hostname="127.0.0.1", port=sink.port, start_tls=False)
            return sink.messages

    (kept,) = asyncio.run(send())
    assert (kept.sender, kept.recipients) == ("monitor@example.org", ("ana@example.org",))
    assert b"Subject: Digest\r\n" in kept.data
    assert b"\r\n.\r\nende" in kept.data or b"base64" in kept.data


def test_the_sink_refuses_a_recipient_and_defers_a_message() -> None:
    async def send() -> None:
        async with SmtpSink() as sink:
            sink.refuse("gone@example.org")
            sink.answer_next("451 4.3.0 try later")
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False)
            async with client:
                with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
                    await client.send_message(make_mail("gone@example.org"))
                assert refused.value.recipients[0].code == 550
                with pytest.raises(aiosmtplib.SMTPDataError) as deferred:
                    await client.send_message(make_mail())
                assert deferred.value.code == 451
                await client.send_message(make_mail())
            assert len(sink.messages) == 1

    asyncio.run(send())


def test_the_sink_ends_with_connections_still_open() -> None:
    async def connect() -> int:
        async with SmtpSink() as sink:
            reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
            assert (await reader.readline()).startswith(b"220 ")
            port = sink.port
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        return port

    port = asyncio.run(connect())
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", port)


def _listen(kind: str) -> Any:
    if kind == "handler":
        return listen(lambda reader, _writer: reader.read())
    return {"site": SampleSite({}), "sink": SmtpSink(), "raw": RawServer(b"", then="hang")}[kind]


@pytest.mark.parametrize("kind", ["site", "sink", "raw", "handler"])
def test_a_connection_that_comes_while_its_server_ends_is_closed(kind: str) -> None:
    async def leave_after(turns: int) -> None:
        async with _listen(kind) as server:
            with socket.create_connection(("127.0.0.1", server if isinstance(server, int) else server.port)):
                for _ in range(turns):
                    await asyncio.sleep(0)

    for turns in range(8):
        asyncio.run(leave_after(turns))
    gc.collect()  # a socket that nobody closed warns here, and warnings are errors
