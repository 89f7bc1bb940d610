"""Webhooks as receivers see them: verified by the libraries they would use, and as the schema and docs promise."""

import asyncio
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import standardwebhooks
import svix

from monitor.config.load import load_config
from monitor.config.settings import Settings
from monitor.deliver.webhook import WebhookChannel
from monitor.errors import DeliveryError
from monitor.model import Delivery, Digest, Notice, Proof, SignedWebhook, StoryId, Subscriber, SubscriberId
from monitor.pipeline import Ports, send_trial
from monitor.render.webhook import render_webhook, webhook_schema
from tests.builders import make_article
from tests.deliver.peers import HttpPeer, Received, answer, listen, loopback_session
from tests.deliver.values import NOW, SECRET, make_delivery
from tests.render.samples import full_digest, make_digest, make_story, strike_story, terminal_story

NEWER = "whsec_" + b64encode(b"n" * 24).decode()
STRANGE = "whsec_" + b64encode(b"x" * 24).decode()
LIBRARIES = pytest.mark.parametrize("library", [standardwebhooks, svix], ids=["standardwebhooks", "svix"])
_PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
_PATIENCE = 60


def now() -> datetime:
    """The receivers' libraries compare with the real clock."""
    return datetime.now(UTC)


async def _post(delivery: Delivery, secret: str, *, port: int, at: datetime | None = None) -> None:
    async with loopback_session() as session:
        address = SignedWebhook(url=f"http://127.0.0.1:{port}/in", secret=secret)
        await WebhookChannel(session, lambda: at or now(), timeout=timedelta(seconds=30)).send(delivery, address)


def _receive(secret: str, *, at: datetime | None = None) -> Received:
    """A digest as an endpoint receives it."""
    peer = HttpPeer([answer(204)])

    async def run() -> None:
        async with listen(peer) as port:
            await _post(make_delivery(render_webhook(full_digest())), secret, port=port, at=at)

    asyncio.run(run())
    return peer.requests[0]


def _verify(library: Any, secret: str, request: Received, body: bytes | None = None) -> bool:
    try:
        library.webhooks.Webhook(secret).verify(request.body if body is None else body, request.headers)
    except library.webhooks.WebhookVerificationError:
        return False
    return True


@LIBRARIES
def test_a_receiver_with_the_secret_accepts_what_we_send_and_nothing_else(library: Any) -> None:
    request = _receive(SECRET)
    assert _verify(library, SECRET, request)
    assert not _verify(library, STRANGE, request)
    assert not _verify(library, SECRET, request, body=request.body.replace(b"strike", b"STRIKE"))
    other_id = replace(request, headers={**request.headers, "webhook-id": "dlv_2"})
    assert not _verify(library, SECRET, other_id)


@LIBRARIES
def test_while_a_secret_is_replaced_receivers_with_either_accept(library: Any) -> None:
    request = _receive(f"{NEWER} {SECRET}")
    assert _verify(library, NEWER, request)
    assert _verify(library, SECRET, request)
    assert not _verify(library, STRANGE, request)
    assert not _verify(library, SECRET, _receive(NEWER)), "the old secret is out"


@LIBRARIES
def test_a_request_that_is_replayed_later_is_refused(library: Any) -> None:
    assert not _verify(library, SECRET, _receive(SECRET, at=now() - timedelta(minutes=10)))


