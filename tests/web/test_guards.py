"""What every answer has, and what no request gets through."""

import asyncio
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.errors import InputError
from monitor.model import SubscriberId
from monitor.render.page_links import PageLinks
from monitor.web import address_of, open_listener
from tests.web.site import ANA, PLAN, open_town


def test_every_answer_has_the_headers_of_security(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            settings = town.links.settings(ANA.id)
            answers = [await town.get(address) for address in (settings, f"{settings[:-2]}", "/", "/settings/")]
            answers += [await town.post(settings, {}), await town.post("/digest/x", {})]
            assert {answer.status for answer in answers} == {200, 403, 404, 405}
            for answer in answers:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Cache-Control"] == "no-store"
                assert "noindex" in answer.headers["X-Robots-Tag"]
                assert "Server" not in answer.headers
                assert "<script" not in answer.text
                assert " style=" not in answer.text

    asyncio.run(scenario())


def test_a_link_that_was_cut_or_changed_opens_a_page_that_says_what_to_do(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            whole = town.links.settings(ANA.id)
            token = whole.rpartition("/")[2]
            for broken in (whole[:-1], whole[:-20], f"{whole}A", whole.replace("/settings/", "/digest/")):
                answer = await town.get(broken)
                assert answer.status == 404
                assert "copy the whole of it" in answer.words
            for strange in (f"/settings/{token}/more", "/settings/%00", "/settings/..%2f..", f"/settings/{'a' * 9000}"):
                assert (await town.get(strange)).status == 404

    asyncio.run(scenario())


def test_the_link_of_a_subscriber_who_is_gone_says_so(tmp_path: Path) -> None:
    async def scenario() -> None:
        plan = replace(PLAN, subscribers={})
        async with open_town(tmp_path, plan=plan) as town:
            for address in (town.links.settings(ANA.id), town.links.unsubscribe(SubscriberId("zoe"))):
                for answer in (await town.get(address), await town.post(address, {"List-Unsubscribe": "One-Click"})):
                    assert answer.status == 404
                    assert "leads nowhere any more" in answer.words
            async with town.site.store.transaction() as tx:
                assert await tx.list_choices() == {}

    asyncio.run(scenario())


def test_a_body_larger_than_any_form_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.unsubscribe(ANA.id)
            answer = await town.post(address, {"List-Unsubscribe": "One-Click", "padding": "x" * 20_000})
            assert answer.status == 413
            assert (await town.choices()).unsubscribed_at is None

    asyncio.run(scenario())


def test_broken_forms_and_files_are_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            address = town.links.unsubscribe(ANA.id)
            kind = "multipart/form-data; boundary=x"
            file = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nhello\r\n--x--\r\n'
            many = b"&".join(b"a=1" for _ in range(100))
            for content_type, body in (
                (kind, b"--x\r\nno headers at all"),
                (kind, file),
                ("multipart/form-data", b"--x"),
                ("application/x-www-form-urlencoded", many),
            ):
                async with town.client.post(address, data=body, headers={"Content-Type": content_type}) as answer:
                    assert answer.status in (400, 403)
                    assert "Nothing was changed" in await answer.text()
            assert (await town.choices()).unsubscribed_at is None

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "sent", [b"", b"GET /healthz HTTP/1.1\r\nHost:", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /"]
)
def test_a_connection_that_brings_no_request_is_closed(sent: bytes, tmp_path: Path) -> None:
    async def scenario() -> bytes:
        async with open_town(tmp_path, patience=0.2) as town:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(town.address.rpartition(":")[2]))
            writer.write(sent)
            answer = await asyncio.wait_for(reader.read(), 30)  # to the end, which the other side makes
            writer.close()
            await writer.wait_closed()
            return answer

    assert asyncio.run(scenario()).startswith(b"HTTP/1.1 200 OK" if sent.endswith(b"GET /") else b"")


def test_a_form_that_does_not_come_to_its_end_is_given_up(tmp_path: Path) -> None:
    async def scenario() -> bytes:
        async with open_town(tmp_path, patience=0.2) as town:
            address = town.links.unsubscribe(ANA.id).removeprefix(town.address)
            reader, writer = await asyncio.open_connection("127.0.0.1", int(town.address.rpartition(":")[2]))
            kind = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99"
            writer.write(f"POST {address} HTTP/1.1\r\nHost: x\r\n{kind}\r\n\r\nList-Unsub".encode())
            answer = await asyncio.wait_for(reader.read(), 30)
            writer.close()
            await writer.wait_closed()
            assert (await town.choices()).unsubscribed_at is None
            return answer

    answer = asyncio.run(scenario())
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"Nothing was changed" in answer


@pytest.mark.parametrize("public_url", ["https://example.org", "https://example.org/news/alerts"])
def test_pages_are_reached_whether_a_proxy_cuts_their_path_off_or_not(public_url: str, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path, public_url=public_url) as town:
            outside = PageLinks(public_url, town.site.tokens).settings(ANA.id)
            whole = outside.removeprefix("https://example.org")
            for path in (whole, whole.removeprefix("/news/alerts")):
                page = await town.press(path, "pause", days="1")
                assert page.status == 200
                assert "Paused until" in page.words
                await town.press(path, "resume")
            assert (await town.get("/news/alertsettings/x")).status == 404

    asyncio.run(scenario())


def test_a_store_that_refuses_is_a_page_that_asks_for_patience(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_town(tmp_path) as town:
            with closing(sqlite3.connect(tmp_path / "monitor.sqlite3")) as database:
                database.execute("DROP TABLE mutes")
            answer = await town.get(town.links.settings(ANA.id))
            assert answer.status == 503
            assert "try again in a few minutes" in answer.words
            assert "mutes" not in answer.text

    asyncio.run(scenario())


def test_an_address_that_is_taken_is_named_with_the_setting() -> None:
    with open_listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            InputError, match=f'cannot serve pages on "127.0.0.1" port {port}: [a-z ]*in use; see the setting "web"'
        ):
            open_listener("127.0.0.1", port)
    with pytest.raises(InputError, match="cannot serve pages"):
        open_listener("no-such-host.invalid", 0)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_the_address_of_an_ipv6_listener_has_brackets() -> None:
    try:
        listener = open_listener("::1", 0)
    except InputError:
        pytest.skip("no IPv6 loopback address here")
    with listener:
        assert address_of(listener).startswith("http://[::1]:")
