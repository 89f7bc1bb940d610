"""The pages of the running service: a link from a real mail, pressed by a plain client, and what it changes."""

import asyncio
import email
import json
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from monitor.web import open_listener
from tests.flow.newsroom import PATIENCE, Newsroom, open_newsroom, stop

PUBLIC = {"MONITOR_PUBLIC_URL": "https://alerts.example.org/news"}
_FIRST = (
    "Heavy rain made the Orsa rise by two metres within a night, and the river flooded the mill quarter by morning."
)
_SECOND = "A dam burst above the town of Kell: the Orsa carried away a bridge, two barns and the road to the station."
_THIRD = "Insurers count the cost of last week's floods along the Orsa and expect claims of four million, they said."


async def find_pages(service: asyncio.subprocess.Process) -> str:
    """The address on loopback at which a service that has just been started serves its pages."""
    address: str = (await _wait_for_event(service, "pages served"))["address"]
    return address


async def _wait_for_event(service: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """The next line of the log that says so."""
    assert service.stderr is not None
    while line := await asyncio.wait_for(service.stderr.readline(), PATIENCE):
        if f'"{event}"'.encode() in line:
            found: dict[str, Any] = json.loads(line)
            return found
    raise AssertionError(f"the service ended before it logged {event!r}")


def test_one_click_on_the_header_of_a_mail_that_came_ends_the_mails_and_nothing_else(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            newsroom.write_project(alert_backlog=True)
            newsroom.publish("1", "Orsa floods the mill quarter", _FIRST)
            service = await newsroom.start("-m", "monitor", "run", environment=PUBLIC)
            address = await find_pages(service)
            await newsroom.wait_for_messages(1)
            assert await _click(newsroom, address) == 200
            newsroom.publish("2", "Dam bursts above Kell", _SECOND)
            await asyncio.wait_for(asyncio.gather(newsroom.slack.wait_for(2), newsroom.receiver.wait_for(2)), PATIENCE)
            newsroom.publish("3", "Insurers count the cost of the floods", _THIRD)
            await asyncio.wait_for(asyncio.gather(newsroom.slack.wait_for(3), newsroom.receiver.wait_for(3)), PATIENCE)
            await _check_probes(address)
            log = await stop(service)
            assert newsroom.messages() == (1, 3, 3)
            assert "https://alerts.example.org/news/settings/" in str(newsroom.slack.messages[0])
            assert '"unsubscribed"' in log
            assert _token_of(_mail(newsroom)["List-Unsubscribe"]) not in log

    asyncio.run(scenario())


async def _check_probes(address: str) -> None:
    async with aiohttp.ClientSession() as client:
        for probe in ("healthz", "readyz"):
            async with client.get(f"{address}/{probe}") as answer:
                assert (answer.status, (await answer.json())["reasons"]) == (200, [])
        async with client.get(f"{address}/metrics") as answer:
            metrics = await answer.text()
    assert 'monitor_polls_total{outcome="new"} 3.0' in metrics
    assert 'monitor_delivery_latency_seconds_count{channel="email"} 1.0' in metrics
    assert 'monitor_rules{state="live"} 1.0' in metrics
    assert 'monitor_sources{state="ok"} 1.0' in metrics


def _mail(newsroom: Newsroom) -> EmailMessage:
    return email.message_from_bytes(newsroom.sink.messages[0].data, policy=policy.default)


def _token_of(header: str) -> str:
    return header.strip("<>").rpartition("/")[2]


async def _click(newsroom: Newsroom, address: str) -> int:
    """As RFC 8058 tells a mail program: the address of one header, the body of the other, and nothing else."""
    mail = _mail(newsroom)
    link = mail["List-Unsubscribe"]
    assert link.startswith("<https://alerts.example.org/news/unsubscribe/")
    name, _, value = mail["List-Unsubscribe-Post"].partition("=")
    # What the proxy before the service does: the name and the encryption end there, the path goes on.
    proxied = address + urlsplit(link.strip("<>")).path
    async with aiohttp.ClientSession() as client:
        async with client.get(proxied) as page:  # as a scanner does, which must change nothing
            assert page.status == 200
        async with client.post(proxied, data={name: value}, allow_redirects=False) as answer:
            return answer.status


def test_a_service_whose_port_is_taken_does_not_start_and_says_which_setting_to_change(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            with open_listener("127.0.0.1", 0) as taken:
                port = str(taken.getsockname()[1])
                service = await newsroom.start("-m", "monitor", "run", environment={"MONITOR_WEB__PORT": port})
                _, log = await asyncio.wait_for(service.communicate(), PATIENCE)
            assert service.returncode == 1
            assert f'cannot serve pages on "127.0.0.1" port {port}' in log.decode()
            assert newsroom.site.requests == []

    asyncio.run(scenario())


def test_messages_link_to_pages_only_when_a_public_address_is_set(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            newsroom.write_project(alert_backlog=True)
            newsroom.publish("1", "Orsa floods the mill quarter", _FIRST)
            service = await newsroom.start("-m", "monitor", "run", "--once")
            _, log = await service.communicate()
            assert service.returncode == 0, log.decode()
            assert "List-Unsubscribe" not in _mail(newsroom)
            assert b"/settings/" not in newsroom.sink.messages[0].data
            assert not list((tmp_path / "data").glob("secret.key"))

    asyncio.run(scenario())


def test_the_pages_alone_follow_changed_files_and_leave_the_rest_to_the_service(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_newsroom(tmp_path) as newsroom:
            newsroom.write_project(alert_backlog=True)
            newsroom.publish("1", "Orsa floods the mill quarter", _FIRST)
            first = await newsroom.start("-m", "monitor", "run", "--once", environment=PUBLIC)
            await first.communicate()
            pages = await newsroom.start("-m", "monitor", "web", environment=PUBLIC)
            address = await find_pages(pages)
            path = urlsplit(_mail(newsroom)["List-Unsubscribe"].strip("<>")).path
            async with aiohttp.ClientSession() as client:
                async with client.get(address + path) as page:
                    assert page.status == 200
                config = tmp_path / "config" / "newsroom.yaml"
                config.write_text(config.read_text().replace("ana", "eva"), encoding="utf-8")
                await _wait_for_event(pages, "reloaded")
                async with client.get(address + path) as page:
                    assert page.status == 404
            log = await stop(pages)
            assert len(newsroom.sink.messages) == 1
            assert '"polled"' not in log

    asyncio.run(scenario())