def _closed(schema: Any) -> Any:
    """The schema without room for what it does not describe."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    if "properties" in schema and isinstance(schema.get("type"), str):
        assert sorted(schema["required"]) == sorted(schema["properties"]), "every key is always there"
        closed["additionalProperties"] = False
    return closed


def _faults(document: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(_closed(webhook_schema()))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def _digests() -> dict[str, Digest]:
    since, until = NOW - timedelta(days=1), NOW
    proof = Proof(since=since, until=until, articles=4212, sources_answered=118, sources=120)
    notice = Notice(kind="channel", subject="ana email", text="email of “ana” was disabled", since=since)
    update = replace(strike_story(), kind="update", ordinal=2, change="5 more sources", section="Ports")
    correction = replace(terminal_story(), kind="correction", ordinal=1, change="the headline changed")
    bare = make_story(make_article("A dam", title=None, published=None), ("match", "dam"))
    return {
        "four stories": full_digest(),
        "a limit, held stories and two windows": full_digest(omitted=3, quieted=2, capped=1, windows=(since, until)),
        "an update and a correction": make_digest(update, correction),
        "hundreds of mentions": make_digest(make_story(make_article("strike " * 500), ("match", "strike"))),
        "an article of which little is known": make_digest(bare),
        "an empty digest with its proof": make_digest(windows=(until,), proof=proof),
        "notices for operators": make_digest(notices=(notice,)),
    }


@pytest.mark.parametrize("name", _digests())
def test_every_kind_of_message_is_as_the_schema_says_and_it_describes_every_key(name: str) -> None:
    assert _faults(json.loads(render_webhook(_digests()[name]))) == []


def test_the_test_message_is_as_the_schema_says_and_is_signed() -> None:
    peer = HttpPeer([answer(204)])

    async def run() -> None:
        unused = cast("Any", None)
        async with listen(peer) as port, loopback_session() as session:
            address = SignedWebhook(url=f"http://127.0.0.1:{port}/in", secret=SECRET)
            subscriber = Subscriber(id=SubscriberId("archive"), addresses=(address,), timezone=ZoneInfo("UTC"))
            ports = Ports(
                store=unused,
                fetcher=unused,
                archives=unused,
                parser=unused,
                matcher=unused,
                channels={"webhook": WebhookChannel(session, now)},
                clock=now,
                jitter=lambda: 0.0,
                reached=lambda _point: None,
            )
            (sent,) = await send_trial(ports, subscriber)
            assert sent.error is None

    asyncio.run(run())
    event = standardwebhooks.Webhook(SECRET).verify(peer.requests[0].body, peer.requests[0].headers)
    assert event["data"]["test"] is True
    assert _faults(event) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["type"], "digest.updated"),
        (["timestamp"], "2026-03-02 12:00"),
        (["data", "version"], 2),
        (["data", "omitted"], -1),
        (["data", "stories", 0, "kind"], "news"),
        (["data", "stories", 0, "article", "published"], "yesterday"),
        (["data", "stories", 0, "matches"], []),
    ],
)
def test_the_schema_refuses_what_is_not_promised(path: list[str | int], value: Any) -> None:
    document = json.loads(render_webhook(full_digest()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert _faults(document)


def test_the_schema_leaves_room_for_keys_to_come() -> None:
    jsonschema.Draft202012Validator.check_schema(webhook_schema())
    document = json.loads(render_webhook(full_digest()))
    document["data"]["links"] = {}
    jsonschema.Draft202012Validator(webhook_schema()).validate(document)


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)


def test_the_body_that_the_page_shows_is_as_the_schema_says() -> None:
    (sample,) = _blocks("json")
    document = json.loads(sample)
    assert _faults(document) == []
    (story,) = document["data"]["stories"]
    (mention,) = story["matches"][0]["mentions"]
    assert story["article"]["title"][mention["start"] : mention["end"]] == mention["text"]
    assert "".join(segment["text"] for segment in story["excerpts"][0]["segments"]) == story["excerpts"][0]["text"]


def test_the_secrets_that_the_page_shows_both_sign(tmp_path: Path) -> None:
    (tmp_path / "archive.yaml").write_text(_blocks("yaml")[1], encoding="utf-8")
    environment = {"ARCHIVE_WEBHOOK_SECRET_NEW": NEWER, "ARCHIVE_WEBHOOK_SECRET": SECRET}
    config = load_config(tmp_path, Settings(), environment, strict=True)
    address = config.subscribers[SubscriberId("archive")].find_address("webhook")
    assert isinstance(address, SignedWebhook)
    assert address.secret.split() == [NEWER, SECRET]


@contextmanager
def _receiver(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """The receiver of the page as a process, word for word."""
    (program,) = _blocks("python")
    path = directory / "receiver.py"
    path.write_text(program, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "ARCHIVE_WEBHOOK_SECRET": SECRET, "PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=_PATIENCE)


@asynccontextmanager
async def _refusing() -> AsyncIterator[None]:
    with pytest.raises(DeliveryError, match="401"):
        yield


def test_the_receiver_that_the_page_shows_takes_each_message_once_and_refuses_forged_ones(tmp_path: Path) -> None:
    delivery = make_delivery(render_webhook(make_digest(strike_story())))

    async def run(port: int) -> None:
        async with _refusing():
            await _post(delivery, STRANGE, port=port)
        async with _refusing():
            await _post(delivery, SECRET, port=port, at=NOW)
        await _post(delivery, SECRET, port=port)
        await _post(delivery, f"{NEWER} {SECRET}", port=port)

    with _receiver(tmp_path) as process:
        assert process.stdout is not None
        begun = process.stdout.readline()
        asyncio.run(run(int(begun.split()[-1])))
        process.terminate()
        printed, _ = process.communicate(timeout=_PATIENCE)
    title = strike_story().article.title
    assert printed.splitlines() == [f"high {title} https://harbourwire.example/alvera-strike"]


def test_a_story_keeps_its_id_from_message_to_message() -> None:
    first = json.loads(render_webhook(make_digest(strike_story())))
    later = json.loads(render_webhook(make_digest(replace(strike_story(), kind="correction", ordinal=1))))
    ids = {StoryId(event["data"]["stories"][0]["id"]) for event in (first, later)}
    assert len(ids) == 1
